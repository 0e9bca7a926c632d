import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LogEvent } from '../../runner/artifacts/log-event.ts';
import { logEventSchema } from '../../runner/artifacts/log-event.ts';
import { program, run } from '../support/program.ts';
import { arrive, root, sample, sparkify } from '../sparkify/sparkify.ts';
import type { TestProject } from '../support/project.ts';
import { project } from '../support/project.ts';

const shop = (): TestProject =>
  project({
    'models/a.sql': 'select 1 as id',
    'models/b.sql': 'select * from {{ref "a"}}',
    'analyses/all_of_it.sql': 'select id, null as nothing from {{ref "b"}}',
  });

describe('exit codes', () => {
  test.each<[string, string[], number, string]>([
    ['0 when done', ['models'], 0, ''],
    ['0 for help', ['models', '--help'], 0, ''],
    ['2 without a command, which shows the help', [], 2, 'sparkify-run models'],
    ['2 for a command that does not exist', ['modles'], 2, 'did you mean "models"?'],
    ['2 for an option of another command', ['clean', '--target', 'a'], 2, '--target is not an option of clean'],
    ['2 for an option that does not exist', ['models', '--selct', 'a'], 2, 'did you mean --select?'],
    ['2 for a command of a group that does not exist', ['cluster', 'delete'], 2, 'done by: sparkify-run cluster down'],
    ['2 for no command of a group', ['cluster'], 2, 'see: sparkify-run cluster --help'],
    ['2 for a word too many', ['cluster', 'up', 'now'], 2, 'see: sparkify-run cluster up --help'],
    ['2 for a wrong option of a group', ['cluster', 'pause', '--yes'], 2, 'it is one of cluster up, cluster down'],
    ['2 for an option without its value', ['models', '--threads'], 2, 'threads'],
    [
      '2 for a value that does not fit',
      ['models', '--threads', 'many'],
      2,
      '--threads takes one whole number from 1 to 64',
    ],
    ['2 for an option that is given twice', ['models', '--target', 'local', '--target', 'b'], 2, 'more than once'],
    ['2 for a limit of no rows', ['show', 'a', '--limit', '0'], 2, '--limit takes one whole number'],
    ['2 for names that every object has', ['list', 'constructor:x'], 2, 'no selection method'],
    ['2 for such a target', ['models', '--target', 'constructor'], 2, 'is not a target'],
    ['2 for a var that nothing uses', ['models', '--vars', 'typo=1'], 2, 'no template uses a var "typo"'],
    ['2 for a format that does not exist', ['graph', '--format', 'png'], 2, 'mermaid'],
    ['2 for a var without a value', ['models', '--vars', 'x'], 2, '--vars takes name=value'],
    ['2 for a target that does not exist', ['models', '--target', 'lokal'], 2, 'did you mean "local"?'],
    ['2 for a folder that is no project', ['models', '--project-dir', 'models'], 2, 'there is no dwh.yaml in'],
    ['3 for a selection that matches nothing', ['models', 'aa'], 3, 'did you mean "a"?'],
    ['3 for an analysis that does not exist', ['query', 'all_of_them'], 3, 'did you mean "all_of_it"?'],
    ['2 for a query before anything is published', ['query', 'select 1'], 2, 'build it: sparkify-run models'],
  ])('%s', async (_, words, code, said) => {
    const ended = await run(shop().dir, words);
    expect(ended.stderr).toContain(said);
    expect({ code: ended.code, stack: /\n {4}at /.test(ended.stderr) }).toEqual({ code, stack: false });
  });

  test('1 when a node fails, and 2 with every fault when the project is not valid', async () => {
    const own = shop();
    own.write({ 'models/b.sql': 'select nope' });
    const failed = await run(own.dir, ['models']);
    expect(failed.code).toBe(1);
    // Nodes are counted here: one of them may have several errors.
    expect(failed.stdout).toContain('nothing was published: 1 node failed;');
    own.write({ 'models/b.sql': 'select * from {{ref "aa"}}', 'models/c.sql': '{{#if}}x{{/if}}' });
    const ended = await run(own.dir, ['validate']);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toBe(`error[ref-unknown]: there is no model or seed "aa"
  --> models/b.sql:1:21
  1 | select * from {{ref "aa"}}
    |                     ^^^^
  hint: did you mean "a"?

error[template-unsupported]: {{#if}} takes one name
  --> models/c.sql:1:1
  1 | {{#if}}x{{/if}}
    | ^

2 errors
`);
  });
});

test('what was found valid is not taken for valid once it has changed', async () => {
  const own = shop();
  expect((await run(own.dir, ['validate'])).stdout).toBe(
    'valid for duckdb: 2 models, 0 seeds, 1 source, 0 tests, 1 analysis, 0 macros\n',
  );
  expect((await run(own.dir, ['validate'])).code).toBe(0);
  own.write({ 'models/b.sql': 'select * from {{ref "aa"}}' });
  expect((await run(own.dir, ['validate'])).code).toBe(2);
  own.write({ 'models/b.sql': 'select * from {{ref "a"}}' });
  own.write({ 'dwh.yaml': readFileSync(join(own.dir, 'dwh.yaml'), 'utf8').replace('name: shop', 'name: Shop') });
  expect((await run(own.dir, ['validate'])).code).toBe(2);
});

test('a reader of the log that goes away does not stop the run', async () => {
  const own = shop();
  const child = spawn(process.execPath, [program, 'models', '--log-format', 'json'], { cwd: own.dir });
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(0);
  expect(await own.rows('select id from b')).toEqual([[1]]);
});

test('a project folder that takes no artifacts is told before anything is built', async () => {
  const own = shop();
  own.write({ target: 'a file' });
  const { code, stderr } = await run(own.dir, ['models']);
  expect({ code, isFault: stderr.includes('error[system]'), stack: /\n {4}at /.test(stderr) }).toEqual({
    code: 2,
    isFault: true,
    stack: false,
  });
  await expect(own.rows('select id from b')).rejects.toThrow();
});

test('clean leaves alone what it did not make', async () => {
  const own = shop();
  await run(own.dir, ['models']);
  own.write({ 'target/warehouse.duckdb': 'not ours' });
  await run(own.dir, ['clean']);
  expect(readdirSync(join(own.dir, 'target'))).toEqual(['warehouse.duckdb']);
  own.remove('target/warehouse.duckdb');
  await run(own.dir, ['clean']);
  expect(existsSync(join(own.dir, 'target'))).toBe(false);
});

describe('what is printed', () => {
  test('results go to stdout, progress to stderr, and neither has colours where it is no terminal', async () => {
    const own = shop();
    const { stdout, stderr } = await run(own.dir, ['models']);
    expect(stdout).toMatch(
      /^published 2 relations\n\n +added +changed +removed\nshop.a +\+1 +~0 +-0\nshop.b +\+1 +~0 +-0\n\n[\d.]+ s in all/,
    );
    expect(stderr).toMatch(
      /^sparkify-run models · target local · 2 nodes, 0 tests · 4 threads\n\n {2}✔ a {2}table {2,}1 row {2,}[\d.]+ s\n {2}✔ b {2}table/,
    );
    // oxlint-disable-next-line no-control-regex
    expect(stdout + stderr).not.toMatch(/\u001b/);
    // oxlint-disable-next-line no-control-regex
    expect((await run(own.dir, ['models'], { env: { FORCE_COLOR: '1' } })).stdout).toMatch(/\u001b/);
    // oxlint-disable-next-line no-control-regex
    expect((await run(own.dir, ['models'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toMatch(/\u001b/);
  });

  test('rows come as a table, as JSON or as CSV', async () => {
    const own = shop();
    await run(own.dir, ['models']);
    expect((await run(own.dir, ['query', 'all_of_it'])).stdout).toBe(
      '┌────┬─────────┐\n│ id │ nothing │\n├────┼─────────┤\n│  1 │ null    │\n└────┴─────────┘\n1 row\n',
    );
    expect((await run(own.dir, ['query', 'all_of_it', '--format', 'json'])).stdout).toBe(
      '[\n  {\n    "id": 1,\n    "nothing": null\n  }\n]\n',
    );
    expect(
      (await run(own.dir, ['query', 'select \'a,"b"\' as x, 9007199254740993 as y', '--format', 'csv'])).stdout,
    ).toBe('x,y\n"a,""b""",9007199254740993\n');
    expect((await run(own.dir, ['show', 'b', '--format', 'csv'])).stdout).toBe('id\n1\n');
  });

  test('a query that is wrong points at itself, and one that would write is refused', async () => {
    const own = shop();
    await run(own.dir, ['models']);
    const wrong = await run(own.dir, ['query', 'select id,\n  nope from a']);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--> the query:2:3\n  2 |   nope from a\n    |   ^') as unknown,
    });
    expect((await run(own.dir, ['query', 'drop table a'])).stderr).toContain('query-writes');
    for (const comment of ['-- how many\n', '--how many\n\n', '/* how many */ '])
      expect(await run(own.dir, ['query', `${comment}select 1 as n`, '--format', 'csv'])).toMatchObject({
        code: 0,
        stdout: 'n\n1\n',
      });
    expect((await run(own.dir, ['query', 'select count(*) as n from a', '--format', 'csv'])).stdout).toBe('n\n1\n');
  });

  test('with --log-format json is one object a line on stdout, in the schema that is documented', async () => {
    const own = sparkify();
    arrive(own, sample, ['song_data', 'log_json_path.json', 'log_data/2018/11/2018-11-01-events.json']);
    const { stdout, stderr, code } = await run(own.dir, ['models', '--log-format', 'json', '--log-level', 'debug']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => logEventSchema.parse(JSON.parse(line)));
    const schema = JSON.parse(readFileSync(join(root, 'docs/log-events.schema.json'), 'utf8')) as {
      oneOf: { properties: { event: { const: string } } }[];
    };
    const documented = schema.oneOf.map(({ properties }) => properties.event.const);
    expect(events.filter(({ event }) => !documented.includes(event))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: 'run_finished', outcome: 'published' });

    own.write({ 'models/marts/songs.sql': 'select nope' });
    const failed = (await run(own.dir, ['models', '--log-format', 'json'])).stdout
      .trim()
      .split('\n')
      .map((line) => logEventSchema.parse(JSON.parse(line)));
    expect(failed.find((event) => event.event === 'node_finished' && event.node.name === 'songs')).toMatchObject({
      result: {
        status: 'error',
        faults: [{ code: 'database-error', place: { path: 'models/marts/songs.sql', line: 1, column: 8 } }],
      },
    });
    const refused = await run(own.dir, ['models', 'nobody', '--log-format', 'json']);
    expect(logEventSchema.parse(JSON.parse(refused.stdout))).toMatchObject({
      event: 'fault',
      fault: { code: 'selection-empty' },
    });
  });

  test('with --log-format json every fault has line and column, also in YAML, and so have the places that belong to it', async () => {
    const model = '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n';
    const contract =
      'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer, tests: [not_null] }\n';
    const own = project({
      'models/orders.sql': model,
      'models/_orders.yml': contract,
      'raw/orders/a.json': '{"id":1}\n{"id":null}\n',
    });
    const lines = async (words: readonly string[]): Promise<LogEvent[]> =>
      (await run(own.dir, [...words, '--log-format', 'json'])).stdout
        .trim()
        .split('\n')
        .map((line) => logEventSchema.parse(JSON.parse(line)));
    const failing = {
      code: 'test-failed',
      message: 'not_null_orders_id found 1 row:\n  id = null, _load_id = 1',
      place: { path: 'models/_orders.yml', line: 4, column: 44 },
      related: [{ message: 'the row is in', place: { path: 'raw/orders/a.json', line: 2, column: 1 } }],
      hint: 'see them: sparkify-run show not_null_orders_id',
    };
    const results = (await lines(['models'])).filter((event) => event.event === 'node_finished');
    expect(results.find(({ node }) => node.resource_type === 'test')?.result.faults).toEqual([failing]);
    const artifact = JSON.parse(own.read('target/run_results.json')) as {
      results: { status: string; adapter_response: { faults?: unknown } }[];
    };
    expect(artifact.results.map((entry) => [entry.status, entry.adapter_response.faults])).toEqual([
      ['skipped', undefined],
      ['fail', [failing]],
    ]);

    own.write({ 'models/_orders.yml': `${contract}  - name: nothing\n    colums: []\n` });
    for (const words of [['models'], ['test']])
      expect((await lines(words)).map((event) => event.event === 'fault' && event.fault.place)).toEqual([
        { path: 'models/_orders.yml', line: 6, column: 5 },
      ]);
    own.write({ 'dwh.yaml': own.read('dwh.yaml').replace('target: local', 'target: locl') });
    expect((await lines(['models'])).map((event) => event.event === 'fault' && event.fault.place)).toEqual([
      { path: 'dwh.yaml', line: 3, column: 9 },
      { path: 'models/_orders.yml', line: 6, column: 5 },
    ]);
  });

  test('the plan of --dry-run is SQL that changes nothing', async () => {
    const own = sparkify();
    arrive(own, sample, ['song_data', 'log_json_path.json', 'log_data/2018/11/2018-11-01-events.json']);
    const { stdout, code } = await run(own.dir, ['models', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/-- staging_songs · copy, 200 new files, [\d.]+ kB · publish: swap/);
    expect(stdout).toMatch(/-- the runner reads seeds\/song_data\/.*\.json, and 197 more files/);
    expect(stdout).toMatch(
      /-- publish, in one transaction: \d+ statements and the state\n\nbegin transaction;\n\nalter table "staging"\."staging_events__r\w{9}" rename to "staging_events";/,
    );
    expect((await run(own.dir, ['query', 'select 1'])).stderr).toContain('there is no database');
  });

  test('a list, a graph and compiled SQL', async () => {
    const own = shop();
    expect((await run(own.dir, ['list', 'b+'])).stdout).toBe('all_of_it\nb\n');
    expect((await run(own.dir, ['list', '+b', '--format', 'table'])).stdout).toBe(
      'a  table  shop  models/a.sql\nb  table  shop  models/b.sql\n',
    );
    expect((await run(own.dir, ['graph', '+b'])).stdout).toBe('a  table\nb  table  <- a\n');
    expect((await run(own.dir, ['graph', '+b', '--format', 'mermaid'])).stdout).toBe(
      'flowchart LR\n    a[a]\n    b[b]\n    a --> b\n',
    );
    expect((await run(own.dir, ['graph', '--format', 'dot'])).stdout).toContain('"a" -> "b"');
    expect((await run(own.dir, ['compile', 'b'])).stdout).toBe(
      '-- target/compiled/models/b.sql\n\nselect * from "shop"."a";\n',
    );
    expect((await run(own.dir, ['compile'])).stdout).toBe('3 files in target/compiled\n');
    expect(readFileSync(join(own.dir, 'target/compiled/models/b.sql'), 'utf8')).toBe('select * from "shop"."a"\n');
    expect((await run(own.dir, ['clean'])).stdout).toMatch(/^removed .*target\n$/);
  });

  test('debug tells what is set and whether the warehouse answers', async () => {
    const own = shop();
    expect((await run(own.dir, ['debug'])).stdout).toMatch(
      /target {7}local\n {2}type {7}duckdb\n {2}path {7}shop.duckdb\nconnection {3}there is no database yet/,
    );
    await run(own.dir, ['models']);
    expect((await run(own.dir, ['debug'])).stdout).toMatch(
      /connection {3}DuckDB v[\d.]+ answers\npublished {4}2 nodes: shop.a, shop.b/,
    );
  });
});

describe('Ctrl-C', () => {
  test('stops the run cleanly, publishes nothing and exits 130', async () => {
    const own = shop();
    await run(own.dir, ['models']);
    own.write({
      'models/a.sql': 'select 2 as id',
      'models/slow.sql': 'select count(*) as n from range(100000000000) as r',
      'models/b.sql': 'select * from {{ref "slow"}}',
    });
    const ended = await run(own.dir, ['models'], {
      during: (said, kill) => {
        if (said.includes('✔ a')) kill('SIGINT');
      },
    });
    expect(ended.code).toBe(130);
    expect(ended.stdout).toContain('stopped: nothing was published, readers see what they saw before');
    expect((await run(own.dir, ['query', 'select id from a', '--format', 'csv'])).stdout).toBe('id\n1\n');
  });
});

test('hours are UTC wherever the program runs', async () => {
  const own = sparkify();
  arrive(own, sample, ['song_data', 'log_json_path.json', 'log_data/2018/11/2018-11-01-events.json']);
  const hours = async (zone: string) => {
    const env = { TZ: zone, SPARKIFY_DB: `${zone.replace('/', '-')}.duckdb` };
    await run(own.dir, ['models'], { env });
    return (await run(own.dir, ['query', 'plays_by_hour', '--format', 'csv'], { env })).stdout;
  };
  const utc = await hours('UTC');
  expect(utc.split('\n').length).toBeGreaterThan(5);
  expect(await hours('America/New_York')).toBe(utc);
});

describe('sample data', () => {
  test('of the same seed is the same, and is not mixed with what is there', async () => {
    const first = project({});
    const words = ['generate', '--events', '500', '--users', '20', '--songs', '30', '--days', '3'];
    expect((await run(first.dir, [...words, '--out', 'one'])).stdout).toMatch(
      /^one: \d+ events \(\d+ plays by \d+ users\), 30 songs; answers.json says what is right\n$/,
    );
    await run(first.dir, [...words, '--out', 'two']);
    await run(first.dir, [...words, '--out', 'three', '--seed', '2']);
    const events = (name: string) =>
      readFileSync(join(first.dir, name, 'log_data/2018/11/2018-11-02-events.json'), 'utf8');
    expect(events('two')).toBe(events('one'));
    expect(events('three')).not.toBe(events('one'));
    expect(await run(first.dir, [...words, '--out', 'one'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there are files in one/log_data already') as unknown,
    });
    expect((await run(first.dir, ['generate', '--events', '-1'])).code).toBe(2);
    expect((await run(first.dir, ['generate', '--start', 'soon'])).stderr).toContain('--start takes a day');
  });
});

test('a test that is excluded does not hold its model', async () => {
  const own = project({
    'models/a.sql': 'select 1 as id union all select 1',
    'models/a.yml': 'models:\n  - name: a\n    columns:\n      - { name: id, tests: [unique] }\n',
  });
  expect((await run(own.dir, ['models'])).code).toBe(1);
  expect((await run(own.dir, ['models', '--exclude', 'unique_a_id'])).code).toBe(0);
});
