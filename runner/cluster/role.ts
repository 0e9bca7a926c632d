import { isDeepStrictEqual } from 'node:util';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Cluster } from '../config/cluster.ts';
import type { Aws } from './aws.ts';
import { unless } from './aws.ts';
import { program } from '../core/version.ts';
import { stageOf } from './names.ts';
import type { Part } from './part.ts';
import type { Policy } from './policy.ts';
import { rightsPolicy, trustPolicy } from './policy.ts';
import type { Found, Resource, Settings } from './resource.ts';
import { tagList, tagsFrom, tagSetting } from './tags.ts';

const absent = /^NoSuchEntity/;
const policyName = `${program}-reads-raw-files`;

/** The role that Redshift takes on to read raw files. */
export function role({ aws, cluster, names, identity, tags }: Part): Resource {
  const RoleName = names.role;
  const own = { RoleName, PolicyName: policyName };
  const [trust, rights] = [trustPolicy(cluster, identity), rightsPolicy(cluster, names, identity)];
  const stage = stageOf(cluster, names);
  const putRights = async (): Promise<void> => {
    const PolicyDocument = JSON.stringify(rights);
    await aws.call('iam:PutRolePolicy', aws.iam, new PutRolePolicyCommand({ ...own, PolicyDocument }));
  };

  /** Whom a document trusts, in words. */
  function trustOf(document: string | undefined): string {
    const known = [cluster, { ...cluster, source_account: cluster.source_account !== true }];
    const same = known.find((one) => isSame(document, trustPolicy(one, identity)));
    return same === undefined ? 'something else' : trustText(same);
  }

  return {
    kind: 'role',
    name: RoleName,
    wanted: { trust: trustText(cluster), reads: said(cluster.read), tags: tagSetting(tags) },
    fixed: [],
    patienceSeconds: 120,
    async find(): Promise<Found | undefined> {
      const answer = await unless(absent, aws.call('iam:GetRole', aws.iam, new GetRoleCommand({ RoleName })));
      if (answer?.Role === undefined) return undefined;
      const found = await unless(absent, aws.call('iam:GetRolePolicy', aws.iam, new GetRolePolicyCommand(own)));
      const { AssumeRolePolicyDocument, Tags } = answer.Role;
      const settings: Settings = {
        trust: trustOf(AssumeRolePolicyDocument),
        reads: isSame(found?.PolicyDocument, rights) ? said(cluster.read) : readBy(found?.PolicyDocument, stage),
        tags: tagSetting(tags, tagsFrom(Tags)),
      };
      return { condition: 'ready', said: 'there', tags: tagsFrom(Tags), settings };
    },
    async create() {
      const command = new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify(trust),
        Description: `Redshift reads raw files by it: made by ${program}`,
        Tags: tagList(tags),
      });
      await aws.call('iam:CreateRole', aws.iam, command);
      await putRights();
    },
    async change(setting) {
      if (setting === 'reads') return putRights();
      const PolicyDocument = JSON.stringify(trust);
      await (setting === 'trust'
        ? aws.call(
            'iam:UpdateAssumeRolePolicy',
            aws.iam,
            new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }),
          )
        : aws.call('iam:TagRole', aws.iam, new TagRoleCommand({ RoleName, Tags: tagList(tags) })));
    },
    async foreign() {
      const { inline, attached } = await policiesOf(aws, RoleName);
      const others = [
        ...inline.filter((name) => name !== policyName),
        ...attached.map((arn) => arn.split('/').at(-1) ?? arn),
      ];
      return others.map((name) => `policy ${name} of role ${RoleName}`);
    },
    async remove() {
      const { inline, attached } = await policiesOf(aws, RoleName);
      for (const PolicyArn of attached)
        await aws.call('iam:DetachRolePolicy', aws.iam, new DetachRolePolicyCommand({ RoleName, PolicyArn }));
      for (const PolicyName of inline)
        await aws.call('iam:DeleteRolePolicy', aws.iam, new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      await aws.call('iam:DeleteRole', aws.iam, new DeleteRoleCommand({ RoleName }));
    },
    isEarly: (code) => /^(?:DeleteConflict|NoSuchEntity|ConcurrentModification)/.test(code),
  };
}

async function policiesOf(aws: Aws, RoleName: string): Promise<{ inline: string[]; attached: string[] }> {
  const inline = await aws.call('iam:ListRolePolicies', aws.iam, new ListRolePoliciesCommand({ RoleName }));
  const attached = await aws.call(
    'iam:ListAttachedRolePolicies',
    aws.iam,
    new ListAttachedRolePoliciesCommand({ RoleName }),
  );
  return {
    inline: inline.PolicyNames ?? [],
    attached: (attached.AttachedPolicies ?? []).flatMap(({ PolicyArn }) =>
      PolicyArn === undefined ? [] : [PolicyArn],
    ),
  };
}

function trustText({ source_account: isStrict = false }: Cluster): string {
  return isStrict ? 'Redshift of this account alone' : 'Redshift';
}

/** IAM gives documents in the form of a part of a URL. */
function read(document: string): unknown {
  return JSON.parse(decodeURIComponent(document));
}

function isSame(document: string | undefined, wanted: Policy): boolean {
  return document !== undefined && isDeepStrictEqual(read(document), JSON.parse(JSON.stringify(wanted)));
}

/** What a document that is not what is wanted lets the role read, besides the stage. */
function readBy(document: string | undefined, stage: string): string {
  if (document === undefined) return 'nothing';
  const { Statement: statements } = read(document) as Policy;
  const places = [statements]
    .flat()
    .filter(({ Action }) => [Action].flat().includes('s3:GetObject'))
    .flatMap(({ Resource }) => [Resource ?? []].flat())
    .map((arn) => arn.replace(/^arn:[\w-]+:s3:::/, 's3://').replace(/\/\*$/, ''));
  return `${said(places.filter((place) => place !== stage))}, by other words`;
}

function said(places: readonly string[]): string {
  return places.toSorted().join(', ');
}
