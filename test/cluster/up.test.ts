import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Account } from '../aws/account.ts';
import type { Call } from '../aws/aws.ts';
import { badGateway, isWrite } from '../aws/aws.ts';
import { ServiceFault } from '../aws/service-fault.ts';
import type { ClusterKind, Ground } from '../aws/cluster-stand.ts';
import { ClusterStand, clusterYaml, kinds, openGround, shopTargets } from '../aws/cluster-stand.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { faultsOf } from '../support/project.ts';
import { awsSettings } from '../support/s3.ts';

let ground: Ground;
beforeEach(async () => {
  const { warehouse, made } = testWarehouse();
  await made;
  ground = await openGround(warehouse, onTestFinished);
});

async function standOf(kind: ClusterKind, more: readonly string[] = []): Promise<ClusterStand> {
  const stand = await ClusterStand.open(ground, shopTargets + clusterYaml(kind, more), onTestFinished);
  awsSettings(stand.settings);
  return stand;
}

function writesOf(stand: ClusterStand, from = 0): string[] {
  return stand.aws.calls.slice(from).filter(isWrite).map(named);
}

function named({ service, operation }: Call): string {
  return `${service}:${operation}`;
}

describe.each(kinds)('%s: up', (kind) => {
  test('a second time writes nothing, and says that there is nothing to do', async () => {
    const stand = await standOf(kind);
    await stand.up();
    const before = stand.aws.calls.length;
    let isDone = false;
    await stand.up({}, (plan) => {
      isDone = plan.isDone;
      return Promise.resolve(true);
    });
    expect(isDone).toBe(true);
    expect(writesOf(stand, before)).toEqual([]);
  });

  test('writes nothing before somebody has agreed to its plan', async () => {
    const stand = await standOf(kind);
    let actions: string[] = [];
    const isUp = await stand.up({}, ({ steps }) => {
      actions = steps.map(({ action, resource }) => `${action} ${resource.kind}`);
      return Promise.resolve(false);
    });
    expect(isUp).toBe(false);
    expect(actions).toContain(kind === 'serverless' ? 'create workgroup' : 'create cluster');
    expect(writesOf(stand)).toEqual([]);
  });

  test('is closed, encrypted and asks for TLS; its password is nobody’s', async () => {
    const stand = await standOf(kind);
    await stand.up();
    const { account, calls } = stand.aws;
    expect([...account.securityGroups.values()].map(({ rules }) => rules)).toEqual([[]]);
    const made = JSON.stringify(
      calls.filter(({ operation }) => /Create(?:Cluster|Namespace|Workgroup)$/.test(operation)),
    );
    expect(made).toMatch(/ManageMasterPassword":"true|manageAdminPassword":true/);
    expect(made).not.toMatch(/UserPassword/);
    expect(made).toMatch(/PubliclyAccessible":"false|publiclyAccessible":false/);
    expect(JSON.stringify(calls)).toMatch(/require_ssl","parameterValue":"true|ParameterValue":"true/);
  });

  test('changes just what differs', async () => {
    const stand = await standOf(kind, ['allow_from: [203.0.113.0/24, 198.51.100.7/32]']);
    await stand.up();
    const before = stand.aws.calls.length;
    stand.describe(
      shopTargets +
        clusterYaml(kind, ['allow_from: [203.0.113.0/24, 192.0.2.0/24]'])
          .replace('s3://raw-data', 's3://raw-data, s3://more-data/songs')
          .replace('team: data', 'team: music'),
    );
    await stand.up();
    expect(new Set(writesOf(stand, before))).toEqual(
      new Set([
        'iam:PutRolePolicy',
        'iam:TagRole',
        's3:PutBucketTagging',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:CreateTags',
        ...(kind === 'serverless' ? ['redshift-serverless:TagResource'] : ['redshift:CreateTags']),
      ]),
    );
    const [group] = stand.aws.account.securityGroups.values();
    expect(group?.rules.map(({ range }) => range)).toEqual(['203.0.113.0/24', '192.0.2.0/24']);
  });

  test('what somebody else opened in our security group is closed again', async () => {
    const stand = await standOf(kind, ['allow_from: [203.0.113.0/24]']);
    await stand.up();
    const [group] = stand.aws.account.securityGroups.values();
    group?.rules.push(
      { protocol: 'tcp', from: '5439', to: '5439', range: '0.0.0.0/0' },
      { protocol: 'tcp', from: '22', to: '22', range: '203.0.113.0/24' },
    );
    await stand.up();
    expect(group?.rules).toEqual([{ protocol: 'tcp', from: '5439', to: '5439', range: '203.0.113.0/24' }]);
  });

  test('gives up a wait that takes longer than it may, and goes on another time', async () => {
    const stand = await standOf(kind);
    stand.aws.account.stuck.set('shop', kind === 'serverless' ? 'MODIFYING' : 'modifying');
    expect(await faultsOf(stand.up())).toMatchObject([{ code: 'cluster-late' }]);
    for (const thing of [...stand.aws.account.namespaces.values(), ...stand.aws.account.clusters.values()])
      thing.status = kind === 'serverless' ? 'AVAILABLE' : 'available';
    stand.aws.account.stuck.clear();
    expect(await stand.up()).toBe(true);
  });

  test('a role that Redshift never hears of is waited for, and told then', async () => {
    const stand = await standOf(kind);
    stand.aws.mishap = ({ operation }) => {
      if (operation === 'GetRole') for (const role of stand.aws.account.roles.values()) role.unknown = 1_000_000;
      return 'none';
    };
    const faults = await faultsOf(stand.up());
    expect(faults).toMatchObject([{ code: 'aws-refused' }]);
    expect(faults[0]?.message).toMatch(/The IAM role .* is not valid/);
    expect(faults[0]?.message).not.toContain(stand.aws.account.id);
  });

  test('stopped while it waits, it says so and goes on another time', async () => {
    const stand = await standOf(kind);
    stand.aws.mishap = ({ operation }) => {
      if (/^Create(?:Workgroup|Cluster)$/.test(operation)) stand.stop();
      return 'none';
    };
    expect(await faultsOf(stand.up())).toMatchObject([{ code: 'interrupted' }]);
    stand.aws.mishap = () => 'none';
    stand.begin();
    expect(await stand.up()).toBe(true);
    await stand.down();
    expect(stand.tagged).toEqual([]);
  });

  test.each<[string, (account: Account) => void]>([
    ['role', (account) => void makeRole(account)],
    [
      'bucket',
      (account) => void account.buckets.set('sparkify-run-shop-5c39ea4e91', { tags: {}, isOthers: false, hidden: 0 }),
    ],
    ['security group', (account) => void makeGroup(account)],
    kind === 'serverless'
      ? ['namespace', (account) => void account.namespaces.set('shop', settled(account, 'AVAILABLE'))]
      : ['cluster', (account) => void account.clusters.set('shop', settled(account, 'available'))],
  ])('a %s of that name that is not ours is told, and neither up nor down touches anything', async (what, make) => {
    const stand = await standOf(kind);
    make(stand.aws.account);
    const faults = await faultsOf(stand.up());
    expect(faults).toMatchObject([{ code: 'cluster-foreign' }]);
    expect(faults[0]?.message).toContain(what);
    await stand.down();
    expect(writesOf(stand)).toEqual([]);
  });

  test('a bucket of another account is told as that', async () => {
    const stand = await standOf(kind);
    stand.aws.account.buckets.set('sparkify-run-shop-5c39ea4e91', { tags: {}, isOthers: true, hidden: 0 });
    expect(await faultsOf(stand.up())).toMatchObject([{ code: 'aws-refused' }]);
    expect(writesOf(stand)).toEqual([]);
  });
});

test.each(['0.0.0.0/0', '0.0.0.0/1', '::/0', '2000::/3'])('%s is let in only by who knows', async (range) => {
  const stand = await standOf('serverless', [`allow_from: ['${range}']`]);
  expect(await faultsOf(stand.up())).toMatchObject([
    { code: 'cluster-open', at: { keys: ['cluster', 'allow_from', 0] } },
  ]);
  expect(writesOf(stand)).toEqual([]);
  expect(await stand.up({ iKnow: true })).toBe(true);
});

test.each([
  ['serverless', ['redshift-serverless.amazonaws.com', 'redshift.amazonaws.com']],
  ['provisioned', ['redshift.amazonaws.com']],
] as const)('the role of a %s cluster is for Redshift, and on demand for this account alone', async (kind, Service) => {
  const stand = await standOf(kind);
  const isFor = (more: object = {}): void => {
    const [role] = stand.aws.account.roles.values();
    const statement = { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', ...more };
    expect(JSON.parse(role?.trust ?? '')).toEqual({ Version: '2012-10-17', Statement: [statement] });
  };
  await stand.up();
  isFor();
  stand.describe(shopTargets + clusterYaml(kind, ['source_account: true']));
  expect((await changes(stand)).shown).toEqual(['trust: Redshift -> Redshift of this account alone']);
  isFor({ Condition: { StringEquals: { 'aws:SourceAccount': stand.aws.account.id } } });
  stand.describe(shopTargets + clusterYaml(kind));
  expect((await changes(stand)).shown).toEqual(['trust: Redshift of this account alone -> Redshift']);
  isFor();
});

test('the role may list and read just what it has to', async () => {
  const stand = await standOf('serverless', ['stage: s3://stage-bucket/lists']);
  stand.describe(
    shopTargets +
      clusterYaml('serverless', ['stage: s3://stage-bucket/lists']).replace('[s3://raw-data]', '[s3://raw-data/songs]'),
  );
  await stand.up();
  const [role] = stand.aws.account.roles.values();
  const [rights = ''] = role?.inline.values() ?? [];
  const allowed = (JSON.parse(rights) as { Statement: { Action: string; Resource: string[] }[] }).Statement.map(
    ({ Action, Resource }) => `${Action} ${Resource.join()}`,
  );
  expect(allowed).toEqual([
    's3:ListBucket arn:aws:s3:::raw-data',
    's3:GetBucketLocation arn:aws:s3:::raw-data',
    's3:GetObject arn:aws:s3:::raw-data/songs/*',
    's3:ListBucket arn:aws:s3:::stage-bucket',
    's3:GetBucketLocation arn:aws:s3:::stage-bucket',
    's3:GetObject arn:aws:s3:::stage-bucket/lists/*',
    's3:PutObject arn:aws:s3:::stage-bucket/lists/*',
  ]);
  expect(stand.aws.account.buckets.size).toBe(0);
});

test('a size is changed one setting in a call; a cluster of nodes is resized', async () => {
  const serverless = await standOf('serverless');
  await serverless.up();
  serverless.describe(
    shopTargets +
      clusterYaml('serverless', ['max_rpu: 32', 'rpu_hours_a_day: 5', 'public: true']).replace('rpu: 8', 'rpu: 16'),
  );
  const before = serverless.aws.calls.length;
  await serverless.up();
  expect(writesOf(serverless, before)).toEqual([
    'redshift-serverless:UpdateWorkgroup',
    'redshift-serverless:UpdateWorkgroup',
    'redshift-serverless:CreateUsageLimit',
    'redshift-serverless:UpdateWorkgroup',
  ]);
  const nodes = await standOf('provisioned');
  await nodes.up();
  nodes.describe(shopTargets + clusterYaml('provisioned').replace('nodes: 2', 'nodes: 4'));
  const from = nodes.aws.calls.length;
  await nodes.up();
  expect(writesOf(nodes, from)).toEqual(['redshift:ResizeCluster']);
});

/** Another size of the same serverless cluster. */
function describeSize(stand: ClusterStand, rpu: number, more: readonly string[] = []): void {
  stand.describe(shopTargets + clusterYaml('serverless', more).replace('rpu: 8', `rpu: ${rpu}`));
}

/** What `up` would change of the workgroup, as its plan shows it, and the capacities that were sent when it did. */
async function changes(stand: ClusterStand): Promise<{ shown: string[]; sent: unknown[] }> {
  let shown: string[] = [];
  const before = stand.aws.calls.length;
  await stand.up({}, ({ steps }) => {
    const settings = steps.filter(({ action }) => action === 'change').flatMap((step) => step.settings);
    shown = settings.map(({ setting, from, to }) => `${setting}: ${from} -> ${to}`);
    return Promise.resolve(true);
  });
  const updates = stand.aws.calls.slice(before).filter(({ operation }) => operation === 'UpdateWorkgroup');
  const sent = updates.map(({ input: { workgroupName: _name, ...change } }) => change);
  return { shown, sent };
}

const sizes = [8, 16, 32].flatMap((rpu) =>
  [undefined, 8, 16, 32].flatMap((most) => (most !== undefined && most < rpu ? [] : [{ rpu, most }])),
);

test('any size becomes any other, one setting in a call: the maximum is raised first and lowered last', async () => {
  const stand = await standOf('serverless');
  // From each to each that comes later, and back.
  const walk = sizes.flatMap((one, i) => [one, ...sizes.slice(i + 1).flatMap((other) => [other, one])]);
  for (const { rpu, most } of walk) {
    describeSize(stand, rpu, most === undefined ? [] : [`max_rpu: ${most}`]);
    const { shown, sent } = await changes(stand);
    const [workgroup] = stand.aws.account.workgroups.values();
    const said = { maxCapacity: undefined, ...(workgroup?.settings['said'] as object | undefined) };
    expect(said).toMatchObject({ baseCapacity: rpu, maxCapacity: most });
    expect(sent).toHaveLength(shown.length);
  }
}, 30_000);

test('limits that are removed from dwh.yaml are removed in AWS, and the plan shows it', async () => {
  const limits = ['max_rpu: 16', 'rpu_hours_a_day: 20'];
  const stand = await standOf('serverless', limits);
  await stand.up();
  describeSize(stand, 8);
  expect(await changes(stand)).toEqual({
    shown: ['size at most: 16 RPU -> no limit', 'use a day at most: 20 RPU-hours -> no limit'],
    sent: [{ maxCapacity: -1 }],
  });
  expect(stand.aws.account.usageLimits.size).toBe(0);
  expect(await changes(stand)).toEqual({ shown: [], sent: [] });
  describeSize(stand, 8, limits);
  expect((await changes(stand)).shown).toEqual([
    'size at most: no limit -> 16 RPU',
    'use a day at most: no limit -> 20 RPU-hours',
  ]);
});

test.each(['UpdateWorkgroup', 'DeleteUsageLimit'])(
  'a limit is removed although the answer to %s is lost',
  async (lost) => {
    const stand = await standOf('serverless', ['max_rpu: 16', 'rpu_hours_a_day: 20']);
    await stand.up();
    describeSize(stand, 8);
    let left = 1;
    stand.aws.mishap = ({ operation }) => (operation === lost && left-- > 0 ? 'lost after' : 'none');
    expect(await stand.up()).toBe(true);
    expect(await changes(stand)).toEqual({ shown: [], sent: [] });
  },
);

test.each([
  [1, 2, 'true'],
  [2, 1, 'true'],
  [2, 4, undefined],
  [4, 2, undefined],
])('%s nodes become %s', async (from, to, classic) => {
  const stand = await standOf('provisioned');
  const describeNodes = (nodes: number): void =>
    stand.describe(shopTargets + clusterYaml('provisioned').replace('nodes: 2', `nodes: ${nodes}`));
  describeNodes(from);
  await stand.up();
  describeNodes(to);
  const before = stand.aws.calls.length;
  await stand.up();
  const resizes = stand.aws.calls.slice(before).filter(isWrite);
  expect(resizes).toMatchObject([{ operation: 'ResizeCluster' }]);
  expect(resizes[0]?.input['Classic']).toBe(classic);
  const [cluster] = stand.aws.account.clusters.values();
  expect(cluster?.settings['nodes']).toBe(to);
});

test('a cluster of nodes in its own subnets cannot leave them, nor one of the default VPC get some', async () => {
  const stand = await standOf('provisioned', ['subnets: [subnet-0a, subnet-0b]']);
  await stand.up();
  stand.describe(shopTargets + clusterYaml('provisioned'));
  expect(await faultsOf(stand.up())).toMatchObject([{ code: 'cluster-fixed' }]);
  await stand.down();
  await stand.up();
  stand.describe(shopTargets + clusterYaml('provisioned', ['subnets: [subnet-0a, subnet-0b]']));
  expect(await faultsOf(stand.up())).toMatchObject([{ code: 'cluster-fixed' }]);
});

test('a state from which nothing comes back is told at once, and what is in it can be removed', async () => {
  const stand = await standOf('provisioned');
  stand.aws.account.stuck.set('shop', 'incompatible-network');
  const faults = await faultsOf(stand.up());
  expect(faults).toMatchObject([{ code: 'cluster-broken' }]);
  expect(faults[0]?.message).toContain('incompatible-network');
  expect(stand.seconds).toBeLessThan(60);
  await stand.down({ dropForeign: true, snapshot: false });
  expect(stand.tagged).toEqual([]);
});

test.each([
  ['iam', 'iam:GetRole'],
  ['s3', 's3:ListBucket'],
  ['ec2', 'ec2:Describe\\w+'],
  ['redshift-serverless', 'redshift-serverless:GetNamespace'],
])('an answer of %s that stays garbled is reported by its status', async (service, action) => {
  const stand = await standOf('serverless');
  stand.aws.mishap = (call) => (call.service === service ? badGateway : 'none');
  const [fault] = await faultsOf(stand.up());
  expect(fault?.code).toBe('aws-refused');
  expect(fault?.message).toMatch(
    new RegExp(`^AWS does not answer ${action}, 5 times: HTTP 502 without a readable AWS response$`),
  );
  const reasons = stand.events.flatMap((event) => (event.type === 'retry' ? [event.reason] : []));
  expect(new Set(reasons)).toEqual(new Set(['HTTP 502 without a readable AWS response']));
});

test('a sign-in page of the network is not taken for a missing right', async () => {
  const stand = await standOf('serverless');
  stand.aws.mishap = () => ({ ...badGateway, status: 403 });
  const [fault] = await faultsOf(stand.up());
  expect(fault?.message).toContain('it is not AWS that answers sts:GetCallerIdentity: HTTP 403');
  expect(fault?.hint).toContain('proxy');
});

test('a database cannot have another name later', async () => {
  const stand = await standOf('serverless');
  await stand.up();
  stand.describe(shopTargets + clusterYaml('serverless', ['database: songs']));
  expect(await faultsOf(stand.up())).toMatchObject([{ code: 'cluster-fixed' }]);
});

test('one of the other kind has to go first; down removes what dwh.yaml does not describe any more', async () => {
  const stand = await standOf('serverless');
  await stand.up();
  stand.describe(shopTargets + clusterYaml('provisioned', ['stage: s3://mine/lists', 'subnets: [subnet-0a]']));
  expect(await faultsOf(stand.up())).toMatchObject([
    { code: 'cluster-fixed', at: { keys: ['cluster', 'kind'] } },
    { code: 'cluster-fixed' },
  ]);
  await stand.down();
  expect(stand.tagged).toEqual([]);
  await stand.up();
  stand.describe(shopTargets + clusterYaml('serverless'));
  expect(await faultsOf(stand.up())).toMatchObject([{ code: 'cluster-fixed' }]);
  await stand.down();
  expect(stand.tagged).toEqual([]);
});

test('a region without a default VPC needs subnets, which are of one VPC', async () => {
  const stand = await standOf('serverless');
  stand.aws.account.defaultVpc = undefined;
  expect((await faultsOf(stand.up()))[0]?.hint).toContain('subnets');
  stand.describe(shopTargets + clusterYaml('serverless', ['subnets: [subnet-0a, subnet-0d]']));
  expect(await faultsOf(stand.up())).toMatchObject([{ code: 'config-invalid', at: { keys: ['cluster', 'subnets'] } }]);
  stand.describe(shopTargets + clusterYaml('serverless', ['subnets: [subnet-0a, subnet-0b, subnet-0c]']));
  expect(await stand.up()).toBe(true);
});

test('a role that Redshift may not be given is told at once', async () => {
  const stand = await standOf('serverless');
  stand.aws.mishap = ({ operation }) =>
    operation === 'CreateNamespace'
      ? new ServiceFault('AccessDeniedException', 403, 'User is not authorized to perform: iam:PassRole on the role')
      : 'none';
  const faults = await faultsOf(stand.up());
  expect(faults).toMatchObject([{ code: 'aws-refused', hint: 'docs/cluster.md has the policy that it takes' }]);
});

function makeRole(account: Account): void {
  const name = 'sparkify-run-shop-us-west-2';
  const role = {
    name,
    arn: `arn:aws:iam::${account.id}:role/${name}`,
    trust: '{}',
    inline: new Map(),
    attached: new Set<string>(),
  };
  account.roles.set(name, { ...role, tags: { team: 'data' }, unknown: 0, hidden: 0 });
}

function makeGroup(account: Account): void {
  const group = { name: 'sparkify-run-shop', vpc: 'vpc-default', rules: [], tags: { 'sparkify-run': 'another' } };
  account.securityGroups.set('sg-others', { id: 'sg-others', ...group, held: 0, hidden: 0 });
}

function settled(account: Account, status: string): ReturnType<Account['slow']> {
  const thing = account.slow(
    'shop',
    {},
    { arn: account.arn('redshift-serverless', 'namespace/theirs'), roles: [], groups: [] },
  );
  return Object.assign(thing, { status, hidden: 0 });
}
