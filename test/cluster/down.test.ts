import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { isWrite } from '../aws/aws.ts';
import type { ClusterKind, Ground } from '../aws/cluster-stand.ts';
import { ClusterStand, clusterYaml, kinds, openGround, shopTargets } from '../aws/cluster-stand.ts';
import { ServiceFault } from '../aws/service-fault.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { faultsOf } from '../support/project.ts';
import { onServer } from '../support/postgres.ts';
import { awsSettings } from '../support/s3.ts';

const denied = new ServiceFault(
  'AccessDeniedException',
  403,
  'User: arn:aws:iam::123456789012:user/me is not authorized',
);

let ground: Ground;
beforeEach(async () => {
  const { warehouse, made } = testWarehouse();
  await made;
  ground = await openGround(warehouse, onTestFinished);
});

async function upOf(kind: ClusterKind): Promise<ClusterStand> {
  const stand = await ClusterStand.open(ground, shopTargets + clusterYaml(kind), onTestFinished);
  awsSettings(stand.settings);
  await stand.up();
  return stand;
}

describe.each(kinds)('%s: down', (kind) => {
  test('keeps a last snapshot unless told not to, and tells what is gone and what is left', async () => {
    const stand = await upOf(kind);
    const removed = await stand.down();
    expect(removed?.gone).toContain(kind === 'serverless' ? 'namespace shop' : 'cluster shop');
    expect([...stand.aws.account.snapshots.keys()]).toEqual([removed?.snapshot]);
    await stand.up();
    expect((await stand.down({ snapshot: false }))?.snapshot).toBeUndefined();
    expect(stand.aws.account.snapshots.size).toBe(1);
    expect(stand.tagged).toEqual([]);
  });

  test('writes nothing before somebody has agreed to it, and a second time has nothing to do', async () => {
    const stand = await upOf(kind);
    const before = stand.aws.calls.length;
    expect(await stand.down({}, () => Promise.resolve(false))).toBeUndefined();
    expect(stand.aws.calls.slice(before).filter(isWrite)).toEqual([]);
    await stand.down();
    expect(await stand.down()).toEqual({ gone: [], left: [], snapshot: undefined });
  });

  test('is refused while somebody else has a table there, unless told', async () => {
    const stand = await upOf(kind);
    await onServer(ground.warehouse.address, 'create schema theirs; create table theirs.budget (id integer)');
    const faults = await faultsOf(stand.down());
    expect(faults).toMatchObject([{ code: 'cluster-in-use' }]);
    expect(faults[0]?.message).toContain('table dev.theirs.budget');
    await stand.down({ dropForeign: true });
    expect(stand.tagged).toEqual([]);
  });

  test('is refused while somebody else has hung a policy on the role or put a file into the bucket', async () => {
    const stand = await upOf(kind);
    const [role] = stand.aws.account.roles.values();
    role?.attached.add('arn:aws:iam::aws:policy/Theirs');
    const [bucket = ''] = stand.aws.account.buckets.keys();
    await fetch(`${ground.s3Endpoint}/${bucket}/holiday.jpg`, { method: 'PUT', body: 'x' });
    const [fault] = await faultsOf(stand.down());
    expect(fault?.message).toMatch(/object s3:\/\/.*\/holiday\.jpg[^]*policy Theirs of role/);
    await stand.down({ dropForeign: true });
    expect(stand.tagged).toEqual([]);
  });

  test('what a run left in the bucket is nobody’s, and goes with it', async () => {
    const stand = await upOf(kind);
    const [bucket = ''] = stand.aws.account.buckets.keys();
    await fetch(`${ground.s3Endpoint}/${bucket}/run1/orders.manifest`, { method: 'PUT', body: '{}' });
    await stand.down();
    expect(stand.tagged).toEqual([]);
  });

  test('what cannot be asked what is in it is not removed, unless told', async () => {
    const stand = await upOf(kind);
    ground.dataApi.happens({ operation: 'ExecuteStatement', happens: denied, times: 1 });
    const [fault] = await faultsOf(stand.down());
    expect(fault).toMatchObject({ code: 'cluster-in-use' });
    expect(fault?.message).toContain('cannot be asked');
    expect(fault?.message).not.toContain(stand.aws.account.id);
  });
});

test('a namespace that has lost its workgroup is removed with a snapshot only, unless its removal had begun', async () => {
  const stand = await upOf('serverless');
  stand.aws.account.workgroups.clear();
  expect(await faultsOf(stand.down({ snapshot: false }))).toMatchObject([{ code: 'cluster-in-use' }]);
  const [namespace] = stand.aws.account.namespaces.values();
  Object.assign(namespace?.tags ?? {}, { 'sparkify-run:removal': 'begun' });
  await stand.down({ snapshot: false });
  expect(stand.tagged).toEqual([]);
});

test('a removal that was broken off and is not wanted any more leaves no trace when it is up again', async () => {
  const stand = await upOf('serverless');
  stand.aws.mishap = ({ operation }) => (operation === 'DeleteNamespace' ? denied : 'none');
  await faultsOf(stand.down());
  stand.aws.mishap = () => 'none';
  const [namespace] = stand.aws.account.namespaces.values();
  expect(namespace?.tags).toHaveProperty('sparkify-run:removal');
  await stand.up();
  expect(namespace?.tags).not.toHaveProperty('sparkify-run:removal');
});

test.each(kinds)('%s: up while a removal is under way waits for its end, and makes it anew', async (kind) => {
  const stand = await upOf(kind);
  const { account } = stand.aws;
  const things = kind === 'serverless' ? [...account.namespaces.values()] : [...account.clusters.values()];
  account.workgroups.clear();
  for (const thing of things) account.begin(thing, kind === 'serverless' ? 'DELETING' : 'deleting', undefined);
  expect(await stand.up()).toBe(true);
  expect(stand.tagged).toContain(kind === 'serverless' ? 'workgroups shop' : 'clusters shop');
});

test('a cluster of nodes is paused and resumed; one that sleeps is not removed unasked, and up wakes it', async () => {
  const stand = await upOf('provisioned');
  const { pauseCluster, resumeCluster } = await import('../../runner/commands/cluster-pause.ts');
  const [cluster] = stand.aws.account.clusters.values();
  expect(await pauseCluster(stand.options, stand.world)).toBe('done');
  expect(cluster?.status).toBe('paused');
  expect(await pauseCluster(stand.options, stand.world)).toBe('was so already');
  expect((await faultsOf(stand.down()))[0]?.message).toContain('it is paused');
  expect(await resumeCluster(stand.options, stand.world)).toBe('done');
  await pauseCluster(stand.options, stand.world);
  expect(await stand.up()).toBe(true);
  expect(cluster?.status).toBe('available');
});

test('a cluster that sleeps and is not to be removed asleep is woken for it', async () => {
  const stand = await upOf('provisioned');
  const { pauseCluster } = await import('../../runner/commands/cluster-pause.ts');
  await pauseCluster(stand.options, stand.world);
  const [cluster] = stand.aws.account.clusters.values();
  stand.aws.mishap = ({ operation }) =>
    operation === 'DeleteCluster' && cluster?.status === 'paused'
      ? new ServiceFault('InvalidClusterState', 400, 'The cluster is paused')
      : 'none';
  await stand.down({ dropForeign: true });
  expect(stand.tagged).toEqual([]);
});

test('a serverless cluster needs no pausing', async () => {
  const stand = await upOf('serverless');
  const { pauseCluster } = await import('../../runner/commands/cluster-pause.ts');
  expect(await pauseCluster(stand.options, stand.world)).toBe('by itself');
});
