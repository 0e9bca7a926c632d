import type { Account, Role, Tags } from './account.ts';
import type { Params } from './params.ts';
import { tagsOf } from './params.ts';
import { ServiceFault } from './service-fault.ts';
import type { Xml } from './xml.ts';

/** Answers a call of IAM. Throws a ServiceFault. */
export function iam(account: Account, operation: string, params: Params): Xml {
  const { RoleName = '', PolicyName = '', PolicyDocument = '' } = params;
  const role = (): Role => {
    const found = account.seen(account.roles, RoleName);
    if (found === undefined) throw absent(`The role with name ${RoleName} cannot be found.`);
    return found;
  };
  switch (operation) {
    case 'CreateRole': {
      if (account.roles.has(RoleName))
        throw new ServiceFault('EntityAlreadyExists', 409, `Role with name ${RoleName} already exists.`);
      const made: Role = {
        name: RoleName,
        arn: `arn:aws:iam::${account.id}:role/${RoleName}`,
        trust: params['AssumeRolePolicyDocument'] ?? '',
        inline: new Map(),
        attached: new Set(),
        tags: tagsOf(params),
        unknown: account.options.roleLag,
        hidden: account.options.lag,
      };
      account.roles.set(RoleName, made);
      return { Role: roleXml(made) };
    }
    case 'GetRole':
      return { Role: roleXml(role()) };
    case 'UpdateAssumeRolePolicy':
      role().trust = PolicyDocument;
      account.tell();
      return {};
    case 'TagRole':
      Object.assign(role().tags, tagsOf(params));
      return {};
    case 'PutRolePolicy':
      role().inline.set(PolicyName, PolicyDocument);
      account.tell();
      return {};
    case 'GetRolePolicy': {
      const document = role().inline.get(PolicyName);
      if (document === undefined) throw absent(`The role policy with name ${PolicyName} cannot be found.`);
      return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(document) };
    }
    case 'ListRolePolicies':
      return { PolicyNames: { member: [...role().inline.keys()] }, IsTruncated: false };
    case 'ListAttachedRolePolicies': {
      const member = [...role().attached].map((arn) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn }));
      return { AttachedPolicies: { member }, IsTruncated: false };
    }
    case 'DetachRolePolicy':
      role().attached.delete(params['PolicyArn'] ?? '');
      return {};
    case 'DeleteRolePolicy':
      if (!role().inline.delete(PolicyName)) throw absent(`The role policy ${PolicyName} cannot be found.`);
      return {};
    case 'DeleteRole': {
      const { inline, attached } = role();
      if (inline.size + attached.size > 0)
        throw new ServiceFault('DeleteConflict', 409, 'Cannot delete entity, must delete policies first.');
      account.roles.delete(RoleName);
      account.tell();
      return {};
    }
    default:
      throw new ServiceFault('InvalidAction', 400, `the stand-in does not know iam ${operation}`);
  }
}

function absent(message: string): ServiceFault {
  return new ServiceFault('NoSuchEntity', 404, message);
}

function roleXml({ name, arn, trust, tags }: Role): Xml {
  return {
    Path: '/',
    RoleName: name,
    RoleId: 'AROAEXAMPLE',
    Arn: arn,
    CreateDate: '2026-01-01T00:00:00Z',
    AssumeRolePolicyDocument: encodeURIComponent(trust),
    Tags: { member: tagsXml(tags) },
  };
}

export function tagsXml(tags: Tags): Xml[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
