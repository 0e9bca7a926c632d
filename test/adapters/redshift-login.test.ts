import { expect, onTestFinished, test } from 'vitest';
import { openAdapter } from '../../runner/adapters/adapter.ts';
import { DatabaseError } from '../../runner/adapters/driver.ts';
import { redshiftLogin } from '../../runner/adapters/drivers/redshift-login.ts';
import type { RedshiftTarget } from '../../runner/config/target.ts';
import type { Aws } from '../aws/aws.ts';
import { badGateway, openAws } from '../aws/aws.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { ServiceFault } from '../aws/service-fault.ts';
import type { Warehouse } from '../redshift/warehouse.ts';
import { openWire } from '../redshift/wire.ts';
import { faultsOf } from '../support/project.ts';
import { awsSettings } from '../support/s3.ts';

type Road = Partial<Pick<RedshiftTarget, 'user' | 'password' | 'secret' | 'cluster_id' | 'workgroup'>>;

/** A warehouse that gives credentials, and a target that logs in by this road. */
async function warehouseWith(road: Road): Promise<{ warehouse: Warehouse; aws: Aws; target: RedshiftTarget }> {
  const { warehouse, made } = testWarehouse();
  await made;
  const { host, port, close } = await openWire(warehouse);
  onTestFinished(close);
  const aws = await openAws(warehouse);
  onTestFinished(() => aws.close());
  const { account } = aws;
  account.clusters.set('shop', account.slow('shop', {}, {}));
  account.workgroups.set('shop', account.slow('shop', {}, {}));
  account.secrets.set('shop/admin', '{"username":"admin","password":"kept-secret"}');
  warehouse.logins.set('admin', { password: 'kept-secret' });
  awsSettings({
    AWS_ENDPOINT_URL_REDSHIFT: aws.endpoint,
    AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS: aws.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.endpoint,
  });
  const target = {
    name: 'dwh',
    type: 'redshift',
    host,
    port,
    database: 'dev',
    sslmode: 'disable',
    region: 'us-east-1',
    ...road,
  } as const;
  return { warehouse, aws, target };
}

async function open(target: RedshiftTarget): Promise<void> {
  const options = { projectDir: '.', holder: { command: 'test', since: 'now' }, wait: undefined, signal: undefined };
  const { driver } = await openAdapter(target, { ...options, access: 'read', metaSchema: 'shop_meta', threads: 1 });
  await driver.close();
}

test.each<[string, Road, string[]]>([
  ['a password', { user: 'admin', password: 'kept-secret' }, []],
  ['a secret', { secret: 'shop/admin' }, ['GetSecretValue']],
  ['temporary credentials of a cluster', { cluster_id: 'shop', user: 'runner' }, ['GetClusterCredentials']],
  ['those of whoever is signed in to AWS', { cluster_id: 'shop' }, ['GetClusterCredentialsWithIAM']],
  ['temporary credentials of a workgroup', { workgroup: 'shop' }, ['GetCredentials']],
])('one logs in by %s', async (_, road, calls) => {
  const { aws, target } = await warehouseWith(road);
  await open(target);
  expect(aws.calls.map(({ operation }) => operation)).toEqual(calls);
});

test('temporary credentials are fetched once, and again some minutes before they end', async () => {
  const { warehouse, aws, target } = await warehouseWith({ workgroup: 'shop' });
  let now = new Date('2026-01-01T00:00:00Z');
  warehouse.now = () => now;
  const login = redshiftLogin(target, () => now);
  await Promise.all([login(), login()]);
  now = new Date('2026-01-01T00:54:00Z');
  await login();
  expect(aws.calls).toHaveLength(1);
  now = new Date('2026-01-01T00:56:00Z');
  expect((await login()).expiresAt).toEqual(new Date('2026-01-01T01:56:00Z'));
  expect(aws.calls).toHaveLength(2);
});

test.each<[string, Road, ServiceFault | undefined, string]>([
  ['an unknown cluster', { cluster_id: 'shoppe' }, undefined, 'cluster_id'],
  ['an unknown workgroup', { workgroup: 'shoppe' }, undefined, 'workgroup'],
  ['an unknown secret', { secret: 'shop/none' }, undefined, 'secret'],
  [
    'a right that is missing',
    { workgroup: 'shop' },
    new ServiceFault('AccessDeniedException', 400, 'not authorized'),
    'workgroup',
  ],
  [
    'a session that has expired',
    { workgroup: 'shop' },
    new ServiceFault('ExpiredTokenException', 400, 'expired'),
    'region',
  ],
])('%s is told at the setting to mend', async (_, road, refusal, key) => {
  const { aws, target } = await warehouseWith(road);
  aws.refusal = refusal;
  const faults = await faultsOf(open(target));
  expect(faults).toMatchObject([{ code: 'database-unavailable', at: { keys: ['targets', 'dwh', key] } }]);
  expect(JSON.stringify(faults)).not.toMatch(/secret-of-this-test|AKIA|temporary-secret|kept-secret/);
});

test.each<Road>([{ secret: 'shop/admin' }, { cluster_id: 'shop' }, { workgroup: 'shop' }])(
  'an answer that is garbled on its way is transient, and is reported by its status: %j',
  async (road) => {
    const { aws, target } = await warehouseWith(road);
    aws.mishap = () => badGateway;
    const error: unknown = await redshiftLogin(target, () => new Date())().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({
      trouble: 'transient',
      message: 'AWS does not answer: HTTP 502 without a readable AWS response',
    });
  },
);

test('a warehouse that is paused is told at its host', async () => {
  const { warehouse, target } = await warehouseWith({ user: 'admin', password: 'kept-secret' });
  warehouse.state = 'paused';
  const faults = await faultsOf(open(target));
  expect(faults).toMatchObject([{ code: 'database-unavailable', at: { keys: ['targets', 'dwh', 'host'] } }]);
  expect(faults[0]?.hint).toContain('paused');
});

test('a wrong password is refused once, and not shown', async () => {
  const { target } = await warehouseWith({ user: 'admin', password: 'another-secret' });
  const faults = await faultsOf(open(target));
  expect(faults).toMatchObject([{ code: 'database-unavailable', at: { keys: ['targets', 'dwh', 'password'] } }]);
  expect(JSON.stringify(faults)).not.toContain('another-secret');
});
