import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compileNodes } from '../../runner/commands/compile.ts';
import { planModels } from '../../runner/commands/models.ts';
import { planText } from '../../runner/terminal/plan-text.ts';
import { styleFor } from '../../runner/terminal/style.ts';
import { testWarehouse, wireTarget } from '../redshift/make-warehouse.ts';
import type { Warehouse } from '../redshift/warehouse.ts';
import type { Files, TestProject } from '../support/project.ts';
import { changesIn, faultsIn, faultsOf, plainConfig, project } from '../support/project.ts';
import { onServer } from '../support/postgres.ts';
import type { TestBucket } from '../support/s3.ts';
import { inFrontOf, s3 } from '../support/s3.ts';

const role = 'arn:aws:iam::123456789012:role/dwh';
const loading = `iam_role: '${role}', stage: 's3://raw-data/stage'`;
const model = (settings = ''): string =>
  `{{config materialized="copy" ${settings}}}\n{{> copy_json from=(source "raw" "orders")}}\n`;
const contract =
  'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer }\n      - { name: name, type: varchar(8) }\n';
const timed = contract.replace('varchar(8)', 'timestamp');
const macro = readFileSync(join(import.meta.dirname, '../../macros/redshift/copy_json.hbs'), 'utf8');

interface Shop {
  readonly own: TestProject;
  readonly bucket: TestBucket;
  readonly warehouse: Warehouse;
}

/** A project on Redshift whose raw files lie in S3, and both of them. */
async function shop(
  objects: Readonly<Record<string, string | Uint8Array>>,
  files: Files = {},
  settings = loading,
): Promise<Shop> {
  const bucket = await s3(
    Object.fromEntries(Object.entries(objects).map(([name, body]) => [`lake/orders/${name}`, body])),
  );
  const { warehouse, made } = testWarehouse();
  await made;
  warehouse.s3Endpoint = bucket.endpoint;
  warehouse.roles.set(role, { attached: true, buckets: ['raw-data'] });
  const { host, port, database, user } = await wireTarget(warehouse);
  const target = `host: ${host}, port: ${port}, database: ${database}, user: ${user}, password: '\${SHOP_PASSWORD}', sslmode: disable`;
  const config = plainConfig
    .replace(/local: \{.*\}/, `local: { type: redshift, ${target}${settings === '' ? '' : `, ${settings}`} }`)
    .replace('root: raw', 'root: ${ROOT:-s3://raw-data/lake}');
  const own = project({
    'dwh.yaml': config,
    'models/orders.sql': model(),
    'models/_orders.yml': contract,
    'macros/redshift/copy_json.hbs': macro,
    ...files,
  });
  own.env = { SHOP_PASSWORD: 'runner-secret' };
  return { own, bucket, warehouse };
}

const copies = ({ events }: TestProject): string[] =>
  events.flatMap((event) => (event.type === 'statement' && event.sql.startsWith('copy ') ? [event.sql] : []));
const notes = ({ events }: TestProject): string[] =>
  events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
const ids = async (own: TestProject): Promise<unknown[]> =>
  (await own.rows('select id from orders order by id')).flat();

/** Does something while a COPY waits in the server: the next one, or the one after those that wait already. */
function whileCopying({ mishaps }: Warehouse, work: () => Promise<void>): void {
  const happens = {
    kind: 'wait',
    get until() {
      return work();
    },
  } as const;
  mishaps.push({ statement: /^copy /, happens });
}

/** What lies below a prefix of the bucket. */
async function keys({ endpoint }: TestBucket, prefix: string): Promise<string[]> {
  const text = await (await fetch(`${endpoint}/raw-data?list-type=2&prefix=${prefix}`)).text();
  return [...text.matchAll(/<Key>([^<]*)/g)].map(([, key = '']) => key);
}

describe('the COPY that loads objects', () => {
  const sql = async (settings: string, more = ''): Promise<string> => {
    const { own } = await shop({}, { 'models/orders.sql': model(settings) });
    own.write({ 'dwh.yaml': own.read('dwh.yaml').replace('s3://raw-data/lake}', `s3://raw-data/lake}${more}`) });
    const [compiled] = await compileNodes(own.options());
    return compiled?.sql ?? '';
  };

  test('takes what a manifest lists, by the role of the target, and looks for no encodings', async () => {
    expect(await sql('')).toBe(`copy "shop"."orders" ("id", "name")
from 'raw.orders'
iam_role '${role}'
manifest
json 'auto'
timeformat 'auto'
compupdate off`);
  });

  test('says all that the model says, an option a line', async () => {
    const all =
      'max_errors=9 time_format="epochmillisecs" truncate_columns=true blanks_as_null=true empty_as_null=true stat_update=false comp_update="preset"';
    expect(await sql(all, '\n    region: us-west-2')).toBe(`copy "shop"."orders" ("id", "name")
from 'raw.orders'
iam_role '${role}'
manifest
region 'us-west-2'
json 'auto'
timeformat 'epochmillisecs'
truncatecolumns
blanksasnull
emptyasnull
maxerror 10
statupdate off
compupdate preset`);
  });

  test('names the default role of a warehouse by a word', async () => {
    const { own, warehouse } = await shop({ 'a.json': '{"id":1}' }, {}, loading.replace(role, 'default'));
    warehouse.defaultRole = role;
    await own.publish();
    expect(copies(own)[0]).toContain('\niam_role default\n');
    expect(await ids(own)).toEqual([1]);
  });
});

describe('objects in S3 are loaded by Redshift', () => {
  test('packed and plain, whatever their layout and the letters in their keys', async () => {
    const { own, bucket } = await shop({
      'a.json': '{"id":1,"name":"x"}\n{"id":2}',
      'pretty.json': '{\n  "id": 3\n}\n{\n  "id": 4\n}',
      'packed.json.gz': gzipSync('{"id":7}\n'),
      'packed 2.json.gz': gzipSync('{"id":8}\n'),
      'a[1]*?\'"\\ä %20+.json': '{"id":9}',
      'empty.json': '',
      '.DS_Store': 'no data',
    });
    const summary = await own.publish();
    expect(await ids(own)).toEqual([1, 2, 3, 4, 7, 8, 9]);
    expect(summary.results[0]).toMatchObject({ rows: 7 });
    expect(await keys(bucket, 'stage/')).toEqual([]);
  });

  test('by one manifest for each kind, which lists exactly the files that are new', async () => {
    const { own, bucket, warehouse } = await shop({ 'a.json': '{"id":1}', 'b.json.gz': gzipSync('{"id":2}') });
    const written: Record<string, unknown> = {};
    const look = (): void =>
      whileCopying(warehouse, async () => {
        for (const key of await keys(bucket, 'stage/'))
          written[key.replace(/stage\/[^/]+/, '<run>')] = JSON.parse(await bucket.text(key));
      });
    look();
    look();
    await own.publish();
    const listing = (name: string): unknown => ({
      entries: [{ url: `s3://raw-data/lake/orders/${name}`, mandatory: true }],
    });
    expect(written).toEqual({
      '<run>/orders.manifest': listing('a.json'),
      '<run>/orders-gz.manifest': listing('b.json.gz'),
    });
    await bucket.put({ 'lake/orders/c.json': '{"id":3}' });
    look();
    expect(changesIn(await own.publish())).toEqual({ orders: 'append +1 ~0 -0' });
    expect(written['<run>/orders.manifest']).toEqual(listing('c.json'));
    expect(changesIn(await own.publish())).toEqual({ orders: 'nothing' });
    expect(copies(own)).toEqual([]);
    expect(await ids(own)).toEqual([1, 2, 3]);
  });

  test('by a jsonpaths file that lies there too', async () => {
    const { own, bucket } = await shop({ 'a.json': '{"Id":1,"Who":{"n":"a"}}' });
    own.write({
      'dwh.yaml': own.read('dwh.yaml').replace('{ path: orders }', "{ path: orders, jsonpaths: it's.json }"),
    });
    await bucket.put({ "lake/it's.json": '{"jsonpaths": ["$[\'Id\']", "$[\'Who\'][\'n\']"]}' });
    await own.publish();
    expect(copies(own)[0]).toContain("\njson 's3://raw-data/lake/it''s.json'\n");
    expect(await own.rows('select id, name from orders')).toEqual([[1, 'a']]);
  });

  test('by keys that differ from columns by case, where the source says so', async () => {
    const { own } = await shop({ 'a.json': '{"ID":1,"Name":"a"}\n{"id":2,"x":1,"X":2}' });
    own.write({
      'dwh.yaml': own.read('dwh.yaml').replace('{ path: orders }', '{ path: orders, jsonpaths: auto ignorecase }'),
    });
    await own.publish();
    expect(copies(own)[0]).toContain("\njson 'auto ignorecase'\n");
    expect(await own.rows('select id, name from orders order by id')).toEqual([
      [1, 'a'],
      [2, null],
    ]);
    expect(notes(own)).toEqual([]);
  });

  test('but a row in which a key occurs twice then', async () => {
    const { own } = await shop({ 'a.json': '{"id":1,"ID":1}' });
    own.write({
      'dwh.yaml': own.read('dwh.yaml').replace('{ path: orders }', '{ path: orders, jsonpaths: auto ignorecase }'),
    });
    expect(faultsIn(await own.run())[0]?.message).toMatch(/the key "id" occurs twice in one object/);
  });

  test('with a note where no row has a field of the contract, and none where the fields are null', async () => {
    const { own, bucket } = await shop({ 'a.json': '{"ID":1,"Name":"a"}', 'b.json': '{"Id":2}' });
    await own.publish();
    expect(notes(own)).toEqual([
      expect.stringMatching(/no row of "orders" .* 2 loaded rows \(2 files\) .* jsonpaths: auto ignorecase/),
    ]);
    await bucket.put({ 'lake/orders/c.json': '{"id":null}' });
    await own.publish();
    expect(notes(own)).toEqual([]);
    await bucket.put({ 'lake/orders/d.json': '{"name":"x"}\n{}' });
    await own.publish();
    expect(notes(own)).toEqual([]);
  });

  test('with rows that are arrays, by jsonpaths that begin with an index', async () => {
    const { own, bucket } = await shop({ 'a.json': '[1,"a"]\n[2,"b"]' });
    own.write({
      'dwh.yaml': own.read('dwh.yaml').replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }'),
    });
    await bucket.put({ 'lake/paths.json': '{"jsonpaths": ["$[0]", "$[1]"]}' });
    await own.publish();
    expect(await own.rows('select id, name from orders order by id')).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  test('with offsets from UTC in a timestamptz, the same moment in UTC', async () => {
    const times = ['2018-11-01 20:57:10+02', '2018-11-01T20:57:10.5-05:30', '2018-11-01 20:57:10', '2018-11-01T20:57Z'];
    const { own } = await shop(
      { 'a.json': times.map((time, id) => JSON.stringify({ id, name: time })).join('\n') },
      { 'models/_orders.yml': contract.replace('varchar(8)', 'timestamptz') },
    );
    await own.publish();
    const utc = "select cast(name at time zone 'UTC' as varchar) from orders order by id";
    expect((await own.rows(utc)).flat()).toEqual([
      '2018-11-01 18:57:10',
      '2018-11-02 02:27:10.5',
      '2018-11-01 20:57:10',
      '2018-11-01 20:57:00',
    ]);
  });

  test('once, when two of them have one content, and with a note that one is missing', async () => {
    const { own, bucket } = await shop({ 'a.json': '{"id":1}', 'b.json': '{"id":1}' });
    await own.publish();
    expect(await ids(own)).toEqual([1]);
    expect(notes(own)).toEqual([expect.stringMatching(/b\.json has the content of .*a\.json/)]);
    await bucket.remove('lake/orders/a.json');
    await own.publish();
    expect(notes(own)).toEqual([expect.stringMatching(/a file that is loaded into "orders" is missing/)]);
    expect(await ids(own)).toEqual([1]);
  });

  test('with times that have a fraction, a T or a Z', async () => {
    const times = ['2018-11-01 20:57:10.796', '2018-11-01T20:57:10.796Z', '2018-11-01T20:57', '2018-11-01'];
    const { own } = await shop(
      { 'a.json': times.map((time, id) => JSON.stringify({ id, name: time })).join('\n') },
      { 'models/_orders.yml': timed },
    );
    await own.publish();
    expect((await own.rows('select cast(name as varchar) from orders order by id')).flat()).toEqual([
      '2018-11-01 20:57:10.796',
      '2018-11-01 20:57:10.796',
      '2018-11-01 20:57:00',
      '2018-11-01 00:00:00',
    ]);
  });

  test('and how far it has come is told after each COPY', async () => {
    const { own } = await shop({ 'a.json': '{"id":1}', 'b.json.gz': gzipSync('{"id":2}'), 'c.json': '{"id":3}' });
    await own.publish();
    const progress = own.events.flatMap((event) => (event.type === 'load progress' ? [event] : []));
    expect(progress.map(({ files, ofFiles }) => [files, ofFiles])).toEqual([
      [0, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(progress.at(-1)?.bytes).toBe(progress.at(-1)?.ofBytes);
  });

  test('once, though the connection breaks before COPY has answered', async () => {
    const { own, warehouse, bucket } = await shop({ 'a.json': '{"id":1}' });
    warehouse.mishaps.push({ statement: /^copy /, happens: { kind: 'lost', when: 'after' } });
    await own.publish();
    expect(copies(own)).toHaveLength(2);
    const statements = own.events.flatMap((event) => (event.type === 'statement' ? [event.sql] : []));
    expect(statements.filter((sql) => sql.includes('relation.oid\n'))).toEqual([]);
    expect(await ids(own)).toEqual([1]);
    expect(await keys(bucket, 'stage/')).toEqual([]);
  });
});

describe('a raw row that Redshift does not load', () => {
  test('is named with object, first line, field, value and type, as on other engines', async () => {
    const { own, bucket } = await shop({
      'good.json': '{"id":1}',
      'bad.json': '{"id":1}\n{\n  "id":2,\n  "name":"too long a name"\n}',
    });
    const faults = faultsIn(await own.run());
    expect(await own.places(faults)).toEqual(['s3://raw-data/lake/orders/bad.json:4:10 row-rejected']);
    expect(faults[0]).toMatchObject({
      message:
        'a raw row does not fit "orders": field "name": "too long a name" is 15 bytes long; column "name" is varchar(8)',
      hint: expect.stringContaining('max_errors'),
    });
    expect(await keys(bucket, 'stage/')).toEqual([]);
  });

  test('is looked for in the objects that Redshift names, and in no other', async () => {
    const { own, bucket } = await shop({ 'a.json': '{"id":1}', 'b.json': '{"id":"x"}', 'c.json': '{"id":"y"}' });
    const read: string[] = [];
    await inFrontOf(bucket, ({ url = '' }) => {
      if (url.includes('GetObject')) read.push(url.replace(/^.*orders\/|\?.*$/g, ''));
    });
    expect(faultsIn(await own.run())).toHaveLength(1);
    expect(read).toEqual(['b.json']);
  });

  test('is found by its key though that is longer than Redshift writes down', async () => {
    const { own } = await shop({ [`${'k'.repeat(300)}.json`]: '{"id":"x"}' });
    expect(faultsIn(await own.run())).toMatchObject([
      { code: 'row-rejected', message: expect.stringContaining('not a whole number') },
    ]);
  });

  test('is found though Redshift has not written down yet what it said', async () => {
    const { own, warehouse } = await shop({ 'a.json': '{"id":1}', 'b.json': '{"id":"x"}' });
    const message = "Load into table 'orders' failed.  Check 'stl_load_errors' system table for details.";
    warehouse.mishaps.push({ statement: /^copy /, happens: { kind: 'error', message } });
    expect(await own.places(faultsIn(await own.run()))).toEqual(['s3://raw-data/lake/orders/b.json:1:7 row-rejected']);
  });

  test('is told in the words of Redshift where the runner would take it', async () => {
    const { own } = await shop(
      { 'a.json': '{"id":1}\n{"id":2,"name":-1}' },
      { 'models/orders.sql': model('time_format="epochsecs"'), 'models/_orders.yml': timed },
    );
    const faults = faultsIn(await own.run());
    expect(await own.places(faults)).toEqual(['s3://raw-data/lake/orders/a.json:2:1 row-rejected']);
    expect(faults[0]?.message).toMatch(/does not load a raw row into "orders": column "name" \(timestamp.*Invalid/);
  });

  test('goes aside, whole, when the model allows so many', async () => {
    const { own } = await shop(
      { 'a.json': '{"id":1}\n{"id":"one"}', 'b.json.gz': gzipSync('{"id":"two"}{"id":2}') },
      { 'models/orders.sql': model('max_errors=2') },
    );
    await own.publish();
    expect(await ids(own)).toEqual([1, 2]);
    expect(
      await own.rows('select path, line_number, column_number, raw_row from orders_rejects order by path'),
    ).toEqual([
      ['orders/a.json', 2, 7, '{"id":"one"}'],
      ['orders/b.json.gz', 1, 7, '{"id":"two"}'],
    ]);
    expect(notes(own)).toEqual([]);
  });

  test('and one more than the model allows holds the run, be they in one COPY or in two', async () => {
    const bad = (n: number): string => '{"id":"x"}\n'.repeat(n);
    for (const objects of [{ 'a.json': bad(3) }, { 'a.json': bad(2), 'b.json.gz': gzipSync(bad(1)) }]) {
      const { own } = await shop(objects, { 'models/orders.sql': model('max_errors=2') });
      const faults = faultsIn(await own.run());
      expect(faults).toHaveLength(3);
      expect(faults[0]?.hint).toContain('max_errors=2');
    }
  });

  test('and that Redshift alone leaves out is told in a note', async () => {
    const { own } = await shop(
      { 'a.json': '{"id":1}\n{"id":2,"name":-1}\n{"id":"x"}' },
      { 'models/orders.sql': model('time_format="epochsecs" max_errors=5'), 'models/_orders.yml': timed },
    );
    await own.publish();
    expect(await ids(own)).toEqual([1]);
    expect(await own.rows('select raw_row from orders_rejects')).toEqual([['{"id":"x"}']]);
    expect(notes(own)).toEqual([
      expect.stringMatching(
        /left out 2 raw rows of "orders", and by the rules of the runner 1 do not fit[^]*a\.json:2 /,
      ),
    ]);
  });
});

describe('an object that is written to', () => {
  test('while Redshift reads is an error, and nothing of it is published', async () => {
    const { own, warehouse, bucket } = await shop({ 'a.json': '{"id":1}', 'b.json': '{"id":5}' });
    whileCopying(warehouse, () => bucket.put({ 'lake/orders/a.json': '{"id":2}', 'lake/orders/new.json': '{"id":3}' }));
    expect(faultsIn(await own.run())).toMatchObject([
      {
        code: 'file-changed',
        message: 's3://raw-data/lake/orders/a.json was written to while it was loaded into "orders"',
      },
    ]);
    await own.publish();
    expect(await ids(own)).toEqual([2, 3, 5]);
  });
});

describe('before anything is built it is told', () => {
  test('that raw files on disk cannot be loaded, and how to bring them to S3', async () => {
    const { own } = await shop({});
    const faults = await faultsOf(own.run({ env: { ...own.env, ROOT: 'seeds' } }));
    expect(faults).toMatchObject([
      {
        code: 'config-invalid',
        message: expect.stringContaining('the root of this source is the folder seeds'),
        hint: 'copy them there, aws s3 sync seeds s3://bucket/prefix, and set ROOT=s3://bucket/prefix',
      },
    ]);
    expect(await own.places(faults)).toEqual(['dwh.yaml:8:11 config-invalid']);
  });

  test.each(['iam_role', 'stage'])('that the target has no %s, by a dry run as well', async (key) => {
    const { own } = await shop(
      { 'a.json': '{"id":1}' },
      {},
      loading.replace(new RegExp(`(, )?${key}: '[^']*'(, )?`), ''),
    );
    for (const faults of [await faultsOf(own.run()), await faultsOf(planned(own))]) {
      expect(faults.map(({ message }) => message)).toEqual([
        `target "local" does not say its ${key}, without which redshift loads no raw files`,
      ]);
      expect(await own.places(faults)).toEqual(['dwh.yaml:5:10 config-invalid']);
    }
  });
});

describe('what Redshift has against a setting points at it', () => {
  test.each<[string, (warehouse: Warehouse) => void, string, string]>([
    ['a role that is not attached', ({ roles }) => roles.clear(), 'storage-denied', 'iam_role'],
    [
      'a role that may not read',
      ({ roles }) => roles.set(role, { attached: true, buckets: [] }),
      'storage-denied',
      'iam_role',
    ],
    ['another region', ({ bucketRegions }) => bucketRegions.set('raw-data', 'eu-west-1'), 'storage-unavailable', 'raw'],
  ])('%s', async (_, spoil, code, key) => {
    const { own, warehouse } = await shop({ 'a.json': '{"id":1}' });
    spoil(warehouse);
    const faults = faultsIn(await own.run());
    expect(faults).toMatchObject([{ code, hint: expect.any(String) }]);
    const [place = ''] = await own.places(faults);
    const [, line, column] = /^dwh\.yaml:(\d+):(\d+) /.exec(place) ?? [];
    const text = own.read('dwh.yaml').split('\n')[Number(line) - 1] ?? '';
    expect(`${text.slice(0, Number(column) - 1)}`).toMatch(key === 'raw' ? /^ {4}$/ : /iam_role: $/);
  });
});

test('a dry run shows the COPY, and how many files its manifest would list', async () => {
  const { own, bucket } = await shop({ 'a.json': '{"id":1}', 'b.json': '{"id":2}', 'c.json.gz': gzipSync('{"id":3}') });
  const plan = await planned(own);
  expect(plan).toMatch(
    /-- the manifest is written first, and lists 2 files\ncopy .*\nfrom 's3:\/\/raw-data\/stage\/[^/]+\/orders\.manifest'/,
  );
  expect(plan).toMatch(/lists 1 file\ncopy .*\nfrom 's3:\/\/raw-data\/stage\/[^/]+\/orders-gz\.manifest'[^]*?\ngzip\n/);
  expect(await keys(bucket, 'stage/')).toEqual([]);
});

test('what a dead run left in the stage is cleared away by the next one, and nothing else', async () => {
  const { own, bucket, warehouse } = await shop({ 'a.json': '{"id":1}' });
  await own.publish();
  const dead = 'rdead';
  await onServer(
    warehouse.address,
    `insert into shop_meta.runs (run_id, sequence_number, command, status, started_at) values ('${dead}', 99, 'models', 'running', now())`,
  );
  await bucket.put({ [`stage/${dead}/orders.manifest`]: '{}', 'stage/other.txt': 'mine' });
  await own.publish();
  expect(await keys(bucket, 'stage/')).toEqual(['stage/other.txt']);
});

test('a stage that may not be written to is told at its setting', async () => {
  const { own, bucket } = await shop({ 'a.json': '{"id":1}' });
  await inFrontOf(bucket, ({ method }, response) => {
    if (method === 'PUT') response.writeHead(403).end();
  });
  const faults = faultsIn(await own.run());
  expect(faults).toMatchObject([{ code: 'storage-denied', hint: expect.stringContaining('s3:PutObject') }]);
  expect((await own.places(faults))[0]).toMatch(/^dwh\.yaml:5:/);
});

async function planned(own: TestProject): Promise<string> {
  const around = {
    now: () => new Date(),
    random: Math.random,
    report: () => undefined,
    signal: new AbortController().signal,
  };
  const { project: opened, preparation } = await planModels(own.options(), around);
  return planText(preparation, opened.context, styleFor({}, {}));
}
