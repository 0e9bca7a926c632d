import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileNodes } from '../../runner/commands/compile.ts';
import { validate } from '../../runner/commands/validate.ts';
import type { Files, TestProject } from '../support/project.ts';
import { changesIn, faultsIn, faultsOf, plainConfig, project } from '../support/project.ts';
import { awsSettings, inFrontOf, s3 } from '../support/s3.ts';

const model = '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n';
const config = plainConfig.replace('root: raw', 'root: ${ROOT:-s3://raw-data/lake}');
const contract =
  'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer }\n      - { name: name, type: varchar(8) }\n';

function shop(more: Files = {}): TestProject {
  return project({ 'dwh.yaml': config, 'models/orders.sql': model, 'models/_orders.yml': contract, ...more });
}

const ids = async (own: TestProject): Promise<unknown[]> =>
  (await own.rows('select id from orders order by id')).flat();

const large = (id: number, bytes: number): string => {
  const line = `{"id":${id},"name":"${'x'.repeat(8)}"}\n`;
  return line.repeat(Math.ceil(bytes / line.length));
};

describe('objects in S3 are loaded', () => {
  const objects = {
    'a.json': '{"id":1,"name":"x"}\n{"id":2}',
    'pretty.json': '{\n  "id": 3\n}\n\n{\n  "id": 4\n}',
    'b/mark.json': '\ufeff{"id":5}{"id":6}',
    'empty.json': '',
    'packed.json.gz': gzipSync('{"id":7}\n'),
    'middle.json': large(8, 100_000),
    'large.json': large(9, 3_000_000),
    'large.json.gz': gzipSync(
      Array.from({ length: 200_000 }, (_, i) => `{"id":10,"name":"${(i * 7919) % 99991}"}`).join('\n'),
    ),
    "a[1]*?'.json": large(11, 40_000),
    '.DS_Store': 'no data',
  };

  test('to the same rows as from disk, whatever their size and layout', async () => {
    await s3(Object.fromEntries(Object.entries(objects).map(([name, body]) => [`lake/orders/${name}`, body])));
    const [far, near] = [shop(), shop()];
    mkdirSync(join(near.dir, 'raw/orders/b'), { recursive: true });
    for (const [name, body] of Object.entries(objects)) writeFileSync(join(near.dir, 'raw/orders', name), body);
    await far.publish();
    await near.publish({ env: { ROOT: 'raw' } });
    const counts = 'select id, name, count(*) from orders group by all order by all';
    expect((await far.rows(counts)).length).toBeGreaterThan(10);
    expect(await far.rows(counts)).toEqual(await near.rows(counts));
    expect(readdirSync(join(far.dir, 'target/spool'))).toEqual([]);
  });

  test('once: a second run reads none, and then only what was added', async () => {
    const bucket = await s3({ 'lake/orders/a.json': '{"id":1}', 'lake/orders/b.json': '{"id":2}' });
    const read: string[] = [];
    await inFrontOf(bucket, ({ url = '' }) => {
      if (url.includes('GetObject')) read.push(url.replace(/^.*orders\/|\?.*$/g, ''));
    });
    const own = shop();
    await own.publish();
    expect(read.splice(0).toSorted()).toEqual(['a.json', 'b.json']);
    expect(changesIn(await own.publish())).toEqual({ orders: 'nothing' });
    expect(read).toEqual([]);
    await bucket.put({ 'lake/orders/c.json': '{"id":3}' });
    expect(changesIn(await own.publish())).toEqual({ orders: 'append +1 ~0 -0' });
    expect(read).toEqual(['c.json']);
    expect(await ids(own)).toEqual([1, 2, 3]);
  });

  test('by jsonpaths that lie there too', async () => {
    const bucket = await s3({
      'lake/paths.json': '{"jsonpaths": ["$[\'Id\']", "$.who.names[1]"]}',
      'lake/orders/a.json': '{"Id":1,"who":{"names":["a","b"]}}{"Id":2,"who":{}}',
    });
    const own = shop({ 'dwh.yaml': config.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }') });
    await own.publish();
    expect(await own.rows('select id, name from orders order by id')).toEqual([
      [1, 'b'],
      [2, null],
    ]);
    await bucket.put({ 'lake/paths.json': '{\n  "jsonpaths": ["$.id", "$.*"]\n}' });
    const faults = await faultsOf(own.run());
    expect(faults).toMatchObject([
      { code: 'jsonpaths-invalid', at: { excerpt: { text: expect.stringContaining('$.*') } } },
    ]);
    expect(await own.places(faults)).toEqual(['s3://raw-data/lake/paths.json:2:25 jsonpaths-invalid']);
    await bucket.remove('lake/paths.json');
    expect(await faultsOf(own.run())).toMatchObject([
      {
        code: 'file-unreadable',
        message: 'the jsonpaths file: cannot read s3://raw-data/lake/paths.json: there is no such object',
      },
    ]);
  });

  test('by the runner itself where the engine would not read them exactly, each once', async () => {
    const bucket = await s3({ 'lake/orders/a.json': '{"a":12345678901234.5678}', 'lake/orders/b.json': '{"a":1}' });
    let read = 0;
    await inFrontOf(bucket, ({ url }) => {
      if (url?.includes('GetObject') === true) read++;
    });
    const own = shop({
      'models/_orders.yml': 'models:\n  - name: orders\n    columns:\n      - { name: a, type: "decimal(18,4)" }\n',
    });
    await own.publish();
    expect(await own.rows('select cast(a as varchar) from orders order by a')).toEqual([
      ['1.0000'],
      ['12345678901234.5678'],
    ]);
    expect(read).toBe(2);
  });
});

describe('a raw row in S3 that does not fit', () => {
  test('is named with object, line and column', async () => {
    await s3({
      'lake/orders/good.json': '{"id":1}',
      'lake/orders/bad.json': '{"id":1}\n{"id":2, "name":"too long a name"}',
      'lake/orders/large.json': `${large(1, 2_000_000)}{"id":"x"}`,
    });
    const own = shop();
    expect(await own.places(faultsIn(await own.run()))).toEqual([
      's3://raw-data/lake/orders/bad.json:2:17 row-rejected',
      expect.stringMatching(/^s3:\/\/raw-data\/lake\/orders\/large\.json:\d+:7 row-rejected$/),
    ]);
  });

  test('goes aside, whole, when the model allows so many', async () => {
    await s3({
      'lake/orders/a.json': '{"id":1}\n{"id":"one"}',
      'lake/orders/b.json.gz': gzipSync('{"id":"two"}{"id":2}'),
    });
    const own = shop({ 'models/orders.sql': model.replace('"copy"', '"copy" max_errors=2') });
    await own.publish();
    expect(await ids(own)).toEqual([1, 2]);
    expect(
      await own.rows('select path, line_number, column_number, raw_row from orders_rejects order by path'),
    ).toEqual([
      ['orders/a.json', 2, 7, '{"id":"one"}'],
      ['orders/b.json.gz', 1, 7, '{"id":"two"}'],
    ]);
  });
});

describe('an object that is loaded', () => {
  test('and then changes is an error, also in the same moment and without changing its size; a full refresh mends it', async () => {
    const bucket = await s3({ 'lake/orders/a.json': '{"id":1}' });
    const own = shop();
    await own.publish();
    expect(await own.rows('select path, root, size_bytes, content_hash from shop_meta.loaded_files')).toEqual([
      ['orders/a.json', 's3://raw-data/lake', 8, expect.stringMatching(/^[0-9a-f]{32}$/)],
    ]);
    await bucket.put({ 'lake/orders/a.json': '{"id":2}' });
    expect(await faultsOf(own.run())).toMatchObject([
      {
        code: 'file-changed',
        message:
          's3://raw-data/lake/orders/a.json was loaded into "orders" and has changed since: its content is another one',
      },
    ]);
    await own.publish({ fullRefresh: true });
    expect(await ids(own)).toEqual([2]);
  });

  test('and then written anew with the same content, moved or copied with its root is not loaded again', async () => {
    const bucket = await s3({ 'lake/orders/a.json': '{"id":1}', 'lake/orders/b.json': '{"id":2}' });
    const own = shop();
    await own.publish();
    await bucket.put({ 'lake/orders/a.json': '{"id":1}', 'lake/orders/2018/c.json': '{"id":2}' });
    await bucket.remove('lake/orders/b.json');
    expect(changesIn(await own.publish())).toEqual({ orders: 'nothing' });
    await bucket.put({ 'pond/orders/a.json': '{"id":1}', 'pond/orders/2018/c.json': '{"id":2}' });
    const moved = { env: { ROOT: 's3://raw-data/pond' } };
    expect(changesIn(await own.publish(moved))).toEqual({ orders: 'nothing' });
    await bucket.put({ 'pond/orders/d.json': '{"id":3}' });
    await own.publish(moved);
    expect(await ids(own)).toEqual([1, 2, 3]);
  });

  test('is not mixed with files on disk, be they the same or not', async () => {
    await s3({ 'lake/orders/a.json': '{"id":1}' });
    const own = shop({ 'raw/orders/a.json': '{"id":1}' });
    await own.publish({ env: { ROOT: 'raw' } });
    expect(await faultsOf(own.run())).toMatchObject([
      { code: 'source-moved', hint: expect.stringContaining('--full-refresh') },
    ]);
    await own.publish({ fullRefresh: true });
    expect((await faultsOf(own.run({ env: { ROOT: 'raw' } })))[0]?.code).toBe('source-moved');
  });

  test('and is written to while the others are loaded stops the run', async () => {
    const bucket = await s3({ 'lake/orders/a.json': large(1, 2_000_000), 'lake/orders/b.json': large(2, 2_000_000) });
    await inFrontOf(bucket, async ({ url }) => {
      if (url?.includes('b.json?x-id=GetObject') === true) await bucket.put({ 'lake/orders/b.json': '{"id":3}' });
    });
    const own = shop();
    expect(faultsIn(await own.run())).toMatchObject([
      { code: 'file-changed', message: 's3://raw-data/lake/orders/b.json was written to after it was listed' },
    ]);
    await own.publish();
    expect(await own.rows('select distinct id from orders order by id')).toEqual([[1], [3]]);
  });
});

test('a source without objects says where it looked', async () => {
  await s3({ 'lake/orders_old/a.json': '{}' });
  expect(await faultsOf(shop().run())).toMatchObject([
    {
      code: 'source-empty',
      message: 'there are no files at s3://raw-data/lake/orders',
      hint: 'the root of the source is set in dwh.yaml; here it is s3://raw-data/lake',
    },
  ]);
});

test('a place that cannot be reached is told where dwh.yaml names it', async () => {
  awsSettings({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' });
  const own = shop();
  expect(await own.places(await faultsOf(own.run()))).toEqual(['dwh.yaml:8:11 storage-unavailable']);
});

test('validate asks nothing of S3, and compile no more than the jsonpaths of a copy model', async () => {
  const own = shop();
  awsSettings({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' });
  await validate(own.options());
  expect(await compileNodes(own.options())).toMatchObject([
    { name: 'orders', sql: expect.stringContaining('raw.orders') },
  ]);
  own.write({ 'dwh.yaml': config.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }') });
  expect((await faultsOf(compileNodes(own.options())))[0]?.code).toBe('storage-unavailable');
});

test('the region of a source may come from the environment', async () => {
  const own = shop({ 'dwh.yaml': config.replace('/lake}', '/lake}\n    region: ${REGION:-}') });
  awsSettings({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' });
  const faults = await faultsOf(own.run({ env: { REGION: 'us west' } }));
  expect(await own.places(faults)).toEqual(['dwh.yaml:9:13 config-invalid']);
  expect((await faultsOf(own.run()))[0]?.code).toBe('storage-unavailable');
});
