import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { test as runDataTests } from '../../runner/commands/test.ts';
import { placeFaults } from '../../runner/config/place.ts';
import type { RunSummary } from '../../runner/run/run-models.ts';
import type { Engine, Files, TestProject } from '../support/project.ts';
import { faultsIn, plainConfig, project } from '../support/project.ts';
import { anotherUser } from '../support/postgres.ts';

const model = '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n';
const types = [
  ['id', 'integer'],
  ['level', 'varchar(8)'],
  ['price', 'decimal(8,2)'],
  ['weight', 'double precision'],
  ['share', 'real'],
  ['paid', 'boolean'],
  ['day', 'date'],
  ['at', 'timestamp'],
  ['moment', 'timestamptz'],
  ['more', 'super'],
  ['big', 'bigint'],
] as const;

function contract(tests: Readonly<Record<string, string>>, ofModel = ''): string {
  const columns = types.map(
    ([name, type]) => `      - { name: ${name}, type: "${type}", tests: [${tests[name] ?? ''}] }\n`,
  );
  return `models:\n  - name: orders\n${ofModel}    columns:\n${columns.join('')}`;
}

const row = (more: object): string =>
  JSON.stringify({
    id: 1,
    level: 'fre\u00e9\t"',
    price: 1.5,
    weight: 0.1,
    share: '0.30',
    paid: true,
    day: '2018-11-01',
    at: '2018-11-01T20:57:10.790',
    moment: '2018-11-01 20:57:10+05:30',
    more: { b: [1, 'x'], a: null },
    big: '9007199254740993',
    ...more,
  }).replace('"9007199254740993"', '9007199254740993');

function shop(files: Files, engine?: Engine): TestProject {
  return project({ 'models/orders.sql': model, ...files }, engine);
}

/** The related places of the faults of a run, as `message file:line:column`. */
async function related(own: TestProject, summary: RunSummary): Promise<string[]> {
  const placed = await placeFaults(own.dir, faultsIn(summary));
  return placed
    .flatMap((fault) => fault.related.map(({ message, at }) => `${message} ${at.path}:${at.line}:${at.column}`))
    .map((text) => text.replace(/s3:\/\/raw-data\//, 'raw/'));
}

function published(own: TestProject): Promise<RunSummary> {
  const around = { now: () => new Date(), random: Math.random, retryDelayMs: 1, report: () => undefined };
  return runDataTests(own.options(), { ...around, signal: new AbortController().signal });
}

describe.each<Engine>(['duckdb', 'postgres', 'redshift', 'redshift-data'])(
  'a test of raw rows on %s that fails',
  (engine) => {
    test('names the file and line of a row, whatever types its values have', async () => {
      const own = shop(
        {
          'models/_orders.yml': contract({ level: 'not_null' }),
          'raw/orders/a.json': `${row({})}\n${row({ id: 2 })}\n`,
          'raw/orders/b.json': `${row({ id: 3 })}\n  ${row({ id: 4, level: null })}\n`,
        },
        engine,
      );
      const summary = await own.run();
      expect(summary.outcome).toBe('held');
      expect(await related(own, summary)).toEqual(['the row is in raw/orders/b.json:2:3']);
      expect((await own.places(faultsIn(summary)))[0]).toMatch(/^models\/_orders\.yml:5:\d+ test-failed$/);
    });

    test('names both files of a row that is there twice, in two loads', async () => {
      const own = shop(
        { 'models/_orders.yml': contract({ id: 'unique' }), 'raw/orders/a.json': `${row({ id: 7 })}\n${row({})}\n` },
        engine,
      );
      await own.publish();
      own.write({ 'raw/orders/b.json': `${row({ id: 8 })}\n${row({ id: 9 })}\n${row({ level: 'paid' })}\n` });
      expect((await related(own, await own.run())).toSorted()).toEqual([
        'the row is also in raw/orders/b.json:3:1',
        'the row is in raw/orders/a.json:2:1',
      ]);
    });
  },
);

describe('places of raw rows', () => {
  test.each([
    ['accepted_values', contract({ level: '{ accepted_values: { values: [free, paid] } }' }), { level: 'gone' }],
    ['relationships', contract({ id: '{ relationships: { to: known, column: id } }' }), { id: 5 }],
    ['accepted_range', contract({ id: '{ accepted_range: { max_value: 3, severity: warn } }' }), { id: 5 }],
  ])('are found for %s', async (_, properties, bad) => {
    const own = shop({
      'models/_orders.yml': properties,
      'models/known.sql': 'select 1 as id',
      'raw/orders/a.json': `${row({ level: 'free' })}\n${row({ level: 'free', ...bad })}\n`,
    });
    expect(await related(own, await own.run())).toEqual(['the row is in raw/orders/a.json:2:1']);
  });

  test('are found for a query that gives whole rows, and not for one that gives others', async () => {
    const own = shop({
      'models/_orders.yml': contract({}),
      'test/data/whole.sql': 'select * from {{ref "orders"}} where id = 2',
      'test/data/part.sql': 'select id, _load_id from {{ref "orders"}} where id = 2',
      'raw/orders/a.json': `${row({})}\n${row({ id: 2 })}\n`,
    });
    expect(await related(own, await own.run())).toEqual(['the row is in raw/orders/a.json:2:1']);
  });

  test('are numbered as the rows are shown', async () => {
    const own = shop({
      'models/_orders.yml': contract({ level: 'not_null' }),
      'raw/orders/a.json': `${row({ level: null })}\n${row({ id: 2, level: null })}\n`,
    });
    expect(await related(own, await own.run())).toEqual([
      'row 1 is in raw/orders/a.json:1:1',
      'row 2 is in raw/orders/a.json:2:1',
    ]);
  });

  test('are found in what is published, also by rules that are newer than the rows', async () => {
    const own = shop({ 'models/_orders.yml': contract({}), 'raw/orders/a.json': `${row({})}\n${row({ id: 9 })}` });
    await own.publish();
    own.write({ 'models/_orders.yml': contract({ id: '{ accepted_range: { max_value: 3 } }' }) });
    expect(await related(own, await published(own))).toEqual(['the row is in raw/orders/a.json:2:1']);
  });

  test('are found in a packed file, and by jsonpaths', async () => {
    const own = shop({
      'dwh.yaml': plainConfig.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }'),
      'models/_orders.yml':
        'models:\n  - name: orders\n    columns: [{ name: id, type: integer, tests: [unique] }, { name: level, type: varchar(9) }]\n',
      'raw/paths.json': '{"jsonpaths": ["$.Who.id", "$.Level"]}',
      'raw/orders/b.json': '{"Who":{"id":1},"Level":"x"}',
    });
    writeFileSync(join(own.dir, 'raw/orders/a.json.gz'), gzipSync('{"Who":{"id":2}}\n{"Who":{\n"id":1}}\n'));
    expect((await related(own, await own.run())).map((text) => text.replace(/^.* /, '')).toSorted()).toEqual([
      'raw/orders/a.json.gz:2:1',
      'raw/orders/b.json:1:1',
    ]);
  });

  test('are those of the load of the row, also once its file was moved', async () => {
    const own = shop({ 'models/_orders.yml': contract({}), 'raw/orders/a.json': row({ level: null }) });
    await own.publish();
    own.remove('raw/orders/a.json');
    own.write({ 'raw/orders/moved.json': row({ level: null }), 'raw/orders/b.json': row({ id: 2 }) });
    await own.publish();
    own.write({ 'models/_orders.yml': contract({ level: 'not_null' }) });
    expect(await related(own, await published(own))).toEqual(['the row is in raw/orders/moved.json:1:1']);
  });

  test('are not given to a reader who may not see which files are loaded', async () => {
    const own = shop({ 'models/_orders.yml': contract({}), 'raw/orders/a.json': row({ level: null }) }, 'postgres');
    await own.publish();
    own.write({ 'models/_orders.yml': contract({ level: 'not_null' }) });
    const { database } = own;
    if (database === undefined) throw new Error('this project is on PostgreSQL');
    const reader = await anotherUser(database, 'reader');
    await own.sql(`grant usage on schema shop, shop_meta to ${reader.user}`);
    await own.sql(`grant select on shop.orders to ${reader.user}`);
    const places = async (): Promise<string[]> => {
      const summary = await published(own.as(reader));
      expect(summary.results.map(({ status }) => status)).toEqual(['fail']);
      return related(own, summary);
    };
    expect(await places()).toEqual([]);
    await own.sql(`grant select on shop_meta.loaded_files to ${reader.user}`);
    expect(await places()).toEqual(['the row is in raw/orders/a.json:1:1']);
  });

  test('are not given where a file has changed since, is gone, or the test reads a table further down', async () => {
    const own = shop({
      'models/_orders.yml': `${contract({})}  - name: sold\n    columns: [{ name: level, tests: [not_null] }]\n`,
      'models/sold.sql': 'select * from {{ref "orders"}}',
      'raw/orders/a.json': row({}),
    });
    await own.publish();
    own.write({ 'raw/orders/b.json': row({ level: null }) });
    expect(await related(own, await own.run())).toEqual([]);
    own.write({ 'models/_orders.yml': contract({}) });
    await own.publish();
    own.write({
      'models/_orders.yml': contract({ level: 'not_null' }),
      'raw/orders/b.json': `${row({ id: 6 })}\n${row({ level: null })}`,
    });
    const changed = await published(own);
    expect(changed.results.map(({ status }) => status)).toEqual(['fail']);
    expect(await related(own, changed)).toEqual([]);
    own.remove('raw');
    expect(await related(own, await published(own))).toEqual([]);
  });
});
