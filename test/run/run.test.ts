import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { duckdb } from '../../runner/adapters/dialects/duckdb.ts';
import { openDuckdb } from '../../runner/adapters/drivers/duckdb.ts';
import type { Driver } from '../../runner/adapters/driver.ts';
import { show } from '../../runner/commands/show.ts';
import { test as testCommand } from '../../runner/commands/test.ts';
import { newRunId, relationNames, runOfRelation } from '../../runner/materialize/names.ts';
import { changesIn, faultsIn, faultsOf, project } from '../support/project.ts';

const reading = { now: () => new Date(), wait: undefined, signal: new AbortController().signal };

/** Opens a project's database as any other process would. */
function opened(dir: string, access: 'read' | 'write', wait?: (holder: string) => void): Promise<Driver> {
  return openDuckdb({
    path: join(dir, 'shop.duckdb'),
    access,
    holder: { command: 'the test', since: 'now' },
    wait,
    signal: undefined,
    memoryLimit: undefined,
  });
}

/** All relations of the database that are not the runner's own bookkeeping. */
async function relationsOf(dir: string): Promise<string[]> {
  const driver = await opened(dir, 'read');
  const { rows } = await driver.withConnection((connection) =>
    connection.query(duckdb.catalogQuery({ schemas: ['shop'], names: [], metaSchema: 'shop_meta', ofRun: '' })),
  );
  await driver.close();
  return [...new Set(rows.map(([schema, name]) => `${schema}.${name}`))].filter(
    (name) => !/^shop_meta\.(runs|published_nodes|loaded_files)$/.test(name),
  );
}

describe('a data test', () => {
  const files = {
    'models/things.sql': "select * from (values (1, 'a', 10), (2, 'b', null), (2, 'c', 30)) as v(id, kind, parent)",
    'models/_models.yml': `models:
  - name: things
    columns:
      - { name: id, tests: [unique] }
      - { name: kind, tests: [{ accepted_values: { values: [a, b] } }] }
      - { name: parent, tests: [not_null, { relationships: { to: things, column: id } }] }
    tests:
      - unique: { columns: [id, kind] }
`,
  };

  test('that fails publishes nothing, shows failing rows, and says how to see more', async () => {
    const shop = project(files);
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    const faults = faultsIn(summary);
    expect(faults.map((fault) => fault.message.split('\n').toSorted().join('\n')).sort()).toEqual([
      '  id = 2, kind = b, parent = null\nnot_null_things_parent found 1 row:',
      '  id = 2, row_count = 2\nunique_things_id found 1 row:',
      '  kind = c, row_count = 1\naccepted_values_things_kind found 1 row:',
      '  parent = 10, row_count = 1\n  parent = 30, row_count = 1\nrelationships_things_parent_things found 2 rows:',
    ]);
    expect(faults.map((fault) => fault.hint)).toContain('see them: sparkify-run show unique_things_id');
    expect(await shop.places(faults)).toEqual(expect.arrayContaining(['models/_models.yml:4:29 test-failed']));
    expect(summary.results.find(({ name }) => name === 'unique_things_id_kind')?.status).toBe('pass');
  });

  test('leaves its failing rows to be shown, until it passes', async () => {
    const shop = project(files);
    await shop.run();
    const rows = () => show({ ...shop.options(), ...reading }, 'unique_things_id', 10);
    expect((await rows()).rows.map((row) => row.map(Number))).toEqual([[2, 2]]);
    shop.write({ 'models/things.sql': "select 1 as id, 'a' as kind, 1 as parent" });
    await shop.publish();
    expect((await rows()).rows).toEqual([]);
    expect(await relationsOf(shop.dir)).toEqual(['shop.things']);
  });

  test('of severity warn is shown and does not hold the publish', async () => {
    const shop = project({
      ...files,
      'models/_models.yml':
        'models:\n  - name: things\n    columns:\n      - { name: id, tests: [{ unique: { severity: warn } }] }\n',
      'test/data/no_c.sql': '{{config severity="warn"}}\nselect * from {{ref "things"}} where kind = \'c\'\n',
    });
    const { results } = await shop.publish();
    expect(
      results
        .filter(({ status }) => status === 'warn')
        .map(({ name, failures }) => [name, failures])
        .sort(),
    ).toEqual([
      ['no_c', 1],
      ['unique_things_id', 1],
    ]);
  });

  test('that is a file of SQL runs on what is built, and points at itself', async () => {
    const shop = project({
      'models/things.sql': 'select 1 as id',
      'test/data/small.sql': 'select * from {{ref "things"}} where id > {{var "most"}}',
      'dwh.yaml': `${(await import('../support/project.ts')).plainConfig}vars: { most: 5 }\n`,
    });
    await shop.publish();
    shop.write({ 'models/things.sql': 'select 7 as id' });
    expect(await shop.places(faultsIn(await shop.run()))).toEqual(['test/data/small.sql:1:1 test-failed']);
    expect(await shop.rows('select id from things')).toEqual([[1]]);
    await shop.publish({ vars: { most: '9' } });
  });

  test('runs on what is published with the command test', async () => {
    const shop = project(files);
    shop.write({ 'models/_models.yml': 'models: []\n' });
    await shop.publish();
    shop.write({ 'models/_models.yml': files['models/_models.yml'] });
    const { results } = await testCommand(
      { ...shop.options() },
      { ...reading, random: Math.random, report: () => undefined },
    );
    expect(Object.fromEntries(results.map(({ name, status }) => [name, status]))).toMatchObject({
      unique_things_id: 'fail',
      unique_things_id_kind: 'pass',
      not_null_things_parent: 'fail',
    });
    const one = await testCommand(
      { ...shop.options({ select: ['unique_things_id_kind'] }) },
      { ...reading, random: Math.random, report: () => undefined },
    );
    expect(one.results.map(({ name }) => name)).toEqual(['unique_things_id_kind']);
  });
});

describe('a run of one model', () => {
  const files = {
    'models/a.sql': 'select 1 as id',
    'models/b.sql': 'select id from {{ref "a"}}',
    'models/c.sql': 'select id from {{ref "b"}}',
    'models/seen.sql': '{{config materialized="view"}} select id from {{ref "b"}}',
    'models/_models.yml':
      'models:\n  - name: b\n    columns:\n      - { name: id, tests: [unique, { relationships: { to: c, column: id } }] }\n',
  };

  test('rebuilds exactly that, and says which tables below it are now older than it', async () => {
    const shop = project(files);
    await shop.publish();
    shop.write({ 'models/b.sql': 'select id + 0 as id, 5 as five from {{ref "a"}}' });
    const summary = await shop.publish({ select: ['b'] });
    expect(changesIn(summary)).toEqual({ b: 'swap +1 ~0 -1' });
    expect(summary.stale).toEqual(['c']);
    expect(summary.results.map(({ name, status }) => `${name} ${status}`).toSorted()).toEqual([
      'b success',
      'relationships_b_id_c pass',
      'unique_b_id pass',
    ]);
  });

  test('that reads what is neither selected nor published is refused before anything runs', async () => {
    const shop = project(files);
    const faults = await faultsOf(shop.run({ select: ['c'] }));
    expect(faults).toMatchObject([
      { code: 'relation-missing', hint: 'build what it needs as well: sparkify-run models +c' },
    ]);
    expect(await shop.places(faults)).toEqual(['models/c.sql:1:22 relation-missing']);
  });

  test('skips and names a test that would read what is not there yet', async () => {
    const shop = project(files);
    const { results } = await shop.publish({ select: ['a', 'b'] });
    expect(results.find(({ name }) => name === 'relationships_b_id_c')).toMatchObject({
      status: 'skipped',
      message: 'it reads "c", which is not published yet',
    });
  });

  test('of which no row changed makes nothing older', async () => {
    const shop = project(files);
    await shop.publish();
    expect((await shop.publish({ select: ['a'] })).stale).toEqual([]);
  });
});

describe('a run that does not come to its end', () => {
  test('leaves nothing behind when it is held', async () => {
    const shop = project({ 'models/good.sql': 'select 1 as id', 'models/bad.sql': 'select nope from {{ref "good"}}' });
    await shop.run();
    expect(await relationsOf(shop.dir)).toEqual([]);
  });

  test('and was killed is swept by the next one', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id' });
    await shop.publish();
    const driver = await opened(shop.dir, 'write');
    await driver.withConnection(async (connection) => {
      await connection.run("insert into shop_meta.runs values ('rdeadbeef1', 2, 'models', 'running', now(), null)");
      await connection.run('create table shop.a__rdeadbeef1 as select 1 as x');
      await connection.run('create view shop.a__rdeadbeef1_delta as select * from shop.a__rdeadbeef1');
      await connection.run('create table shop.somebodys__table as select 1 as x');
      await connection.run('create table shop.a__rnotarun01 as select 1 as x');
    });
    await driver.close();
    await shop.publish();
    expect(shop.events).toContainEqual({ type: 'swept', relations: 2 });
    // What no run of ours has made is not ours to drop.
    expect(await relationsOf(shop.dir)).toEqual(['shop.a', 'shop.a__rnotarun01', 'shop.somebodys__table']);
    expect(await shop.rows("select status from shop_meta.runs where run_id = 'rdeadbeef1'")).toEqual([['killed']]);
  });

  test('because the user stops it publishes nothing, ends at once, and leaves nothing behind', async () => {
    const shop = project({
      'models/a.sql': 'select 1 as id',
      'models/slow.sql': 'select count(*) as n from range(100000000000) as r',
      'models/after.sql': 'select * from {{ref "slow"}}',
    });
    const controller = new AbortController();
    const summary = await shop.run({
      signal: controller.signal,
      report: (event) => {
        if (event.type === 'statement' && event.uniqueId === 'model.shop.slow' && event.sql.startsWith('create'))
          setImmediate(() => controller.abort());
      },
    });
    expect(summary.outcome).toBe('interrupted');
    expect(summary.results.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(
      expect.arrayContaining(['after skipped', 'slow skipped']),
    );
    expect(await relationsOf(shop.dir)).toEqual([]);
    expect(await shop.rows('select status from shop_meta.runs')).toEqual([['interrupted']]);
  });
});

describe('the database', () => {
  test('that another process has is told with who has it; --wait waits', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id' });
    await shop.publish();
    const note = { pid: 4711, command: 'sparkify-run models', since: '2018-11-01T00:00:00.000Z' };
    const script = `
      const { DuckDBInstance } = await import(${JSON.stringify(import.meta.resolve('@duckdb/node-api'))});
      const instance = await DuckDBInstance.create(${JSON.stringify(join(shop.dir, 'shop.duckdb'))});
      await instance.connect();
      console.log('open');
      process.stdin.on('data', () => process.exit());
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    shop.write({ 'shop.duckdb.holder.json': JSON.stringify({ ...note, pid: child.pid }) });
    const [fault] = await faultsOf(shop.run());
    expect(fault?.code).toBe('database-locked');
    expect(fault?.message).toContain(
      `is in use by process ${child.pid}, "sparkify-run models", since 2018-11-01T00:00:00.000Z`,
    );

    const holders: string[] = [];
    await shop.publish({
      wait: true,
      report: (event) => {
        if (event.type !== 'waiting') return;
        holders.push(event.holder);
        child.stdin.write('x');
      },
    });
    expect(holders).toEqual([`process ${child.pid}, "sparkify-run models", since 2018-11-01T00:00:00.000Z`]);
  });

  test('that is no database is told, and is left as it is', async () => {
    const shop = project({
      'models/a.sql': 'select 1 as id',
      'shop.duckdb': 'this is a letter to my aunt, and it is long enough to be taken for something else entirely',
    });
    expect((await faultsOf(shop.run()))[0]?.code).toBe('database-unavailable');
    expect(readFileSync(join(shop.dir, 'shop.duckdb'), 'utf8')).toMatch(/^this is a letter/);
  });

  test('may be read by several at the same time', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id' });
    await shop.publish();
    const first = await opened(shop.dir, 'read');
    expect(await shop.rows('select * from a')).toEqual([[1]]);
    await first.close();
  });

  test('that is not there yet says how to make it', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id' });
    expect((await faultsOf(shop.rows('select 1')))[0]).toMatchObject({
      code: 'nothing-published',
      hint: 'build it: sparkify-run models',
    });
  });

  test("keeps Redshift's semantics", async () => {
    const shop = project({ 'models/a.sql': 'select * from (values (2), (null), (1)) as v(x) order by x' });
    await shop.publish();
    expect(await shop.rows('select 7 / 2, -7 / 2')).toEqual([[3, -3]]);
    expect(await shop.rows('select x from a order by x')).toEqual([[1], [2], [null]]);
    expect(await shop.rows('select x from a order by x desc')).toEqual([[null], [2], [1]]);
  });
});

describe('the relations of a run', () => {
  const node = { name: 'n'.repeat(63), config: { schema: 's' } } as Parameters<typeof relationNames>[0];

  test('are told by their names, and long names stay apart', () => {
    const run = newRunId(new Date('2026-11-23T19:00:00Z'), () => 0.5);
    const names = relationNames(node, { schemaPrefix: 'dev_', run, maxBytes: 63 });
    expect(names.published).toEqual({ schema: 'dev_s', identifier: node.name });
    for (const { identifier } of [names.build, names.delta, names.difference, names.newRejects]) {
      expect(runOfRelation(identifier)).toBe(run);
      expect(identifier.length).toBeLessThanOrEqual(63);
    }
    const other = relationNames({ ...node, name: `${'n'.repeat(62)}m` }, { schemaPrefix: 'dev_', run, maxBytes: 63 });
    expect(other.build.identifier).not.toBe(names.build.identifier);
    expect(runOfRelation('songplays')).toBeUndefined();
    expect(runOfRelation('my__rows')).toBeUndefined();
  });
});

test('manifest.json and run_results.json are written in the words of dbt', async () => {
  const shop = project({
    'models/a.sql': '{{config unique_key="id" tags="x"}}select 1 as id',
    'models/b.sql': 'select * from {{ref "a"}}',
    'models/_models.yml':
      'models:\n  - name: a\n    description: A thing\n    columns:\n      - { name: id, type: integer, tests: [unique] }\n',
  });
  await shop.publish();
  const read = (name: string): unknown => JSON.parse(readFileSync(join(shop.dir, 'target', name), 'utf8'));
  expect(read('manifest.json')).toMatchObject({
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      adapter_type: 'duckdb',
      project_name: 'shop',
    },
    nodes: {
      'model.shop.a': {
        resource_type: 'model',
        schema: 'shop',
        description: 'A thing',
        tags: ['x'],
        relation_name: '"shop"."a"',
        raw_code: '{{config unique_key="id" tags="x"}}select 1 as id',
        columns: { id: { name: 'id', data_type: 'integer' } },
        contract: { enforced: true },
        config: { materialized: 'table', unique_key: ['id'] },
      },
      'model.shop.b': { refs: [{ name: 'a' }], depends_on: { nodes: ['model.shop.a'] } },
      'test.shop.unique_a_id': {
        resource_type: 'test',
        test_metadata: { name: 'unique' },
        attached_node: 'model.shop.a',
        column_name: 'id',
      },
    },
    parent_map: { 'model.shop.b': ['model.shop.a'] },
    child_map: { 'model.shop.a': ['model.shop.b', 'test.shop.unique_a_id'] },
  });
  expect(read('run_results.json')).toMatchObject({
    metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json' },
    results: expect.arrayContaining([
      expect.objectContaining({
        unique_id: 'model.shop.a',
        status: 'success',
        relation_name: '"shop"."a"',
        compiled: true,
        adapter_response: { rows_affected: 1 },
      }),
      expect.objectContaining({ unique_id: 'test.shop.unique_a_id', status: 'pass', failures: 0 }),
    ]) as unknown,
    args: { target: 'local', outcome: 'published' },
  });
});
