import { describe, expect, test } from 'vitest';
import type { FaultError } from '../../runner/core/fault.ts';
import { changesIn, engines, faultsIn, faultsOf, project } from '../support/project.ts';

const orders = `models:
  - name: orders
    columns:
      - { name: id, type: integer }
      - { name: day, type: date }
      - { name: amount, type: integer }
`;
const order = (id: number, day: string, amount: number) => `${JSON.stringify({ id, day, amount })}\n`;
const files = {
  'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml': orders,
  'raw/orders/1.json': order(1, '2018-11-01', 10) + order(2, '2018-11-01', 20),
};

describe.each(engines)('on %s', (engine) => {
  const publish = engine === 'duckdb' ? 'swap' : 'merge';

  test('append adds what was loaded since, once', async () => {
    const shop = project(
      {
        ...files,
        'models/sold.sql':
          '{{config materialized="incremental"}}\nselect id, amount from {{ref "orders"}}\n{{#if is_incremental}}where _load_id > {{watermark}}{{/if}}\n',
      },
      engine,
    );
    await shop.publish();
    shop.write({ 'raw/orders/2.json': order(3, '2018-11-02', 30) });
    expect(changesIn(await shop.publish())).toEqual({ orders: 'append +1 ~0 -0', sold: 'append +1 ~0 -0' });
    expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing', sold: 'nothing +0 ~0 -0' });
    expect(await shop.rows('select * from sold order by id')).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });

  test('what was loaded by a run of its own is not missed', async () => {
    const shop = project(
      {
        ...files,
        'models/sold.sql':
          '{{config materialized="incremental"}}\nselect id from {{ref "orders"}}\n{{#if is_incremental}}where _load_id > {{watermark}}{{/if}}\n',
      },
      engine,
    );
    await shop.publish();
    shop.write({ 'raw/orders/2.json': order(3, '2018-11-02', 30) });
    await shop.publish({ select: ['orders'] });
    shop.write({ 'raw/orders/3.json': order(4, '2018-11-02', 30) });
    await shop.publish({ select: ['orders'] });
    await shop.publish({ select: ['sold'] });
    expect(await shop.rows('select id from sold order by id')).toEqual([[1], [2], [3], [4]]);
  });

  test('merge replaces rows of the same key, adds others, and writes none that is the same', async () => {
    const shop = project(
      {
        'models/things.sql':
          '{{config materialized="incremental" unique_key="id"}}\nselect * from (values (1, \'a\'), (2, \'b\'), (3, null)) as v(id, name)\n',
      },
      engine,
    );
    await shop.publish();
    shop.write({
      'models/things.sql':
        '{{config materialized="incremental" unique_key="id"}}\nselect * from (values (2, \'b\'), (3, \'c\'), (4, null)) as v(id, name)\n',
    });
    expect(changesIn(await shop.publish())).toEqual({ things: 'merge +1 ~1 -0' });
    expect(await shop.rows('select * from things order by id')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, null],
    ]);
  });

  test('delete+insert replaces all rows of the keys that the delta has', async () => {
    const model = (rows: string) =>
      `{{config materialized="incremental" unique_key="day" strategy="delete+insert"}}\nselect * from (values ${rows}) as v(day, id)\n`;
    const shop = project({ 'models/sold.sql': model('(1, 10), (1, 11), (2, 20)') });
    await shop.publish();
    shop.write({ 'models/sold.sql': model('(1, 12), (3, 30)') });
    expect(changesIn(await shop.publish())).toEqual({ sold: 'merge +2 ~0 -2' });
    expect(await shop.rows('select * from sold order by day, id')).toEqual([
      [1, 12],
      [2, 20],
      [3, 30],
    ]);
  });

  test('a model below an incremental one reads its whole future, not the delta alone', async () => {
    const shop = project(
      {
        ...files,
        'models/sold.sql':
          '{{config materialized="incremental" unique_key="id"}}\nselect id, amount from {{ref "orders"}}\n{{#if is_incremental}}where _load_id > {{watermark}}{{/if}}\n',
        'models/total.sql': 'select sum(amount) as amount, count(*) as orders from {{ref "sold"}}',
      },
      engine,
    );
    await shop.publish();
    shop.write({ 'raw/orders/2.json': order(3, '2018-11-02', 30) });
    await shop.publish();
    expect(await shop.rows('select * from total')).toEqual([[60, 3]]);
  });

  test('tables are published with only the rows that differ, keys or not', async () => {
    const keyed = (rows: string) => `{{config unique_key="id"}}\nselect * from (values ${rows}) as v(id, name)\n`;
    const loose = (rows: string) => `select * from (values ${rows}) as v(id)\n`;
    const shop = project(
      {
        'models/keyed.sql': keyed("(1, 'a'), (2, 'b')"),
        'models/loose.sql': loose('(1), (1)'),
        'models/same.sql': 'select 1 as id',
      },
      engine,
    );
    await shop.publish();
    shop.write({ 'models/keyed.sql': keyed("(2, 'x'), (3, 'c')"), 'models/loose.sql': loose('(1), (2)') });
    expect(changesIn(await shop.publish())).toEqual({
      keyed: `${publish} +1 ~1 -1`,
      loose: `${engine === 'duckdb' ? 'swap' : 'replace rows'} +1 ~0 -1`,
      same: 'nothing +0 ~0 -0',
    });
    expect(await shop.rows('select * from keyed order by id')).toEqual([
      [2, 'x'],
      [3, 'c'],
    ]);
    expect(await shop.rows('select * from loose order by id')).toEqual([[1], [2]]);
  });

  test('--full-refresh builds incremental models anew', async () => {
    const model = (text: string) =>
      `{{config materialized="incremental" unique_key="id"}}\nselect * from (values ${text}) as v(id, name)\n`;
    const shop = project({ 'models/things.sql': model("(1, 'a'), (2, 'b')") }, engine);
    await shop.publish();
    shop.write({ 'models/things.sql': model("(2, 'c')") });
    expect(changesIn(await shop.publish({ fullRefresh: true }))).toEqual({ things: `${publish} +0 ~1 -1` });
    expect(await shop.rows('select * from things')).toEqual([[2, 'c']]);
  });
});

describe.each(engines)('on %s, columns that change', (engine) => {
  const model = (mode: string, columns: string, values: string) =>
    `{{config materialized="incremental" unique_key="id" on_schema_change="${mode}"}}\nselect * from (values ${values}) as v(${columns})\n`;
  const contract = (...names: string[]) =>
    `models:\n  - name: things\n    columns:\n${names.map((name) => `      - { name: ${name}, type: ${name === 'id' ? 'integer' : 'varchar(9)'} }\n`).join('')}`;
  const ways = [
    { way: 'of a query', properties: () => '' },
    { way: 'of a contract', properties: contract },
  ];
  const shopOf = async (mode: string, properties: (...names: string[]) => string) => {
    const shop = project(
      {
        'models/things.sql': model(mode, 'id, name', "(1, 'a'), (2, 'b')"),
        'models/_things.yml': properties('id', 'name'),
      },
      engine,
    );
    await shop.publish();
    return shop;
  };

  test.each(ways)('$way stop the run, if nothing else is said', async ({ properties }) => {
    const shop = await shopOf('fail', properties);
    shop.write({
      'models/things.sql': model('fail', 'id, name, more', "(2, 'c', 'new')"),
      'models/_things.yml': properties('id', 'name', 'more'),
    });
    const codes = await shop.run().then(
      (summary) => faultsIn(summary).map(({ code }) => code),
      (error: FaultError) => error.faults.map(({ code }) => code),
    );
    expect(codes).toEqual(['columns-changed']);
    expect(await shop.rows('select * from things order by id')).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  test.each(ways)('$way are added to the table with "append", and are null in older rows', async ({ properties }) => {
    const shop = await shopOf('append', properties);
    shop.write({
      'models/things.sql': model('append', 'id, name, more', "(2, 'c', 'new'), (3, 'd', 'new')"),
      'models/_things.yml': properties('id', 'name', 'more'),
      'models/below.sql': 'select count(more) as more from {{ref "things"}}',
    });
    expect(changesIn(await shop.publish())).toMatchObject({ things: 'merge +1 ~1 -0' });
    expect(await shop.rows('select id, name, more from things order by id')).toEqual([
      [1, 'a', null],
      [2, 'c', 'new'],
      [3, 'd', 'new'],
    ]);
    expect(await shop.rows('select more from below')).toEqual([[2]]);
    expect(changesIn(await shop.publish())).toMatchObject({ things: 'nothing +0 ~0 -0' });
  });

  test.each(ways)('$way are left out with "ignore", and each run says so', async ({ properties }) => {
    const shop = await shopOf('ignore', properties);
    shop.write({
      'models/things.sql': model('ignore', 'id, name, more', "(2, 'c', 'new')"),
      'models/_things.yml': properties('id', 'name', 'more'),
    });
    expect(changesIn(await shop.publish())).toMatchObject({ things: 'merge +0 ~1 -0' });
    expect(await shop.rows('select * from things order by id')).toEqual([
      [1, 'a'],
      [2, 'c'],
    ]);
    const notes = shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    expect(notes).toContain('its new columns are left out: more (on_schema_change="ignore")');
  });

  test('a column that the query gives no more stays, and is null in new rows', async () => {
    const shop = await shopOf('append', () => '');
    shop.write({ 'models/things.sql': model('append', 'id', '(2), (3)') });
    expect(changesIn(await shop.publish())).toMatchObject({ things: 'merge +1 ~1 -0' });
    expect(await shop.rows('select id, name from things order by id')).toEqual([
      [1, 'a'],
      [2, null],
      [3, null],
    ]);
  });

  test('a column of another type stops the run, whatever is said', async () => {
    const shop = await shopOf('append', () => '');
    shop.write({ 'models/things.sql': model('append', 'id, name', '(2, 7)') });
    expect(faultsIn(await shop.run()).map(({ code }) => code)).toEqual(['columns-changed']);
  });
});

test('a delta whose key is not unique holds the publish', async () => {
  const shop = project({ 'models/things.sql': '{{config materialized="incremental" unique_key="id"}} select 1 as id' });
  await shop.publish();
  shop.write({
    'models/things.sql': '{{config materialized="incremental" unique_key="id"}} select 1 as id union all select 1',
  });
  expect(faultsIn(await shop.run()).map((fault) => fault.code)).toEqual(['key-violation']);
});

test('other columns than are published need --full-refresh, and say so', async () => {
  const shop = project({ 'models/things.sql': '{{config materialized="incremental"}} select 1 as id' });
  await shop.publish();
  shop.write({ 'models/things.sql': '{{config materialized="incremental"}} select 1 as id, 2 as more' });
  expect(faultsIn(await shop.run()).map((fault) => fault.code)).toEqual(['columns-changed']);

  shop.write({
    'models/_models.yml':
      'models:\n  - name: things\n    columns:\n      - { name: id, type: integer }\n      - { name: more, type: integer }\n',
  });
  const [fault] = await faultsOf(shop.run());
  expect(fault).toMatchObject({
    code: 'columns-changed',
    hint: 'rebuild it as a whole: sparkify-run models things+ --full-refresh',
  });
  await shop.publish({ fullRefresh: true });
  expect(await shop.rows('select * from things')).toEqual([[1, 2]]);
});

test('an incremental model whose SQL changed says that older rows keep the older logic, until it is rebuilt', async () => {
  const notes = () => shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  const shop = project({ 'models/things.sql': '{{config materialized="incremental"}} select 1 as id' });
  await shop.publish();
  await shop.publish();
  expect(notes()).toEqual([]);
  shop.write({ 'models/things.sql': '{{config materialized="incremental"}} select 1 + 1 as id' });
  await shop.publish();
  expect(notes()).toHaveLength(1);
  await shop.publish();
  expect(notes()).toHaveLength(1);
  await shop.publish({ fullRefresh: true });
  await shop.publish();
  expect(notes()).toEqual([]);
});

test('a view that an incremental model reads is part of its logic', async () => {
  const notes = () => shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  const shop = project({
    'models/numbers.sql': '{{config materialized="view"}} select 1 as id',
    'models/doubled.sql': '{{config materialized="ephemeral"}} select 2 * id as id from {{ref "numbers"}}',
    'models/things.sql': '{{config materialized="incremental"}} select id from {{ref "doubled"}}',
  });
  await shop.publish();
  await shop.publish();
  expect(notes()).toEqual([]);
  shop.write({ 'models/numbers.sql': '{{config materialized="view"}} select 3 as id' });
  await shop.publish();
  expect(notes()).toEqual([expect.stringContaining('a view it reads, has changed')]);
});
