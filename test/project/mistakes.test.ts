import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../runner/core/fault.ts';
import { interpolate } from '../../runner/config/interpolate.ts';
import { compileNodes } from '../../runner/commands/compile.ts';
import { graph, list } from '../../runner/commands/list.ts';
import { validate } from '../../runner/commands/validate.ts';
import { graphText } from '../../runner/terminal/graph-text.ts';
import type { Files } from '../support/project.ts';
import { faultsIn, faultsOf, plainConfig, project } from '../support/project.ts';

const copy = '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n';
const columns = (names: readonly string[]): string =>
  names.map((name) => `{ name: ${name}, type: integer }`).join(', ');
const contract = (model: string, ...names: string[]): string =>
  `models: [{ name: ${model}, columns: [${columns(names)}] }]\n`;

describe('validate refuses', () => {
  test.each<[string, Files, string, string]>([
    [
      'a model without any SQL',
      { 'models/a.sql': '{{config tags="x"}}\n\n' },
      'models/a.sql:1:1 model-empty',
      'no SQL in "a"',
    ],
    [
      'raw files in a model that loads none',
      { 'models/a.sql': 'select * from {{source "raw" "orders"}}' },
      'models/a.sql:1:30 config-invalid',
      'only a copy model can read',
    ],
    [
      'a condition of Jinja, once for all of its tags',
      { 'models/a.sql': 'select 1 as id\n{%- if is_incremental() %}\nwhere true\n{% else %}{% endif %}' },
      'models/a.sql:2:1 template-syntax',
      'a tag of Jinja',
    ],
    [
      'a comment of Jinja behind one of Handlebars with a quote in it',
      { 'models/a.sql': "{{! don't }}{# note #}\nselect 1 as id" },
      'models/a.sql:1:13 template-syntax',
      'a comment of Jinja',
    ],
    [
      'a macro of Jinja',
      { 'macros/m.hbs': '{% macro m() %}1{% endmacro %}' },
      'macros/m.hbs:1:1 template-syntax',
      'Jinja',
    ],
    [
      'a ref without quotes, once',
      { 'models/a.sql': 'select 1 as id', 'models/b.sql': 'select * from {{ref a}}' },
      'models/b.sql:1:21 argument-not-literal',
      '{{ref}} takes a name in quotes',
    ],
    [
      'a test of a misspelt kind, and does not miss the kind that was meant',
      {
        'models/a.sql': 'select 1 as id',
        'models/_a.yml': 'models: [{ name: a, tests: [{ uniqe: { columns: [id] } }] }]\n',
      },
      'models/_a.yml:1:31 config-unknown-key',
      '"uniqe"',
    ],
    [
      'a model that cannot be parsed, and not the tests that name it',
      {
        'models/a.sql': "select * from {{ ref('b') }}",
        'models/b.sql': 'select 1 as id',
        'models/b.yml':
          'models:\n  - name: b\n    columns:\n      - name: id\n        tests: [relationships: { to: a, column: id }]\n',
      },
      'models/a.sql:1:18 template-syntax',
      'not valid Handlebars',
    ],
    ['capitals in an ending', { 'models/a.SQL': 'select 1 as id' }, 'models/a.SQL:1:1 file-ending', 'not read'],
    ['a misspelt ending', { 'models/_a.yamll': 'models: []' }, 'models/_a.yamll:1:1 file-ending', 'not read'],
    ['a seed without a line', { 'seeds/a.csv': '' }, 'seeds/a.csv:1:1 seed-invalid', 'the file is empty'],
    [
      'a seed that names a column twice',
      { 'seeds/a.csv': 'id,id\n1,2\n' },
      'seeds/a.csv:1:1 seed-invalid',
      'the column "id" is named twice',
    ],
    [
      'a seed that names several columns twice, all of them',
      { 'seeds/a.csv': 'a,b,a,b,c,a\n1,2,3,4,5,6\n' },
      'seeds/a.csv:1:1 seed-invalid',
      'these columns are named twice: "a", "b"',
    ],
    ['a seed with an open quote', { 'seeds/a.csv': '"id\n1\n' }, 'seeds/a.csv:1:1 seed-invalid', 'not valid CSV'],
    [
      'a seed with a short row',
      { 'seeds/a.csv': 'a,b\n1,2\n3\n' },
      'seeds/a.csv:3:1 seed-invalid',
      'this row has 1 field',
    ],
    [
      'a seed with a long row',
      { 'seeds/a.csv': 'a\n1,2\n' },
      'seeds/a.csv:2:1 seed-invalid',
      'this row has 2 fields, and the header names 1 column: a field with a comma in it is in quotes',
    ],
    [
      'a quote of a seed that is not closed, which is where it opens',
      { 'seeds/a.csv': 'a,b\n"1","x ""y""\n2"\n3,"z ""w\n4,5\n6,7\n' },
      'seeds/a.csv:4:3 seed-invalid',
      'the quote that opens here is not closed',
    ],
    [
      'a quote in the middle of a field of a seed',
      { 'seeds/a.csv': 'a,b\n1,x"y\n2,3\n' },
      'seeds/a.csv:2:1 seed-invalid',
      'a quote begins in the middle of a field',
    ],
    [
      'text behind a field in quotes of a seed',
      { 'seeds/a.csv': 'a,b\n1,"x"y\n2,3\n' },
      'seeds/a.csv:2:1 seed-invalid',
      'there is text behind the quote that closes a field',
    ],
    [
      'a value of a seed that does not fit its contract',
      {
        'seeds/a.csv': 'd\n2020-01-01\n2020-13-01\n',
        'seeds/_a.yml': 'seeds:\n  - name: a\n    columns: [{ name: d, type: date }]\n',
      },
      'seeds/a.csv:3:1 seed-invalid',
      '"2020-13-01" is not a date',
    ],
    [
      'a list of no accepted values',
      {
        'models/a.sql': 'select 1 as id',
        'models/a.yml':
          'models:\n  - name: a\n    columns:\n      - name: id\n        tests: [accepted_values: { values: [] }]\n',
      },
      'models/a.yml:5:44 config-invalid',
      'name at least one',
    ],
    [
      'a test that is none',
      {
        'models/a.sql': 'select 1 as id',
        'models/a.yml': 'models:\n  - name: a\n    columns:\n      - name: id\n        tests: [{}]\n',
      },
      'models/a.yml:5:17 config-invalid',
      'name a test',
    ],
    [
      'a test that is declared twice',
      {
        'models/a.sql': 'select 1 as id',
        'models/a.yml': 'models:\n  - name: a\n    columns:\n      - name: id\n        tests: [unique, unique]\n',
      },
      'models/a.yml:5:25 duplicate-name',
      'is declared twice',
    ],
    [
      'a second test file of one name',
      {
        'models/a.sql': 'select 1 as id',
        'test/data/x/a.sql': 'select 1 where false',
        'test/data/y/a.sql': 'select 1 where true',
      },
      'test/data/y/a.sql:1:1 duplicate-name',
      'two files define',
    ],
    [
      'a parameter that is declared twice',
      { 'macros/m.hbs': '{{params "x" "x"}}{{x}}' },
      'macros/m.hbs:1:14 macro-parameters',
      'is declared twice',
    ],
    [
      'a misspelt folder',
      { 'models/a.sql': 'select 1 as id', 'dwh.yaml': plainConfig.replace('  models:', '  modles:') },
      'dwh.yaml:12:3 config-invalid',
      'no model or seed stands in the folder "modles"',
    ],
    [
      'a column of the name that loading needs',
      { 'models/a.sql': copy, 'models/a.yml': contract('a', 'id', '_load_id') },
      'models/a.sql:1:1 name-invalid',
      '_load_id',
    ],
    [
      'a model where rejected rows go',
      { 'models/a.sql': copy, 'models/a.yml': contract('a', 'id'), 'models/a_rejects.sql': 'select 1 as id' },
      'models/a_rejects.sql:1:1 duplicate-name',
      'where rows go that do not fit "a"',
    ],
  ])('%s', async (_, files, place, message) => {
    const shop = project(files);
    const faults = await faultsOf(validate(shop.options()));
    expect(await shop.places(faults)).toEqual([place]);
    expect(faults[0]?.message).toContain(message);
  });

  test('files that are not UTF-8, and links that lead nowhere', async () => {
    const shop = project({});
    mkdirSync(join(shop.dir, 'models'));
    writeFileSync(join(shop.dir, 'models/a.sql'), Buffer.from("select 'Caf\xe9' as id", 'latin1'));
    expect(await faultsOf(validate(shop.options()))).toMatchObject([
      { code: 'file-unreadable', message: expect.stringContaining('not UTF-8') },
    ]);
    shop.remove('models/a.sql');
    symlinkSync('nowhere.sql', join(shop.dir, 'models/a.sql'));
    expect(await faultsOf(validate(shop.options()))).toMatchObject([{ code: 'file-unreadable' }]);
  });
});

test.each<[string, Files, string]>([
  [
    'a macro called like a helper',
    { 'macros/m.hbs': '{{params "text"}}{{text}}', 'models/a.sql': 'select {{m "x"}} as id' },
    '"m" is a macro, which is called with a >: {{> m text=…}}',
  ],
  [
    'a misspelt test',
    { 'models/a.yml': 'models: [{ name: a, columns: [{ name: id, tests: [uniqe] }] }]' },
    'did you mean "unique"?',
  ],
  [
    'a key of dbt',
    { 'models/a.yml': 'models: [{ name: a, columns: [{ name: id, data_tests: [unique] }] }]' },
    'it is called "tests" here',
  ],
  ['a ref without quotes', { 'models/b.sql': 'select * from {{ref a}}' }, 'write {{ref "a"}}'],
])('the hint for %s says what to write', async (_, files, hint) => {
  const shop = project({ 'models/a.sql': 'select 1 as id', ...files });
  expect(await faultsOf(validate(shop.options()))).toMatchObject([{ hint }]);
});

test.each(['${HOME-x}', 'a/${1}', '${HOME'])('%s in dwh.yaml is no variable, and no path either', (text) => {
  const faults: Fault[] = [];
  interpolate(text, { HOME: '/' }, { path: 'dwh.yaml', keys: ['path'], point: 'value' }, faults);
  expect(faults).toMatchObject([
    { code: 'config-invalid', hint: 'a variable is written ${NAME}, or ${NAME:-default}' },
  ]);
});

test('what looks like Jinja in texts and comments of SQL is only text', async () => {
  const shop = project({ 'models/a.sql': "select '{% x %} {# y #}' as id -- {% if %}\n/* {# z #} */" });
  expect((await validate(shop.options())).counts.model).toBe(1);
});

test('a dwh.yml, and a project in a folder above, are named where dwh.yaml is missing', async () => {
  const shop = project({ 'models/marts/a.sql': 'select 1 as id' });
  const below = join(shop.dir, 'models/marts');
  expect(await faultsOf(validate({ ...shop.options(), projectDir: below }))).toMatchObject([
    { code: 'project-not-found', hint: `there is one in ${shop.dir}: go there, or write --project-dir ${shop.dir}` },
  ]);
  shop.write({ 'dwh.yml': plainConfig });
  shop.remove('dwh.yaml');
  expect(await faultsOf(validate(shop.options()))).toMatchObject([{ hint: 'rename dwh.yml to dwh.yaml' }]);
});

test('what editors leave behind is no model, and a properties file may be empty', async () => {
  const shop = project({ 'models/a.sql': 'select 1 as id', 'models/_a.yml': '# later\n' });
  shop.write({ 'models/a.sql~': 'select 2', 'models/a.sql.orig': 'select 3', 'models/README.md': 'x' });
  symlinkSync('me@here.1234', join(shop.dir, 'models/.#a.sql'));
  expect((await validate(shop.options())).counts.model).toBe(1);
});

test('two lists of accepted values for one column are two tests', async () => {
  const shop = project({
    'models/a.sql': "select 'x' as id",
    'models/a.yml':
      'models:\n  - name: a\n    columns:\n      - name: id\n        tests:\n          - accepted_values: { values: [x, y] }\n          - accepted_values: { values: [x], severity: warn }\n',
  });
  await shop.publish();
  const tests = (await list(shop.options())).filter((node) => node.resource_type === 'test').map((node) => node.name);
  expect(tests).toEqual(['accepted_values_a_id', expect.stringMatching(/^accepted_values_a_id_[0-9a-f]{8}$/)]);
});

describe('a file holds one statement', () => {
  test('with a semicolon at its end, and comments behind it', async () => {
    const shop = project({ 'models/a.sql': "select ';' as id -- ; \n/* ; */;\n-- the end;\n" });
    await shop.publish();
    expect(await shop.rows('select id from a')).toEqual([[';']]);
  });

  test.each([
    "select E'a\\'b;c' as v",
    'select 1 as v /* /* ; */ ; select 2 */',
    "select $q$;$q$ as v, ';' as w; -- end; \n",
    '{{#if is_incremental}}select 1 as v{{else}}select 2 as v;{{/if}}',
  ])('%s is one, for validate and models alike', async (sql) => {
    const shop = project({ 'models/a.sql': sql });
    await validate(shop.options());
    await shop.publish();
  });

  test.each<[string, Files, string]>([
    ['a model', { 'models/a.sql': "select E'\\\\'; select 2" }, 'models/a.sql:1:15'],
    ['a view with a ref', { 'models/b.sql': 'select * from {{ref "a"}};\n\nselect 2' }, 'models/b.sql:3:1'],
    ['a test', { 'test/data/t.sql': 'select 1; delete from shop.a' }, 'test/data/t.sql:1:11'],
    ['an analysis', { 'analyses/n.sql': 'select 1;;select 2' }, 'analyses/n.sql:1:11'],
  ])('validate finds a second one in %s', async (_, files, place) => {
    const shop = project({ 'models/a.sql': 'select 1 as id', ...files });
    expect(await shop.places(await faultsOf(validate(shop.options())))).toEqual([`${place} many-statements`]);
  });

  test.each([
    ['delete from {{ref "a"}}', ['1:1']],
    ['{{config tags="x"}}\n\ndrop table x', ['3:1']],
    ['with d as (delete from {{ref "a"}} returning *) select * from d', ['1:12']],
    ['select id into b from {{ref "a"}}', ['1:11']],
    ['with d as (select * from {{ref "a"}})\nselect count(*) delete from d', []],
    ['{{#if target.name}}select{{else}}select distinct{{/if}} id from {{ref "a"}}', []],
    ['explain {{#if target.name}}select 1{{else}}select 2{{/if}}', []],
  ])('validate says where an analysis would write: %s', async (sql, places) => {
    const shop = project({ 'models/a.sql': 'select 1 as id', 'analyses/n.sql': sql });
    const faults = places.length === 0 ? [] : await faultsOf(validate(shop.options()));
    if (places.length === 0) await validate(shop.options());
    expect(await shop.places(faults)).toEqual(places.map((place) => `analyses/n.sql:${place} query-writes`));
  });

  test('and a second one does not run', async () => {
    const shop = project({ 'models/t.sql': 'select 1 as id' });
    await shop.publish();
    shop.write({ 'models/z.sql': 'select 1 as a;\ndrop table if exists shop.t;\n' });
    const faults = await faultsOf(shop.run({ select: ['z'] }));
    expect(await shop.places(faults)).toEqual(['models/z.sql:2:1 many-statements']);
    shop.write({ 'models/z.sql': 'select 1 as a' });
    expect(await shop.rows('select id from t')).toEqual([[1]]);
  });
});

test('what the database says against a test is told at the test', async () => {
  const shop = project({
    'models/a.sql': 'select 1 as id',
    'models/a.yml': 'models:\n  - name: a\n    columns:\n      - name: nope\n        tests: [not_null]\n',
  });
  const summary = await shop.run();
  expect(await shop.places(faultsIn(summary))).toEqual(['models/a.yml:5:17 database-error']);
});

test('forty comments before a query that reads an ephemeral model take no time', async () => {
  const shop = project({
    'models/e.sql': '{{config materialized="ephemeral"}} select 1 as id',
    'models/a.sql': `${'/* a comment */\n'.repeat(40)}select * from {{ref "e"}}`,
  });
  await shop.publish();
  expect(await shop.rows('select id from a')).toEqual([[1]]);
});

test('a graph keeps a source and a model of one name apart', async () => {
  const shop = project({ 'models/orders.sql': copy, 'models/orders.yml': contract('orders', 'id') });
  const view = await graph(shop.options());
  expect(graphText(view, 'mermaid')).toContain('source.shop.raw.orders --> model.shop.orders');
  expect(graphText(view, 'dot')).toContain('"source.shop.raw.orders" -> "model.shop.orders"');
});

test('a copy model is compiled to the statement that loads its rows', async () => {
  const shop = project({
    'dwh.yaml': plainConfig.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }'),
    'raw/paths.json': '{"jsonpaths": ["$.orderId"]}',
    'models/a.sql': copy,
    'models/a.yml': contract('a', 'id'),
  });
  const [compiled] = await compileNodes(shop.options({ select: ['a'] }));
  expect(compiled?.sql).toContain('cast("id" as integer) as "id"');
});

test.each([
  ['{{ ref("songs") }}', '{{ref "songs"}}'],
  ["{{ref('songs')}}", "{{ref 'songs'}}"],
  ['{{ config(materialized = "table", tags="x") }}', '{{config materialized="table" tags="x"}}'],
  ['{{ source("raw", "d") }}', '{{source "raw" "d"}}'],
  ['{{ is_incremental() }}', '{{is_incremental}}'],
])('a call as Jinja writes it is answered with how it is written here: %s', async (written, here) => {
  const shop = project({ 'models/a.sql': `select 1 as id ${written}` });
  const [fault] = await faultsOf(validate(shop.options()));
  expect(fault).toMatchObject({ code: 'template-syntax', hint: `a call has no brackets here: ${here}` });
});
