import type { Account, Slow, Tags } from './account.ts';
import { ServiceFault } from './service-fault.ts';

/** What a call says, by the names of the service. */
export type Input = Readonly<Record<string, unknown>>;

/** Answers a call of Redshift Serverless. Throws a ServiceFault. */
export function redshiftServerless(account: Account, operation: string, input: Input): object {
  const name = String(input['namespaceName'] ?? '');
  const group = String(input['workgroupName'] ?? '');
  switch (operation) {
    case 'GetNamespace':
      return { namespace: namespaceOf(account, looked(account, account.namespaces, name, 'Namespace')) };
    case 'CreateNamespace':
      return { namespace: namespaceOf(account, createNamespace(account, name, input)) };
    case 'UpdateNamespace':
      return { namespace: namespaceOf(account, updateNamespace(account, name, input)) };
    case 'DeleteNamespace':
      return { namespace: namespaceOf(account, deleteNamespace(account, name, input)) };
    case 'GetWorkgroup':
      return { workgroup: workgroupOf(account, looked(account, account.workgroups, group, 'Workgroup')) };
    case 'CreateWorkgroup':
      return { workgroup: workgroupOf(account, createWorkgroup(account, group, name, input)) };
    case 'UpdateWorkgroup':
      return { workgroup: workgroupOf(account, updateWorkgroup(account, group, input)) };
    case 'DeleteWorkgroup':
      return { workgroup: workgroupOf(account, deleteWorkgroup(account, group)) };
    case 'ListTagsForResource':
      return { tags: Object.entries(tagged(account, input)).map(([key, value]) => ({ key, value })) };
    case 'TagResource':
      for (const { key, value } of input['tags'] as { key: string; value: string }[])
        tagged(account, input)[key] = value;
      return {};
    case 'UntagResource':
      for (const key of input['tagKeys'] as string[]) delete tagged(account, input)[key];
      return {};
    case 'ListUsageLimits': {
      const limit = account.usageLimits.get(String(input['resourceArn']));
      return { usageLimits: limit === undefined ? [] : [limitOf(limit)] };
    }
    case 'CreateUsageLimit': {
      const arn = String(input['resourceArn']);
      if (account.usageLimits.has(arn)) throw conflict('a usage limit of this kind already exists');
      const limit = { id: account.newId('limit'), amount: Number(input['amount']) };
      account.usageLimits.set(arn, limit);
      return { usageLimit: limitOf(limit) };
    }
    case 'UpdateUsageLimit': {
      const limit = [...account.usageLimits.values()].find(({ id }) => id === input['usageLimitId']);
      if (limit === undefined) throw absent('the usage limit');
      limit.amount = Number(input['amount']);
      return { usageLimit: limitOf(limit) };
    }
    case 'DeleteUsageLimit': {
      const found = [...account.usageLimits].find(([, { id }]) => id === input['usageLimitId']);
      if (found === undefined) throw absent('the usage limit');
      account.usageLimits.delete(found[0]);
      return { usageLimit: limitOf(found[1]) };
    }
    default:
      throw new ServiceFault('UnknownOperationException', 400, `the stand-in does not know ${operation}`);
  }
}

const available = 'AVAILABLE';

function looked(account: Account, map: Map<string, Slow>, name: string, kind: string): Slow {
  const found = account.look(map, name);
  if (found === undefined) throw absent(`${kind} ${name}`);
  return found;
}

function absent(what: string): ServiceFault {
  return new ServiceFault('ResourceNotFoundException', 400, `${what} is not found`);
}

function conflict(message: string): ServiceFault {
  return new ServiceFault('ConflictException', 400, message);
}

function createNamespace(account: Account, name: string, input: Input): Slow {
  if (account.namespaces.has(name)) throw conflict(`Namespace ${name} already exists.`);
  const roles = (input['iamRoles'] ?? []) as string[];
  for (const arn of roles) account.useRole(arn, 'redshift-serverless');
  const namespace = account.slow(name, tagsIn(input), {
    arn: account.arn('redshift-serverless', `namespace/${account.newId('ns')}`),
    database: input['dbName'] ?? 'dev',
    roles,
    defaultRole: input['defaultIamRoleArn'],
    secret: input['manageAdminPassword'] === true ? account.makeSecret(name) : undefined,
  });
  // A namespace has no state of its own for it.
  account.begin(namespace, 'MODIFYING', available);
  account.namespaces.set(name, namespace);
  account.tell();
  return namespace;
}

function updateNamespace(account: Account, name: string, input: Input): Slow {
  const namespace = ready(account.namespaces, name, 'Namespace');
  const { namespaceName: _name, defaultIamRoleArn: defaultRole, ...others } = input;
  refuseMany(others);
  for (const arn of (input['iamRoles'] ?? []) as string[]) account.useRole(arn, 'redshift-serverless');
  if (input['iamRoles'] !== undefined) Object.assign(namespace.settings, { roles: input['iamRoles'], defaultRole });
  if (input['manageAdminPassword'] === true) namespace.settings['secret'] ??= account.makeSecret(name);
  account.begin(namespace, 'MODIFYING', available);
  account.tell();
  return namespace;
}

function deleteNamespace(account: Account, name: string, input: Input): Slow {
  const namespace = ready(account.namespaces, name, 'Namespace');
  if ([...account.workgroups.values()].some(({ settings }) => settings['namespace'] === name))
    throw conflict('There is an operation running on the namespace. Try deleting the namespace again later.');
  const snapshot = input['finalSnapshotName'];
  if (typeof snapshot === 'string') {
    if (account.snapshots.has(snapshot)) throw conflict(`Snapshot ${snapshot} already exists.`);
    account.snapshots.set(snapshot, {});
  }
  account.begin(namespace, 'DELETING', undefined);
  return namespace;
}

function createWorkgroup(account: Account, name: string, inNamespace: string, input: Input): Slow {
  if (account.workgroups.has(name)) throw conflict(`Workgroup ${name} already exists.`);
  ready(account.namespaces, inNamespace, 'Namespace');
  const groups = (input['securityGroupIds'] ?? []) as string[];
  for (const id of groups)
    if (!account.securityGroups.has(id))
      throw new ServiceFault('ValidationException', 400, `The security group ${id} does not exist.`);
  const { workgroupName: _name, namespaceName: _namespace, tags: _tags, securityGroupIds: _groups, ...said } = input;
  refuseCapacity(said);
  const workgroup = account.slow(name, tagsIn(input), {
    arn: account.arn('redshift-serverless', `workgroup/${account.newId('wg')}`),
    namespace: inNamespace,
    groups,
    said,
  });
  account.begin(workgroup, 'CREATING', available);
  account.workgroups.set(name, workgroup);
  return workgroup;
}

function updateWorkgroup(account: Account, name: string, input: Input): Slow {
  const workgroup = ready(account.workgroups, name, 'Workgroup');
  const { workgroupName: _name, ...others } = input;
  refuseMany(others);
  const { securityGroupIds, ...said } = others;
  if (securityGroupIds !== undefined) workgroup.settings['groups'] = securityGroupIds;
  workgroup.settings['said'] = withCapacity(workgroup.settings['said'] as Input, said);
  account.begin(workgroup, 'MODIFYING', available);
  return workgroup;
}

function deleteWorkgroup(account: Account, name: string): Slow {
  const workgroup = ready(account.workgroups, name, 'Workgroup');
  account.usageLimits.delete(String(workgroup.settings['arn']));
  account.begin(workgroup, 'DELETING', undefined);
  account.tell();
  return workgroup;
}

/** Nothing can be done to what is on its way. */
function ready(map: ReadonlyMap<string, Slow>, name: string, kind: string): Slow {
  const found = map.get(name);
  if (found === undefined) throw absent(`${kind} ${name}`);
  if (found.next !== undefined) throw conflict(`${kind} ${name} is ${found.status}`);
  return found;
}

/** Redshift Serverless API reference, UpdateWorkgroup: one parameter in one request. */
function refuseMany(settings: Input): void {
  if (Object.keys(settings).length > 1)
    throw new ServiceFault(
      'ValidationException',
      400,
      "Can't update multiple configurations at the same time for workgroup",
    );
}

/** What a workgroup is like after a change. Throws a ServiceFault for a capacity that it cannot have. */
function withCapacity(was: Input, change: Input): Input {
  const isRemoval = change['maxCapacity'] === -1;
  // terraform-provider-aws#36032: a second removal is an error.
  if (isRemoval && was['maxCapacity'] === undefined) throw invalid('The max capacity is not set for the workgroup.');
  const { maxCapacity, ...others } = { ...was, ...change };
  const is = isRemoval || maxCapacity === undefined ? others : { ...others, maxCapacity };
  refuseCapacity(is);
  return is;
}

/**
 * Management Guide, "Compute capacity for Amazon Redshift Serverless" and "Billing for on-demand compute capacity": 4 or units
 * of 8, a base of units of 32 from 512 to 1024, a maximum up to 5632; terraform-provider-aws#36030: no base above the maximum.
 */
function refuseCapacity({ baseCapacity: base = 128, maxCapacity: most }: Input): void {
  const isOfUnits = (capacity: number): boolean => capacity === 4 || (capacity >= 8 && capacity % 8 === 0);
  if (!isOfUnits(Number(base)) || Number(base) > 1024 || (Number(base) > 512 && Number(base) % 32 !== 0))
    throw invalid(`The base capacity ${Number(base)} is not valid.`);
  if (most === undefined) return;
  if (!isOfUnits(Number(most)) || Number(most) > 5632) throw invalid(`The max capacity ${Number(most)} is not valid.`);
  if (Number(base) > Number(most)) throw invalid('The base capacity must not be greater than the max capacity.');
}

function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationException', 400, message);
}

function tagsIn(input: Input): Tags {
  const list = (input['tags'] ?? []) as { key: string; value: string }[];
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}

function tagged(account: Account, { resourceArn }: Input): Tags {
  const all = [...account.namespaces.values(), ...account.workgroups.values()];
  const found = all.find(({ settings }) => settings['arn'] === resourceArn);
  if (found === undefined) throw absent(String(resourceArn));
  return found.tags;
}

function limitOf({ id, amount }: { readonly id: string; readonly amount: number }): object {
  return { usageLimitId: id, usageType: 'serverless-compute', period: 'daily', amount, breachAction: 'deactivate' };
}

function namespaceOf(account: Account, { name, status, settings }: Slow): object {
  const roles = settings['roles'] as string[];
  const applied = status === 'MODIFYING' ? 'adding' : 'in-sync';
  return {
    namespaceName: name,
    namespaceArn: settings['arn'],
    status,
    dbName: settings['database'],
    adminUsername: 'admin',
    adminPasswordSecretArn: settings['secret'],
    iamRoles: roles.map((arn) => `IamRole(applyStatus=${applied}, iamRoleArn=${arn})`),
    defaultIamRoleArn: settings['defaultRole'],
    creationDate: account.warehouse.now().toISOString(),
  };
}

function workgroupOf(account: Account, { name, status, settings }: Slow): object {
  const hasAddress = status !== 'CREATING';
  return {
    workgroupName: name,
    workgroupArn: settings['arn'],
    namespaceName: settings['namespace'],
    status,
    securityGroupIds: settings['groups'],
    subnetIds: [...account.subnets.keys()].slice(0, 3),
    ...(settings['said'] as object),
    ...(hasAddress ? { endpoint: { address: account.endpoint.host, port: account.endpoint.port } } : {}),
  };
}
