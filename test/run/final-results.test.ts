import { describe, expect, test } from 'vitest';
import { list } from '../../runner/commands/list.ts';
import { exitCodeOfRun } from '../../runner/terminal/exit-code.ts';
import { roads } from '../redshift/shop-warehouse.ts';
import { onServerAtOnce } from '../support/postgres.ts';
import type { Engine, TestProject } from '../support/project.ts';
import { project } from '../support/project.ts';

interface Entry {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string | null;
  readonly adapter_response: object;
}

function entries(shop: TestProject): Entry[] {
  return (JSON.parse(shop.read('target/run_results.json')) as { results: Entry[] }).results;
}

/** The status and message of each node in run_results.json. */
function written(shop: TestProject): Record<string, string> {
  const said = entries(shop).map(({ unique_id, status, message }) => [
    unique_id.split('.').at(-1) ?? '',
    message === null ? status : `${status}: ${message.split('\n')[0]}`,
  ]);
  return Object.fromEntries(said) as Record<string, string>;
}

async function listed(shop: TestProject, select: string): Promise<string[]> {
  return (await list(shop.options({ select: [select] }))).map(({ name }) => name);
}

const files = {
  'models/base.sql': 'select 1 as id\n',
  'models/other.sql': 'select 1 as id\n',
  'models/above.sql': '{{config materialized="view"}}\nselect * from {{ref "base"}}\n',
};

async function published(engine: Engine): Promise<TestProject> {
  const shop = project(files, engine);
  await shop.publish();
  expect(written(shop)).toEqual({ base: 'success', other: 'success', above: 'success' });
  return shop;
}

describe('after a publish that is refused, run_results.json has the error on the node that it is about', () => {
  test('and nothing else is a success: a view of others that hangs on a table', async () => {
    const shop = await published('postgres');
    await shop.sql('create schema theirs');
    await shop.sql('create view theirs.of_others as select id from shop.base');
    shop.write({ 'models/base.sql': "select 'one' as id\n", 'models/other.sql': 'select 2 as id\n' });
    const summary = await shop.run();
    const { other, ...replaced } = written(shop);
    expect(other).toBe('skipped: built, not published: the publish failed for "base" and 1 more');
    expect(replaced).toEqual({
      base: expect.stringMatching(/^error: "base", "above" .* depend on it:$/) as unknown,
      above: replaced['base'],
    });
    expect((await listed(shop, 'result:error')).sort()).toEqual(['above', 'base']);
    expect(await listed(shop, 'result:skipped')).toEqual(['other']);
    const counted = entries(shop).flatMap(({ adapter_response }) => Object.keys(adapter_response));
    expect(counted.filter((key) => key !== 'faults')).toEqual([]);
    expect(exitCodeOfRun(summary)).toBe(1);
    expect(shop.events.at(-1)).toMatchObject({
      type: 'run finished',
      results: expect.arrayContaining([expect.objectContaining({ name: 'base', status: 'error' })]) as unknown,
    });
  });

  test('a statement of one table that the database refuses', async () => {
    const shop = await published('postgres');
    await shop.sql('create schema theirs');
    await shop.sql(
      `create function theirs.refuse() returns boolean language plpgsql as 'begin raise exception ''not now''; end'`,
    );
    await shop.sql('alter table shop.other add constraint refuse check (theirs.refuse()) not valid');
    shop.write({ 'models/base.sql': 'select 2 as id\n', 'models/other.sql': 'select 2 as id\n' });
    const summary = await shop.run();
    expect(written(shop)).toEqual({
      base: 'skipped: built, not published: the publish failed for "other"',
      other: 'error: not now',
      above: 'skipped: built, not published: the publish failed for "other"',
    });
    expect(await shop.places(summary.faults)).toEqual(['models/other.sql:1:1 database-error']);
  });
});

describe('after a replacement that the database refuses,', () => {
  test('the error of a view of others is on what is replaced, and nothing else is an error', async () => {
    const shop = await published('postgres');
    await shop.sql('create schema theirs');
    await shop.sql('create view theirs.of_others as select id + 1 as id from shop.base');
    shop.write({ 'models/base.sql': "select 'one' as id\n", 'models/other.sql': 'select 2 as id\n' });
    const summary = await shop.run({ replaceDependents: true, select: ['base', 'other'] });
    expect(await shop.places(summary.faults)).toEqual(['models/base.sql:1:1 dependent-objects']);
    expect(written(shop)).toEqual({
      base: expect.stringMatching(/^error: .*operator does not exist/) as unknown,
      other: 'skipped: built, not published: the publish failed for "base"',
    });
  });

  test('the error of a view that is not of the run is on what is replaced, and nothing else is an error', async () => {
    const shop = await published('postgres');
    shop.write({ 'models/above.sql': '{{config materialized="view"}}\nselect id + 1 as id from {{ref "base"}}\n' });
    await shop.publish();
    shop.write({ 'models/base.sql': "select 'one' as id\n", 'models/other.sql': 'select 2 as id\n' });
    const summary = await shop.run({ select: ['base', 'other'] });
    expect(await shop.places(summary.faults)).toEqual(['models/above.sql:1:1 dependent-objects']);
    expect(written(shop)).toEqual({
      base: expect.stringMatching(/^error: .*operator does not exist/) as unknown,
      other: 'skipped: built, not published: the publish failed for "base"',
    });
  });
});

test('after a test that fails, what was built is skipped', async () => {
  const shop = await published('duckdb');
  shop.write({
    'models/base.sql': 'select 2 as id\n',
    'test/data/no_two.sql': 'select * from {{ref "base"}} where id = 2\n',
  });
  const summary = await shop.run();
  expect(written(shop)).toMatchObject({
    base: 'skipped: built, not published: "no_two" failed',
    other: 'skipped: built, not published: "no_two" failed',
  });
  expect(await listed(shop, 'result:fail')).toEqual(['no_two']);
  expect(exitCodeOfRun(summary)).toBe(1);
});

test('after a node that fails, what was built is skipped, as is what reads it', async () => {
  const shop = await published('duckdb');
  shop.write({ 'models/base.sql': 'select nothing\n' });
  await shop.run();
  const { base, ...others } = written(shop);
  expect(base).toMatch(/^error: /);
  expect(others).toEqual({
    other: 'skipped: built, not published: "base" failed',
    above: 'skipped: "base" failed',
  });
});

test('after a run that is stopped, what was built is skipped', async () => {
  const shop = await published('duckdb');
  const stop = new AbortController();
  const report: NonNullable<Parameters<TestProject['run']>[0]>['report'] = (event) => {
    if (event.type === 'node finished') stop.abort();
  };
  const summary = await shop.run({ signal: stop.signal, report, threads: 1 });
  expect(Object.values(written(shop))).toContain('skipped: built, not published: the run was stopped');
  expect(Object.values(written(shop)).filter((said) => !said.startsWith('skipped: '))).toEqual([]);
  expect(exitCodeOfRun(summary)).toBe(130);
});

describe.each(['postgres', ...roads] as const)('on %s', (engine) => {
  test('a warehouse that was lost to another run is an error of every node, and exit code 4', async () => {
    const shop = await published(engine);
    shop.write({ 'models/base.sql': 'select 2 as id\n' });
    const lose =
      engine === 'postgres'
        ? "insert into shop_meta.runs (run_id, sequence_number, status) values ('r00000late', 99, 'published')"
        : "update shop_meta.lease set token = token + 1, run_id = 'r00000late'";
    const summary = await shop.run({
      report: (event) => {
        if (event.type === 'phase' && event.phase === 'build' && shop.database !== undefined)
          onServerAtOnce(shop.database, lose);
      },
    });
    expect(Object.values(written(shop)).filter((said) => !/^error: .*r00000late/.test(said))).toEqual([]);
    expect(exitCodeOfRun(summary)).toBe(4);
  });
});
