import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { show } from '../../runner/commands/show.ts';
import { test as testCommand } from '../../runner/commands/test.ts';
import { roads } from '../redshift/shop-warehouse.ts';
import { faultsOf, project } from '../support/project.ts';
import type { TestProject } from '../support/project.ts';

const things = { 'models/things.sql': 'select 1 as id union all select 2 as id\n' };

/** The codes of what is wrong with a query. */
async function refusal(shop: TestProject, sql: string): Promise<string[]> {
  return (await faultsOf(shop.query(sql))).map(({ code }) => code);
}

describe.each(['duckdb', 'postgres', ...roads] as const)('on %s, a query only reads', (engine) => {
  test('what writes is refused, and changes nothing', async () => {
    const shop = project({ ...things, 'analyses/count.sql': 'select 1 as one;\n' }, engine);
    await shop.publish();
    for (const sql of ['delete from shop.things', 'drop table shop.things', '/* */ truncate shop.things'])
      expect(await refusal(shop, sql), sql).toEqual(['query-writes']);
    expect(await refusal(shop, 'select 1; select 2')).toEqual(['many-statements']);
    expect(await refusal(shop, '')).toEqual(['query-empty']);
    expect(await refusal(shop, '-- nothing')).toEqual(['query-empty']);
    expect(await shop.rows('select count(*) from things;')).toEqual([[2]]);
    expect(await shop.rows('-- how many\n(select count(*) from shop.things)')).toEqual([[2]]);
    expect(await shop.rows('count')).toEqual([[1]]);
    expect(await refusal(shop, 'select nothing from things')).toEqual(['database-error']);
    expect(await shop.rows("with x as (select ';' as y) select y from x")).toEqual([[';']]);
    shop.write({ 'analyses/clear.sql': 'delete from {{ref "things"}}\n' });
    expect(await shop.places(await faultsOf(shop.query('clear')))).toEqual(['analyses/clear.sql:1:1 query-writes']);
  });
});

test.each(['duckdb', 'postgres'] as const)(
  'on %s, what is not published is named with how to build it',
  async (engine) => {
    const shop = project(
      {
        ...things,
        'models/later.sql': 'select 1 as id\n',
        'models/inside.sql': '{{config materialized="ephemeral"}}select id from {{ref "later"}}\n',
        'analyses/count.sql': 'select count(*) from {{ref "inside"}}\n',
        'test/data/none.sql': 'select id from {{ref "later"}} where id = 3\n',
      },
      engine,
    );
    const around = { now: () => new Date(), random: Math.random, signal: new AbortController().signal };
    const shown = (name: string): ReturnType<typeof faultsOf> =>
      faultsOf(show({ ...shop.options(), ...around, wait: undefined }, name, 5));
    const tested = (): ReturnType<typeof faultsOf> =>
      faultsOf(testCommand(shop.options(), { ...around, retryDelayMs: 1, report: () => undefined }));

    await shop.publish({ select: ['things'] });
    await shop.sql('drop table shop.things');
    for (const faults of [
      await faultsOf(shop.query('count')),
      await faultsOf(shop.query('select * from later')),
      await faultsOf(shop.query('select * from shop.things')),
      await shown('count'),
      await shown('inside'),
      await shown('none'),
      await tested(),
    ])
      expect(faults).toMatchObject([
        {
          code: 'nothing-published',
          message: expect.stringContaining('nothing of this project is published on the target'),
          hint: 'build it: sparkify-run models',
        },
      ]);

    await shop.publish({ select: ['things'], fullRefresh: true });
    const later = { code: 'nothing-published', hint: 'build it: sparkify-run models +later' };
    for (const faults of [
      await faultsOf(shop.query('count')),
      await faultsOf(shop.query('select id from "later"')),
      await shown('inside'),
      await shown('later'),
    ])
      expect(faults).toMatchObject([later]);
    expect(await faultsOf(shop.query('select * from inside'))).toMatchObject([
      { code: 'nothing-published', hint: 'see its rows: sparkify-run show inside' },
    ]);
    expect(await faultsOf(shop.query('things'))).toMatchObject([
      { code: 'selection-empty', hint: '"things" is a model; see its rows: sparkify-run show things' },
    ]);
    expect(await faultsOf(shop.query('select later from things'))).toMatchObject([{ code: 'database-error' }]);
  },
);

describe('on postgres', () => {
  test('a function that writes is stopped, and what a transaction does not stop is undone with it', async () => {
    const shop = project(things, 'postgres');
    await shop.publish();
    await shop.sql('create sequence shop.numbers');
    await shop.sql(
      `create function shop.clear() returns integer language sql volatile as 'delete from shop.things returning 1'`,
    );
    for (const sql of [
      'select shop.clear()',
      "select nextval('shop.numbers')",
      "select setval('shop.numbers', 9)",
      'select lo_create(0)',
      "select set_config('transaction_read_only', 'off', true), shop.clear()",
      'select id from shop.things for update',
    ])
      expect(await refusal(shop, sql), sql).toEqual(['database-error']);
    const [fault] = await faultsOf(shop.query('select shop.clear()'));
    expect(fault?.hint).toContain('belongs in a model');
    await shop.query("select pg_notify('things', 'looked at')");
    expect(await shop.rows('select count(*) from shop.things')).toEqual([[2]]);
    expect(await shop.rows('select is_called from shop.numbers')).toEqual([[false]]);
  });

  test('show and data tests stop a function that writes', async () => {
    const shop = project(
      {
        ...things,
        'analyses/clear.sql': 'select shop.clear() as cleared\n',
        'test/data/nothing_is_cleared.sql': 'select id from {{ref "things"}} where id = 3\n',
      },
      'postgres',
    );
    await shop.publish();
    await shop.sql(
      `create function shop.clear() returns integer language sql volatile as 'delete from shop.things returning 1'`,
    );
    const around = { now: () => new Date(), random: Math.random, signal: new AbortController().signal };
    const options = { ...shop.options(), ...around, wait: undefined };
    expect(await faultsOf(show(options, 'clear', 5))).toMatchObject([{ code: 'database-error' }]);
    shop.write({ 'test/data/nothing_is_cleared.sql': 'select shop.clear() from {{ref "things"}}\n' });
    const { results } = await testCommand(shop.options(), { ...around, retryDelayMs: 1, report: () => undefined });
    expect(results.map(({ status }) => status)).toEqual(['error']);
    expect(await shop.rows('select count(*) from shop.things')).toEqual([[2]]);
  });
});

test('on duckdb, neither the database nor a file beside it is written', async () => {
  const shop = project(things);
  await shop.publish();
  const file = join(shop.dir, 'things.csv');
  for (const sql of [
    `copy things to '${file}'`,
    `explain analyze copy things to '${file}'`,
    `export database '${file}'`,
    `attach '${file}' as beside`,
    'call pragma_version()',
    'pragma version',
    'from things',
  ])
    expect(await refusal(shop, sql), sql).toEqual(['query-writes']);
  expect(existsSync(file)).toBe(false);
});
