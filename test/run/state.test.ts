import { describe, expect, test } from 'vitest';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, faultsOf, project } from '../support/project.ts';

const copy = (schema = 'shop'): string =>
  `{{config materialized="copy" schema="${schema}"}}\n{{> copy_json from=(source "raw" "orders")}}\n`;
const contract = 'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer }\n';
const append = (from: string): string =>
  `{{config materialized="incremental"}} select id from {{ref "${from}"}} {{#if is_incremental}}where _load_id > {{watermark}}{{/if}}`;

function orders(more: Readonly<Record<string, string>> = {}): TestProject {
  return project({
    'models/orders.sql': copy(),
    'models/_shop.yml': contract,
    'raw/orders/1.json': '{"id":1}',
    ...more,
  });
}

const ids = async (shop: TestProject, table: string): Promise<unknown[]> =>
  (await shop.rows(`select id from ${table} order by id`)).flat();

describe('rows that a partial run left out', () => {
  test('come with the next whole one, by way of a table that was behind', async () => {
    const shop = orders({
      'models/mid.sql': 'select id, _load_id from {{ref "orders"}}',
      'models/sold.sql': append('mid'),
    });
    await shop.publish();
    shop.write({ 'raw/orders/2.json': '{"id":2}' });
    await shop.publish({ select: ['orders'] });
    await shop.publish({ select: ['sold'] });
    expect(await ids(shop, 'sold')).toEqual([1]);
    await shop.publish();
    expect(await ids(shop, 'sold')).toEqual([1, 2]);
    await shop.publish();
    expect(await ids(shop, 'sold')).toEqual([1, 2]);
  });

  test('are not appended twice when runs in between loaded nothing', async () => {
    const shop = orders({
      'models/mid.sql': 'select id, _load_id from {{ref "orders"}}',
      'models/sold.sql': `{{config materialized="incremental"}}
        select orders.id from {{ref "orders"}} as orders inner join {{ref "mid"}} as mid on orders.id = mid.id
        {{#if is_incremental}}where orders._load_id > {{watermark}}{{/if}}`,
    });
    await shop.publish();
    await shop.publish({ select: ['orders'] });
    await shop.publish({ select: ['sold'] });
    expect(await ids(shop, 'sold')).toEqual([1]);
    shop.write({ 'raw/orders/2.json': '{"id":2}' });
    await shop.publish({ select: ['orders'] });
    const [fault] = await faultsOf(shop.run({ select: ['sold'] }));
    expect(fault).toMatchObject({
      code: 'relation-behind',
      message: expect.stringContaining('mid is older'),
      hint: expect.stringContaining('models +sold'),
    });
    await shop.publish();
    expect(await ids(shop, 'sold')).toEqual([1, 2]);
  });

  test('are not appended a second time by a copy that is loaded anew without those below it', async () => {
    const shop = orders({ 'models/sold.sql': append('orders') });
    await shop.publish();
    const [fault] = await faultsOf(shop.run({ select: ['orders'], fullRefresh: true }));
    expect(fault).toMatchObject({ code: 'relation-behind', hint: expect.stringContaining('orders+ --full-refresh') });
    await shop.publish({ select: ['orders+'], fullRefresh: true });
    await shop.publish();
    expect(await ids(shop, 'sold')).toEqual([1]);
  });
});

describe('the ledger of files is that of one table', () => {
  test('so a copy model that was a view in between is loaded anew', async () => {
    const shop = orders();
    await shop.publish();
    shop.write({ 'models/orders.sql': '{{config materialized="view"}} select cast(7 as integer) as id' });
    await shop.publish();
    shop.write({ 'models/orders.sql': copy() });
    await shop.publish();
    expect(await ids(shop, 'orders')).toEqual([1]);
  });

  test('so a copy model that stood in another schema in between has all files', async () => {
    const shop = orders({ 'models/orders.sql': copy('one') });
    await shop.publish();
    shop.write({ 'models/orders.sql': copy('two'), 'raw/orders/2.json': '{"id":2}' });
    await shop.publish();
    shop.write({ 'models/orders.sql': copy('one') });
    expect(await faultsOf(shop.run())).toMatchObject([{ code: 'relation-foreign' }]);
    await shop.publish({ fullRefresh: true });
    expect(await ids(shop, 'one.orders')).toEqual([1, 2]);
  });

  test('so a table that someone dropped may be loaded from another place', async () => {
    const shop = orders({ 'elsewhere/orders/9.json': '{"id":9}' });
    await shop.publish();
    await shop.sql('drop table shop.orders');
    shop.write({ 'dwh.yaml': shop.read('dwh.yaml').replace('root: raw', 'root: elsewhere') });
    await shop.publish();
    await shop.publish();
    expect(await ids(shop, 'orders')).toEqual([9]);
  });

  test('and rows that were put aside are those of the table, also when it is loaded anew', async () => {
    const shop = orders({
      'models/orders.sql': copy().replace('materialized', 'max_errors=2 materialized'),
      'raw/orders/1.json': '{"id":1} {"id":"x"}',
    });
    await shop.publish();
    await shop.publish({ fullRefresh: true });
    expect(await shop.rows('select count(*) from orders_rejects')).toEqual([[1]]);
    shop.write({ 'raw/orders/1.json': '{"id":1}' });
    await shop.publish({ fullRefresh: true });
    expect(await shop.rows('select count(*) from orders_rejects')).toEqual([[0]]);
  });
});

describe('a table without a contract', () => {
  test('is published anew when a column has another type', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id' });
    await shop.publish();
    shop.write({ 'models/a.sql': "select date '2018-11-01' as id" });
    expect(changesIn(await shop.publish())).toEqual({ a: 'swap' });
    expect(await shop.rows('select typeof(id) from a')).toEqual([['DATE']]);
    expect(changesIn(await shop.publish())).toEqual({ a: 'nothing +0 ~0 -0' });
  });

  test('is published anew when its columns stand in another order', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id, 2 as other' });
    await shop.publish();
    shop.write({ 'models/a.sql': 'select 2 as other, 1 as id' });
    expect(changesIn(await shop.publish())).toEqual({ a: 'swap' });
    expect(await shop.rows('select * from a')).toEqual([[2, 1]]);
  });

  test('that is incremental asks for a whole build instead of rounding values into the older type', async () => {
    const shop = project({
      'models/a.sql': '{{config materialized="incremental" unique_key="id"}} select 1 as id, 1 as v',
    });
    await shop.publish();
    shop.write({ 'models/a.sql': '{{config materialized="incremental" unique_key="id"}} select 1 as id, 2.7 as v' });
    const summary = await shop.run();
    expect(faultsIn(summary)).toMatchObject([
      { code: 'columns-changed', at: { path: 'models/a.sql' }, hint: expect.stringContaining('--full-refresh') },
    ]);
    await shop.publish({ fullRefresh: true });
    expect(await shop.rows('select v from a')).toEqual([['2.7']]);
  });
});

test('an incremental model asks for a whole build when a column of its contract has another length', async () => {
  const model = (n: number): string =>
    `models:\n  - name: a\n    columns:\n      - { name: id, type: integer }\n      - { name: v, type: varchar(${n}) }\n`;
  const shop = project({
    'models/a.sql': `{{config materialized="incremental" unique_key="id"}} select 1 as id, 'abc' as v`,
    'models/_a.yml': model(3),
  });
  await shop.publish();
  shop.write({ 'models/_a.yml': model(10) });
  const [fault] = await faultsOf(shop.run());
  expect(fault).toMatchObject({ code: 'columns-changed' });
  await shop.publish({ fullRefresh: true });
});

test('rows whose key has a null hold a delete+insert, since nothing would replace them', async () => {
  const shop = project({
    'models/a.sql': `{{config materialized="incremental" strategy="delete+insert" unique_key="id"}}
      select cast(null as integer) as id union all select 1 union all select 1`,
  });
  const summary = await shop.run();
  expect(faultsIn(summary)).toMatchObject([{ code: 'key-violation', message: expect.stringContaining('id = null') }]);
});

test('an incremental model asks for a whole build when rows are told apart by another key', async () => {
  const model = (key: string): string =>
    `{{config materialized="incremental" unique_key="${key}"}} select k, v, x from {{ref "s"}}`;
  const shop = project({
    'models/s.sql': "select 1 as k, 1 as v, 'a' as x union all select 1, 2, 'b'",
    'models/f.sql': model('k,v'),
  });
  await shop.publish();
  shop.write({ 'models/s.sql': "select 1 as k, 1 as v, 'a' as x", 'models/f.sql': model('k') });
  expect(await faultsOf(shop.run())).toMatchObject([{ code: 'columns-changed' }]);
  expect(await shop.rows('select count(*) from f')).toEqual([[2]]);
  await shop.publish({ fullRefresh: true });
  expect(await shop.rows('select * from f')).toEqual([[1, 1, 'a']]);
});

test('a test that fails because something it reads was left out of the run says so', async () => {
  const shop = orders({
    'models/sold.sql': 'select id from {{ref "orders"}}',
    'test/data/all_sold.sql': `select 1 where (select count(*) from {{ref "orders"}}) <> (select count(*) from {{ref "sold"}})`,
  });
  await shop.publish();
  shop.write({ 'raw/orders/2.json': '{"id":2}' });
  const [fault] = faultsIn(await shop.run({ select: ['orders'] }));
  expect(fault).toMatchObject({
    code: 'test-failed',
    hint: expect.stringContaining('sold is older than what this run builds'),
  });
  await shop.publish({ select: ['orders', 'sold'] });
});

test('other paths in a jsonpaths file ask for a whole load: older rows were read by the older ones', async () => {
  const shop = orders({ 'raw/paths.json': '{"jsonpaths": ["$.id"]}', 'raw/orders/1.json': '{"id":1,"nr":2}' });
  shop.write({
    'dwh.yaml': shop.read('dwh.yaml').replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }'),
  });
  await shop.publish();
  shop.write({ 'raw/paths.json': '{"jsonpaths": ["$.nr"]}' });
  expect(await faultsOf(shop.run())).toMatchObject([{ code: 'columns-changed' }]);
  await shop.publish({ fullRefresh: true });
  expect(await ids(shop, 'orders')).toEqual([2]);
});
