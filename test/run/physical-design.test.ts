import { describe, expect, test } from 'vitest';
import { duckdb } from '../../runner/adapters/dialects/duckdb.ts';
import { planModels } from '../../runner/commands/models.ts';
import type { Column } from '../../runner/core/node.ts';
import type { CompileContext } from '../../runner/materialize/compile.ts';
import { designOf } from '../../runner/materialize/physical-design.ts';
import { planText } from '../../runner/terminal/plan-text.ts';
import { styleFor } from '../../runner/terminal/style.ts';
import type { Engine, Files, TestProject } from '../support/project.ts';
import { changesIn, engines, faultsOf, project as projectOn } from '../support/project.ts';

const note = 'its physical design has changed: the table is created again';
const macro = `{{params dist_style="" dist_key="" sort_style="" sort_keys="" sort_type=""}}
{{#if sort_keys}}/* sorted by {{sort_keys}} */{{/if}}
`;
const notes = (shop: TestProject): string[] =>
  shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
const statements = (shop: TestProject): string[] =>
  shop.events.flatMap((event) => (event.type === 'statement' ? [event.sql] : []));
/** A project in which a sort key shows in the DDL, as a comment. */
const project = (files: Files, engine: Engine): TestProject =>
  projectOn({ [`macros/${engine}/table_attributes.hbs`]: macro, ...files }, engine);

const copy = (settings = ''): string =>
  `{{config materialized="copy" ${settings}}}\n{{> copy_json from=(source "raw" "orders")}}\n`;
const orders = {
  'models/_orders.yml':
    'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer, not_null: true }\n      - { name: name, type: varchar(8) }\n',
  'raw/orders/1.json': '{"id":1,"name":"a"}{"id":2,"name":"b"}',
};
const sold = (settings = ''): string =>
  `{{config materialized="incremental" ${settings}}}\nselect id, name from {{ref "orders"}}\n{{#if is_incremental}}where _load_id > {{watermark}}{{/if}}\n`;

describe.each(engines)('on %s, a table whose design has changed', (engine) => {
  const anew = engine === 'duckdb' ? 'swap' : 'recreate';

  test.each([
    ['by its contract', 'models:\n  - name: songs\n    columns:\n      - { name: id, type: integer }\n'],
    ['by its query', ''],
  ])('is made anew, though none of its rows has: %s', async (_, contract) => {
    const songs = (settings: string): string => `{{config unique_key="id" ${settings}}}\nselect 1 as id\n`;
    const shop = project(
      {
        'models/songs.sql': songs(''),
        'models/_songs.yml': contract,
        'models/ids.sql': '{{config materialized="view"}}select id from {{ref "songs"}}',
      },
      engine,
    );
    await shop.publish();
    shop.write({ 'models/songs.sql': songs('sort="id"') });
    expect(changesIn(await shop.publish())).toMatchObject({ songs: anew });
    expect(notes(shop)).toContain(note);
    expect(statements(shop).filter((sql) => sql.includes('/* sorted by "id" */'))).toHaveLength(1);
    expect(await shop.rows('select id from ids')).toEqual([[1]]);
    expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0', ids: 'nothing' });
    expect(notes(shop)).toEqual([]);
  });

  test('is made of its published rows where raw rows are added to it: no file is read again', async () => {
    const shop = project({ ...orders, 'models/orders.sql': copy(), 'models/sold.sql': sold() }, engine);
    await shop.publish();
    shop.write({ 'models/orders.sql': copy('sort="id"') });
    expect(changesIn(await shop.publish({ select: ['orders'] }))).toEqual({ orders: anew });
    expect(shop.events.filter(({ type }) => type === 'load progress')).toEqual([]);
    expect(notes(shop)).toContain(note);
    expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing', sold: 'nothing +0 ~0 -0' });
    expect(await shop.rows('select id, name, _load_id from orders order by id')).toEqual([
      [1, 'a', 1],
      [2, 'b', 1],
    ]);
  });

  test('takes new files in as it is made anew, and knows the older ones still', async () => {
    const shop = project({ ...orders, 'models/orders.sql': copy() }, engine);
    await shop.publish();
    shop.write({ 'models/orders.sql': copy('sort="name"'), 'raw/orders/2.json': '{"id":3}' });
    const { results } = await shop.publish();
    expect(results.map(({ rows }) => rows)).toEqual([1]);
    expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
    shop.write({ 'raw/orders/3.json': '{"id":4}' });
    expect(changesIn(await shop.publish())).toEqual({ orders: 'append +1 ~0 -0' });
    const rows = await shop.rows('select id, _load_id from orders order by id');
    expect(rows.map(([id]) => id)).toEqual([1, 2, 3, 4]);
    expect(new Set(rows.map(([, loadId]) => loadId)).size).toBe(3);
  });

  test.each([
    ['append', ''],
    ['merge', 'unique_key="id"'],
    ['delete+insert', 'unique_key="id" strategy="delete+insert"'],
  ])('keeps the rows of an incremental model with the strategy %s, and brings in what is new', async (_, strategy) => {
    const shop = project({ ...orders, 'models/orders.sql': copy(), 'models/sold.sql': sold(strategy) }, engine);
    await shop.publish();
    await shop.sql("update shop.sold set name = 'kept'");
    shop.write({ 'models/sold.sql': sold(`${strategy} sort="id"`), 'raw/orders/2.json': '{"id":3,"name":"c"}' });
    expect(changesIn(await shop.publish())).toEqual({ orders: 'append +1 ~0 -0', sold: anew });
    const told = notes(shop).filter((message) => !message.startsWith('readers may have to wait'));
    expect(told).toEqual([note]);
    expect(await shop.rows('select id, name from sold order by id')).toEqual([
      [1, 'kept'],
      [2, 'kept'],
      [3, 'c'],
    ]);
    expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing', sold: 'nothing +0 ~0 -0' });
  });

  test('misses no rows that an older table would bring in later, any more than one that stays', async () => {
    const both = (settings: string): string =>
      sold(settings).replace(
        '{{ref "orders"}}',
        '{{ref "orders"}} as orders inner join {{ref "names"}} using (id, name)',
      );
    const shop = project(
      {
        ...orders,
        'models/orders.sql': copy(),
        'models/names.sql': 'select id, name from {{ref "orders"}}',
        'models/sold.sql': both(''),
      },
      engine,
    );
    await shop.publish();
    shop.write({ 'models/sold.sql': both('sort="id"'), 'raw/orders/2.json': '{"id":3,"name":"c"}' });
    expect(await faultsOf(shop.run({ select: ['orders', 'sold'] }))).toMatchObject([{ code: 'relation-behind' }]);
  });

  test('replaces the rows of an incremental model that are new as well', async () => {
    const things = (settings: string, rows: string): string =>
      `{{config materialized="incremental" unique_key="id" ${settings}}}\nselect * from (values ${rows}) as v(id, name)\n`;
    const shop = project({ 'models/things.sql': things('', "(1, 'a'), (2, 'b')") }, engine);
    await shop.publish();
    shop.write({ 'models/things.sql': things('sort="id"', "(2, 'x'), (3, 'c')") });
    await shop.publish();
    expect(await shop.rows('select * from things order by id')).toEqual([
      [1, 'a'],
      [2, 'x'],
      [3, 'c'],
    ]);
  });

  test('takes a new column at once, and goes on from there', async () => {
    const things = (settings: string): string =>
      `{{config materialized="incremental" unique_key="id" on_schema_change="append" ${settings}}}\nselect 1 as id, 'n' as name\n`;
    const columns = (more: string): string =>
      `models:\n  - name: things\n    columns:\n${more}      - { name: id, type: integer }\n`;
    const shop = project({ 'models/things.sql': 'select 1 as id' }, engine);
    shop.write({
      'models/things.sql': things('').replace(", 'n' as name", ''),
      'models/_things.yml': columns(''),
    });
    await shop.publish();
    shop.write({
      'models/things.sql': things('sort="id"'),
      'models/_things.yml': columns('      - { name: name, type: varchar(8) }\n'),
    });
    expect(changesIn(await shop.publish())).toEqual({ things: anew });
    expect(changesIn(await shop.publish())).toEqual({ things: 'nothing +0 ~0 -0' });
    expect(await shop.rows('select * from things')).toEqual([[1, 'n']]);
  });
});

test('the plan tells of a table that is made anew, and reads what is published for it', async () => {
  const shop = project({ ...orders, 'models/orders.sql': copy() }, 'duckdb');
  await shop.publish();
  shop.write({ 'models/orders.sql': copy('sort="id"') });
  const around = { now: () => new Date(), random: Math.random, retryDelayMs: 1, report: () => undefined };
  const { signal } = new AbortController();
  const { project: opened, preparation } = await planModels(shop.options(), { ...around, signal });
  const plan = planText(preparation, opened.context, styleFor({}, {}));
  expect(plan).toContain(`publish: swap\n\n-- ${note}\n\ncreate table`);
  expect(plan).toMatch(/insert into "shop"\."orders__\w+" .*\n.*\nfrom \(\n\nselect \*\nfrom "shop"\."orders"\n/);
});

describe.each(engines)('on %s, which has no macro for it', (engine) => {
  test('another design changes nothing', async () => {
    const shop = projectOn({ ...orders, 'models/orders.sql': copy(), 'models/sold.sql': sold() }, engine);
    await shop.publish();
    shop.write({ 'models/orders.sql': copy('dist="even"'), 'models/sold.sql': sold('dist="id" sort="id"') });
    expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing', sold: 'nothing +0 ~0 -0' });
    expect(notes(shop)).toEqual([]);
  });
});

describe('the encoding of columns', () => {
  const column = (name: string, encode: string): Column => ({
    name,
    type: { kind: 'integer' },
    notNull: false,
    encode,
  });
  const config = { materialized: 'seed', schema: 'shop' } as const;
  const context = { dialect: duckdb, macros: () => undefined } as unknown as CompileContext;
  const encoding = {
    ...context,
    dialect: { ...duckdb, columnDefinition: ({ name, encode = '' }: Column) => `${name} ${encode}`.trim() },
  };

  test('is a part of the design where the dialect writes it', () => {
    const designs = ['az64', 'zstd'].map((encode) => designOf({ config, contract: [column('id', encode)] }, encoding));
    expect(new Set(designs).size).toBe(2);
    expect(designOf({ config, contract: [column('id', 'az64')] }, context)).toBe('');
  });

  test('of a column that is not published yet makes no other design', () => {
    const contract = [column('id', 'az64'), column('name', 'lzo')];
    expect(designOf({ config, contract }, encoding, ['id'])).toBe(
      designOf({ config, contract: contract.slice(0, 1) }, encoding),
    );
  });
});
