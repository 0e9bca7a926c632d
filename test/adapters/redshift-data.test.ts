import { expect, onTestFinished, test } from 'vitest';
import type { Connection, Driver } from '../../runner/adapters/driver.ts';
import { DatabaseError } from '../../runner/adapters/driver.ts';
import type { RedshiftDataOptions } from '../../runner/adapters/drivers/redshift-data.ts';
import { openRedshiftData } from '../../runner/adapters/drivers/redshift-data.ts';
import type { RedshiftDataTarget } from '../../runner/config/target.ts';
import { parseColumnType } from '../../runner/core/column-type.ts';
import type { DataApi, DataApiOptions } from '../redshift/data-api.ts';
import { openDataApi } from '../redshift/data-api.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { ServiceFault } from '../aws/service-fault.ts';
import type { Warehouse } from '../redshift/warehouse.ts';
import { rowsOn } from '../support/postgres.ts';
import { faultsOf } from '../support/project.ts';
import { awsSettings } from '../support/s3.ts';

interface Opened {
  readonly warehouse: Warehouse;
  readonly api: DataApi;
  readonly open: (options?: Partial<RedshiftDataOptions>) => Promise<Driver>;
}

const target: RedshiftDataTarget = {
  name: 'dwh',
  type: 'redshift-data',
  workgroup: 'shop',
  database: 'dev',
  region: 'us-east-1',
};

/** A warehouse with an empty table, and a way to open it by the Data API. */
async function dataApi(
  options: DataApiOptions = {},
  settings: Record<string, string | undefined> = {},
): Promise<Opened> {
  const { warehouse, made } = testWarehouse();
  await made;
  await rowsOn(warehouse.address, 'create table public.songs (id bigint)');
  const api = await openDataApi(warehouse, options);
  onTestFinished(() => api.close());
  awsSettings({ AWS_ENDPOINT_URL_REDSHIFT_DATA: api.endpoint, ...settings });
  const open = async (more: Partial<RedshiftDataOptions> = {}): Promise<Driver> => {
    const holder = { command: 'test', since: 'now', run: 'rdata00001' };
    const opened = { target, access: 'read', holder, wait: undefined, signal: undefined, lock: 'shop_meta' } as const;
    const driver = await openRedshiftData({ ...opened, delayMs: 1, ...more });
    onTestFinished(() => driver.close());
    return driver;
  };
  return { warehouse, api, open };
}

const on = <T>(driver: Driver, work: (connection: Connection) => Promise<T>): Promise<T> => driver.withConnection(work);
const run = (driver: Driver, sql: string): Promise<number> => on(driver, (connection) => connection.run(sql));
const rowsBy = (driver: Driver, sql: string) => on(driver, async (connection) => (await connection.query(sql)).rows);
const songs = ({ warehouse }: Opened) => rowsOn(warehouse.address, 'select id from public.songs order by 1');
const insert = (id: number | string) => `insert into public.songs values (${id})`;
const throttled = new ServiceFault('ThrottlingException', 400, 'Rate exceeded');

/** What `work` fails with. */
async function errorOf(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof DatabaseError) return error;
  throw new Error(`this did not fail as a statement does: ${String(error)}`);
}

test('a submission that is throttled is made again, once for each time', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  opened.api.happens({ operation: 'ExecuteStatement', happens: throttled, times: 4 });
  expect(await run(driver, insert(1))).toBe(1);
  expect(await songs(opened)).toEqual([['1']]);
}, 60_000);

test('a submission whose answer is lost is not carried out twice', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  opened.api.happens({ operation: 'ExecuteStatement', happens: 'lost after', times: 2 });
  await run(driver, insert(1));
  expect(await songs(opened)).toEqual([['1']]);
});

test('a submission whose answer is garbled on its way is not carried out twice', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  opened.api.happens({ operation: 'ExecuteStatement', happens: 'garbled', times: 2 });
  await run(driver, insert(1));
  expect(await songs(opened)).toEqual([['1']]);
});

test('answers that stay garbled are transient, and are reported by their status', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  opened.api.happens({ operation: 'DescribeStatement', happens: 'garbled', times: 100 });
  const error = await errorOf(run(driver, insert(1)));
  expect(error).toMatchObject({ trouble: 'lost', message: expect.stringContaining('HTTP 502') });
  expect(error.message).not.toMatch(/JSON|deserialization/i);
}, 60_000);

test('five answers in a row that fail do not end the wait for a statement', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  opened.api.happens({ operation: 'DescribeStatement', happens: 'lost before', times: 5 });
  expect(await run(driver, insert(1))).toBe(1);
}, 60_000);

test('a statement that is lost sight of may have been carried out', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  opened.api.happens({ operation: 'DescribeStatement', happens: throttled, times: 100 });
  expect(await errorOf(run(driver, insert(1)))).toMatchObject({ trouble: 'lost' });
}, 60_000);

test('an endpoint that does not know to wait with its answer is asked now and again', async () => {
  const opened = await dataApi({ longPolling: false, statementMs: 20 });
  const driver = await opened.open();
  expect(await rowsBy(driver, 'select 7 as id')).toEqual([[7]]);
  expect(opened.api.calls.filter(({ input }) => input.WaitTimeSeconds !== undefined)).toHaveLength(1);
});

test('a result of several pages comes whole, and large numbers keep their digits', async () => {
  const opened = await dataApi({ rowsInPage: 2 });
  const driver = await opened.open();
  for (const id of ['1', '2', '9007199254740993']) await run(driver, insert(id));
  expect(await rowsBy(driver, 'select id from public.songs order by 1')).toEqual([[1n], [2n], [9007199254740993n]]);
});

test.each([
  [40, 1, 0],
  [41, 0, 1],
])(
  'a transaction of %i statements is %i batch or %i session, and leaves nothing when its last one fails',
  async (count, batches, sessions) => {
    const opened = await dataApi();
    const driver = await opened.open();
    const inserts = Array.from({ length: count - 1 }, (_, i) => insert(i));
    const error = await errorOf(on(driver, (connection) => connection.transaction([...inserts, 'select nowhere'])));
    expect(error).toMatchObject({ statement: count - 1, message: 'column "nowhere" does not exist' });
    expect(await songs(opened)).toEqual([]);
    await on(driver, (connection) => connection.transaction([...inserts, insert(count)]));
    expect(await songs(opened)).toHaveLength(count);
    const calls = opened.api.calls.map(({ operation, input }) => input.Sql ?? operation);
    expect(calls.filter((call) => call === 'BatchExecuteStatement')).toHaveLength(2 * batches);
    expect(calls.filter((call) => call === 'begin')).toHaveLength(2 * sessions);
    expect(calls.filter((call) => call === 'commit')).toHaveLength(sessions);
  },
  60_000,
);

test('a statement over 100 KB is refused before it is sent, and its length is told', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  const before = opened.api.calls.length;
  const error = await errorOf(run(driver, `select '${'x'.repeat(102_400)}'`));
  expect(error.message).toBe('the statement has 102409 bytes, and the Data API takes 102400');
  expect(error.hint).toContain('a target of type redshift');
  expect(opened.api.calls).toHaveLength(before);
});

test('a setting holds on its connection, and on no other', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  await rowsOn(opened.warehouse.address, 'create schema shop; create table shop.only_here as select 1 as id');
  await on(driver, async (connection) => {
    await connection.set('set search_path to "shop", "public"');
    expect((await connection.query('select id from only_here')).rows).toEqual([[1]]);
    const error = await errorOf(connection.transaction(['select 1', 'select nowhere']));
    expect(error.statement).toBe(1);
  });
  expect((await errorOf(run(driver, 'select id from only_here'))).message).toContain('only_here');
});

test('rows of text are put in, many to a statement, with a value for each column', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  const type = parseColumnType('bigint');
  if (type === undefined) throw new Error('bigint is a type');
  const rows = Array.from({ length: 20_000 }, (_, i) => [String(10 ** 9 + i)]);
  const into = { schema: 'public', identifier: 'songs' };
  await on(driver, (connection) => connection.append(into, [{ name: 'id', type, notNull: false }], rows));
  expect(await songs(opened)).toHaveLength(20_000);
});

test('what runs is cancelled when it is told to, and the driver can be used again', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  const sleeping = errorOf(run(driver, 'select pg_sleep(60)'));
  const stop = setInterval(() => driver.interrupt(), 20);
  expect(await sleeping.finally(() => clearInterval(stop))).toMatchObject({ trouble: 'refused' });
  expect(await rowsBy(driver, 'select 1 as one')).toEqual([[1]]);
});

test('a statement that takes too long is cancelled, and that is said', async () => {
  const opened = await dataApi({ longPolling: false });
  const driver = await opened.open({ timeoutMs: 100 });
  expect((await errorOf(run(driver, 'select pg_sleep(60)'))).message).toMatch(/longer than 0.1 s and was cancelled/);
});

test('what a dead run left is ended, and nothing of any other run', async () => {
  const opened = await dataApi();
  const holder = { command: 'test', since: 'now' };
  const dead = await opened.open({ holder: { ...holder, run: 'rdead00001' } });
  const alive = await opened.open({ holder: { ...holder, run: 'ralive0001' } });
  const left = errorOf(run(dead, 'select pg_sleep(60)'));
  const goesOn = run(alive, 'select pg_sleep(1)');
  await expect.poll(() => opened.api.calls.filter(({ input }) => input.Sql?.includes('pg_sleep')).length).toBe(2);
  await (await opened.open()).endRuns(['rdead00001']);
  expect(await left).toMatchObject({ trouble: 'refused' });
  await goesOn;
});

test('a conflict with another transaction is one that may pass, by the words of Redshift', async () => {
  const opened = await dataApi();
  const driver = await opened.open();
  const message = '1023 Serializable isolation violation on table - 100';
  opened.warehouse.mishaps.push({ statement: /^insert/, happens: { kind: 'error', message } });
  expect(await errorOf(run(driver, insert(1)))).toMatchObject({ trouble: 'transient', message });
});

test.each<[string, (opened: Opened) => void, string, RegExp]>([
  [
    'an AWS session that has expired',
    ({ api }) =>
      api.happens({
        operation: 'ExecuteStatement',
        happens: new ServiceFault(
          'ExpiredTokenException',
          400,
          'The security token included in the request is expired',
        ),
        times: 9,
      }),
    'region',
    /expired/,
  ],
  [
    'a right that is missing',
    ({ api }) =>
      api.happens({
        operation: 'ExecuteStatement',
        happens: new ServiceFault(
          'AccessDeniedException',
          400,
          'User AKIAIOSFODNN7EXAMPLE is not authorized to perform: redshift-data:ExecuteStatement',
        ),
        times: 9,
      }),
    'workgroup',
    /redshift-data:ExecuteStatement/,
  ],
  [
    'a workgroup that AWS does not know',
    ({ warehouse }) => void warehouse.names.add('another'),
    'workgroup',
    /knows no workgroup "shop"/,
  ],
  ['a warehouse that is paused', ({ warehouse }) => void (warehouse.state = 'paused'), 'workgroup', /is paused/],
])('%s is told at the setting to mend, without a secret', async (_, goWrong, key, message) => {
  const opened = await dataApi();
  goWrong(opened);
  const faults = await faultsOf(opened.open());
  expect(faults).toMatchObject([{ code: 'database-unavailable', at: { keys: ['targets', 'dwh', key] } }]);
  expect(faults[0]?.message).toMatch(message);
  expect(JSON.stringify(faults)).not.toMatch(/AKIA[A-Z0-9]{8}|secret-of-this-test/);
});

test('what Redshift says of users and roles is told without the number of the account', async () => {
  const opened = await dataApi();
  const message =
    'User arn:aws:redshift:us-west-2:123456789012:dbuser:shop/me is not authorized to assume IAM Role arn:aws:iam::123456789012:role/reads';
  opened.warehouse.mishaps.push({ statement: /^select 7/, happens: { kind: 'error', message } });
  const driver = await opened.open();
  const failed = driver.withConnection((connection) => connection.query('select 7'));
  await expect(failed).rejects.toThrow('dbuser:shop/me is not authorized to assume IAM Role arn:aws:iam::…:role/reads');
});

test('no AWS credentials at all are told as that', async () => {
  const opened = await dataApi({}, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
  expect((await faultsOf(opened.open()))[0]?.message).toMatch(/no AWS credentials/);
});
