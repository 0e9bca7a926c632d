import { cpSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { debug } from '../../runner/commands/debug.ts';
import type { Finding } from '../../runner/commands/debug.ts';
import type { Fault } from '../../runner/core/fault.ts';
import { FaultError } from '../../runner/core/fault.ts';
import { ServiceFault } from '../aws/service-fault.ts';
import { ClusterStand, clusterYaml, openGround, shopTargets } from '../aws/cluster-stand.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import type { Warehouse } from '../redshift/warehouse.ts';
import { openWire } from '../redshift/wire.ts';
import { tlsFolder } from '../support/postgres-server.ts';
import { awsSettings, TestBucket } from '../support/s3.ts';

const sources = `sources:
  raw:
    root: s3://raw-data
    region: us-west-2
    files: { orders: { path: orders } }
folders:
  models: { schema: shop }
`;
const models = {
  'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml':
    'models:\n  - name: orders\n    columns:\n      - { name: id, type: bigint }\n      - { name: item, type: varchar(20) }\n',
};

let stand: ClusterStand;
let warehouse: Warehouse;
let bucket: TestBucket;
beforeEach(async () => {
  const { warehouse: found, made } = testWarehouse();
  await made;
  warehouse = found;
  const ground = await openGround(warehouse, onTestFinished);
  bucket = new TestBucket(ground.s3Endpoint, 'raw-data');
  await bucket.put({ 'orders/a.json': '{"id": 1, "item": "tea"}\n' });
  const dwhYaml = shopTargets + sources + clusterYaml('serverless');
  stand = await ClusterStand.open(ground, dwhYaml, onTestFinished);
  for (const [path, text] of Object.entries(models)) stand.write(path, text);
  cpSync(join(import.meta.dirname, '../../macros/redshift'), join(stand.dir, 'macros/redshift'), { recursive: true });
  const { host, port, close } = await openWire(warehouse);
  onTestFinished(close);
  stand.aws.account.endpoint = { host, port };
  awsSettings(stand.settings);
  await stand.up();
});

/** What debug finds, and the fault that it ends with. */
async function look(target: string): Promise<{ found: Finding[]; fault: Fault | undefined }> {
  const found: Finding[] = [];
  const reading = { now: () => new Date(), signal: new AbortController().signal, wait: undefined, command: 'test' };
  try {
    await debug({ ...stand.options, target, vars: {}, ...reading }, (finding) => void found.push(finding));
    return { found, fault: undefined };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { found, fault: error.faults[0] };
  }
}

describe.each(['redshift', 'direct'])('debug of target %s', (target) => {
  test('goes from link to link, and has one file read by the role without loading it', async () => {
    const { found, fault } = await look(target);
    expect(fault).toBeUndefined();
    expect(Object.fromEntries(found.map(({ what, found: said }) => [what, said]))).toMatchObject({
      credentials: 'AWS knows them',
      'raw files': '1 in s3://raw-data/orders',
      'role, COPY': 'orders reads orders/a.json, and loads nothing of it',
      published: 'nothing yet',
    });
  });

  test.each<[string, string, () => void, RegExp]>([
    [
      'credentials',
      'AWS does not know them',
      () => (stand.aws.refusal = new ServiceFault('InvalidClientTokenId', 403, 'The security token is invalid')),
      /AWS does not know these credentials/,
    ],
    ['warehouse', 'there is no cluster', () => stand.aws.account.workgroups.clear(), /there is no cluster "shop"/],
    [
      'warehouse',
      'the cluster is not ours',
      () => delete stand.aws.account.workgroups.get('shop')?.tags['sparkify-run'],
      /does not bear the tag/,
    ],
    [
      'role, COPY',
      'the role may not read the bucket',
      () => {
        for (const { inline } of stand.aws.account.roles.values()) inline.clear();
        stand.aws.account.tell();
      },
      /Access ?Denied/i,
    ],
    [
      'role, COPY',
      'the role asks for what Redshift is not known to send',
      () => {
        for (const role of stand.aws.account.roles.values())
          role.trust = role.trust.replace(
            '"Action"',
            '"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}},"Action"',
          );
        stand.aws.account.tell();
      },
      /Not authorized to get credentials of role/,
    ],
  ])('names the link that fails first: %s, when %s', async (what, _, make, said) => {
    make();
    const { found, fault } = await look(target);
    expect(found.at(-1)).toEqual({ what, found: 'this is where it fails' });
    expect(fault?.message).toMatch(said);
    expect(fault?.hint).toBeTruthy();
  });

  test('names the raw files where there are none', async () => {
    await bucket.remove('orders/a.json');
    const { found, fault } = await look(target);
    expect(found.at(-1)).toEqual({ what: 'raw files', found: 'this is where it fails' });
    expect(fault).toMatchObject({ code: 'source-empty' });
  });
});

test('by port 5439, the network and the login are links of their own', async () => {
  warehouse.logins.delete('admin');
  expect((await look('direct')).found.at(-1)?.what).toBe('login');
  stand.aws.account.endpoint = { host: '127.0.0.1', port: 1 };
  expect((await look('direct')).found.at(-1)?.what).toBe('network');
});

test('by port 5439, TLS is a link of its own: a certificate has to be vouched for, as sslmode says', async () => {
  const dwhYaml = stand.read('dwh.yaml');
  const withTls = (settings: string): void => stand.describe(dwhYaml.replace('sslmode: disable', settings));
  withTls('sslmode: verify-full');
  const { found, fault } = await look('direct');
  expect(found.at(-1)?.what).toBe('TLS');
  expect(fault?.message).toContain('the certificate of 127.0.0.1');
  withTls(`sslmode: verify-ca, sslrootcert: ${join(tlsFolder, 'ca.pem')}`);
  expect((await look('direct')).found).toContainEqual({ what: 'TLS', found: 'TLSv1.3, verify-ca' });
});

test.each([
  ['speaks no TLS', 'N', 'offers no TLS'],
  ['closes the connection, as one that is paused does', '', 'closes the connection at once'],
])('a server that %s is told', async (_, answer, said) => {
  const server = createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(answer)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  stand.aws.account.endpoint = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  stand.describe(stand.read('dwh.yaml').replace('sslmode: disable', 'sslmode: require'));
  const { found, fault } = await look('direct');
  expect(found.at(-1)?.what).toBe('TLS');
  expect(fault?.message).toContain(said);
});
