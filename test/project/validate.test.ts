import { describe, expect, test } from 'vitest';
import { list } from '../../runner/commands/list.ts';
import { validate } from '../../runner/commands/validate.ts';
import type { Fault } from '../../runner/core/fault.ts';
import type { TestProject } from '../support/project.ts';
import { faultsOf, plainConfig, project } from '../support/project.ts';

const validating = (
  shop: TestProject,
  overrides: Parameters<TestProject['options']>[0] = {},
): Promise<readonly Fault[]> => faultsOf(validate(shop.options(overrides)));

test('validate finds every kind of mistake, each with its place and a hint, all of them in one go', async () => {
  const shop = project({
    'models/a.sql': 'select * from {{ref "b"}}\n',
    'models/b.sql': '\nselect * from {{ref "a"}}\n',
    'models/unknown_ref.sql': 'select * from {{ref "orders_daly"}}\n',
    'models/orders_daily.sql': 'select 1 as id\n',
    'models/unknown_source.sql': 'select {{source "raw" "order"}}, {{source "row" "orders"}}\n',
    'models/unknown_macro.sql': 'select {{> copy_jsn from="x"}} as id\n',
    'models/macro_arguments.sql': 'select {{> copy_json form="x"}} as id\n',
    'models/unknown_helper.sql': 'select {{reff "a"}} as id\n',
    'models/unknown_name.sql': 'select 1 as id\n{{#if is_incrementl}}where false{{/if}}\n',
    'models/unknown_setting.sql': '{{config materialised="table"}}select 1 as id\n',
    'models/wrong_setting.sql': '{{config materialized="tabel"}}select 1 as id\n',
    'models/unknown_var.sql': 'select {{var "lmit"}} as id\n',
    'models/more/orders_daily.sql': 'select 2 as id\n',
    'models/unclosed_tag.sql': 'select 1\nfrom {{ref "a"\nwhere true\n',
    'models/unclosed_block.sql': 'select 1\n{{#if is_incremental}}\nwhere true\n',
    'models/computed.sql': 'select * from {{ref target.name}}\n',
    'models/loops.sql': '{{#each x}}a{{/each}}\n',
    'models/wants_column.sql': '{{config unique_key="nr" dist="oder_id"}}select 1 as order_id\n',
    'models/_models.yml': `models:
  - name: orders_dally
    columns:
      - { name: id, type: integer }
  - name: wants_column
    columns:
      - { name: order_id, type: intger, tests: [unique] }
      - { name: Price, type: integer }
    tests:
      - unique: { columns: [order_id, nr] }
`,
    'dwh.yaml': `${plainConfig}vars: { limit: 5 }\n`,
  });
  const faults = await validating(shop);
  expect(await shop.places(faults)).toEqual([
    'models/_models.yml:2:11 properties-without-node',
    'models/_models.yml:7:33 column-type-unknown',
    'models/_models.yml:8:17 name-invalid',
    'models/_models.yml:10:17 column-unknown',
    'models/a.sql:1:21 cycle',
    'models/computed.sql:1:21 argument-not-literal',
    'models/loops.sql:1:1 template-unsupported',
    'models/macro_arguments.sql:1:8 macro-argument',
    'models/macro_arguments.sql:1:8 macro-argument',
    'models/macro_arguments.sql:1:22 macro-argument',
    'models/orders_daily.sql:1:1 duplicate-name',
    'models/unclosed_block.sql:2:1 template-syntax',
    'models/unclosed_tag.sql:2:6 template-syntax',
    'models/unknown_helper.sql:1:8 helper-unknown',
    'models/unknown_macro.sql:1:8 macro-unknown',
    'models/unknown_name.sql:2:7 name-unknown',
    'models/unknown_ref.sql:1:21 ref-unknown',
    'models/unknown_setting.sql:1:10 config-unknown-key',
    'models/unknown_source.sql:1:23 source-unknown',
    'models/unknown_source.sql:1:43 source-unknown',
    'models/unknown_var.sql:1:14 var-unknown',
    'models/wants_column.sql:1:10 column-unknown',
    'models/wants_column.sql:1:26 column-unknown',
    'models/wrong_setting.sql:1:10 config-invalid',
  ]);
  const hints = new Map(faults.map(({ code, hint }) => [code, hint]));
  expect(hints.get('ref-unknown')).toBe('did you mean "orders_daily"?');
  expect(hints.get('properties-without-node')).toBe('did you mean "orders_daily"?');
  expect(hints.get('macro-unknown')).toBe('did you mean "copy_json"?');
  expect(hints.get('helper-unknown')).toBe('did you mean "ref"?');
  expect(hints.get('name-unknown')).toBe('did you mean "is_incremental"?');
  expect(hints.get('config-unknown-key')).toBe('did you mean "materialized"?');
  expect(hints.get('config-invalid')).toBe('did you mean "table"?');
  expect(hints.get('var-unknown')).toBe('did you mean "limit"?');
  expect(hints.get('column-type-unknown')).toBe('did you mean "integer"?');
  expect(faults.filter(({ hint }) => hint === undefined)).toEqual([]);
});

test('a circle is shown with the place of each ref on it', async () => {
  const shop = project({
    'models/a.sql': 'select * from {{ref "c"}}',
    'models/b.sql': 'select *\nfrom {{ref "a"}}',
    'models/c.sql': '{{config depends_on="b"}}select 1 as id',
    'models/below.sql': 'select * from {{ref "a"}}',
  });
  const [fault, ...more] = await validating(shop);
  expect(more).toEqual([]);
  expect(fault).toMatchObject({
    message: 'models depend on each other in a circle: a -> c -> b -> a',
    at: { path: 'models/a.sql', line: 1, column: 21 },
    related: [
      { message: 'c refers to b', at: { path: 'models/c.sql', line: 1, column: 21 } },
      { message: 'b refers to a', at: { path: 'models/b.sql', line: 2, column: 12 } },
    ],
  });
});

describe('one mistake brings forth no others', () => {
  test('a model that cannot be read is not missed by those that refer to it', async () => {
    const shop = project({
      'models/broken.sql': '{{#each x}}{{/each}}',
      'models/reader.sql': 'select * from {{ref "broken"}}',
      'models/_m.yml': 'models:\n  - name: broken\n',
    });
    expect((await validating(shop)).map(({ code }) => code)).toEqual(['template-unsupported']);
  });

  test('a properties file that cannot be read leaves no model without its contract', async () => {
    const shop = project({
      'models/orders.sql': '{{config materialized="copy"}}{{> copy_json from=(source "raw" "orders")}}',
      'models/_m.yml': 'models:\n  - name: [x\n',
    });
    expect((await validating(shop)).map(({ code }) => code)).toEqual(['yaml-syntax']);
  });

  test('one wrong setting leaves the others of a model as they are', async () => {
    const shop = project({
      'models/orders.sql': '{{config materialized="copy" tag="x"}}{{> copy_json from=(source "raw" "orders")}}',
      'models/_m.yml': 'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer }\n',
    });
    expect((await validating(shop)).map(({ code }) => code)).toEqual(['config-unknown-key']);
  });
});

describe('settings that do not go together', () => {
  test.each([
    ['{{config materialized="copy"}}select 1', ['config-invalid', 'contract-missing']],
    ['{{config materialized="incremental" strategy="merge"}}select 1 as id', ['config-invalid']],
    ['select 1 as id {{config tags="x"}}', ['config-invalid']],
    ['{{config tags="x"}}{{config tags="y"}}select 1 as id', ['config-invalid']],
    ['{{config tags=target.name}}select 1 as id', ['config-invalid']],
    ['{{config depends_on="nobody"}}select 1 as id', ['ref-unknown']],
    ['{{config max_errors=-1}}select 1 as id', ['config-invalid']],
    ['{{config max_errors=1}}select 1 as id', ['config-invalid']],
    ['{{config time_format="epochsecs"}}select 1 as id', ['config-invalid']],
    ['{{config time_format="epoch"}}select 1 as id', ['config-invalid']],
    ['{{config truncate_columns=false blanks_as_null=true}}select 1 as id', ['config-invalid', 'config-invalid']],
    ['{{config empty_as_null=true stat_update=true}}select 1 as id', ['config-invalid', 'config-invalid']],
    ['{{config comp_update="off" truncate_columns="yes"}}select 1 as id', ['config-invalid', 'config-invalid']],
    ['{{config materialized="tabel" max_errors=1}}select 1 as id', ['config-invalid']],
    ['select {{> copy_json from="x"}}', ['macro-argument']],
    ['select {{load.into}}', ['name-unknown']],
    ['select {{this}}', ['template-unsupported']],
    ['select {{ref}}', ['argument-not-literal']],
    ['select {{ref "a" "b"}}', ['argument-not-literal']],
  ])('%s', async (text, codes) => {
    expect((await validating(project({ 'models/m.sql': text }))).map(({ code }) => code).sort()).toEqual(codes);
  });

  test.each([
    ['{{ref "x"}}', 'helper-unknown'],
    ['{{nobody}}', 'name-unknown'],
    ['select 1 {{params "late"}}', 'macro-parameters'],
    ['{{params late}}', 'macro-parameters'],
    ['{{> mine}}', 'macro-cycle'],
  ])('a macro such as %s', async (text, code) => {
    const shop = project({ 'macros/mine.hbs': text, 'models/m.sql': 'select 1 as id' });
    expect((await validating(shop)).map((fault) => fault.code)).toContain(code);
  });

  test('a macro for a dialect that is none', async () => {
    expect(
      (await validating(project({ 'macros/duckbd/x.hbs': 'x', 'models/m.sql': 'select 1 as id' })))[0],
    ).toMatchObject({ code: 'name-invalid', hint: 'did you mean "duckdb"?' });
  });

  test('a seed whose file and contract have different columns', async () => {
    const shop = project({
      'seeds/codes.csv': 'code,meanin\n',
      'seeds/_s.yml':
        'seeds:\n  - name: codes\n    columns:\n      - { name: code, type: integer }\n      - { name: meaning, type: integer }\n',
    });
    expect((await validating(shop)).map(({ message }) => message)).toEqual([
      'the file of the seed "codes" has no column "meaning"',
      'the contract of the seed "codes" has no column "meanin"',
    ]);
  });
});

describe('dwh.yaml', () => {
  test('is checked as a whole, every fault at its line and column with the nearest right key', async () => {
    const shop = project({
      'dwh.yaml': `name: Shop
target: local
targets:
  local: { type: duckdb, pth: shop.duckdb }
  other: { type: duckbd, path: x }
sources:
  raw:
    root: 7
    files: []
folder:
  models: {}
`,
    });
    const faults = await validating(shop);
    expect(await shop.places(faults)).toEqual([
      'dwh.yaml:1:7 config-invalid',
      'dwh.yaml:4:26 config-unknown-key',
      'dwh.yaml:5:18 config-invalid',
      'dwh.yaml:8:11 config-invalid',
      'dwh.yaml:9:12 config-invalid',
      'dwh.yaml:10:1 config-unknown-key',
    ]);
    expect(faults.find(({ message }) => message.includes('"pth"'))?.hint).toBe('did you mean "path"?');
    expect(faults.find(({ message }) => message.includes('"folder"'))?.hint).toBe('did you mean "folders"?');
  });

  test.each([
    ['name: shop\n  target: x\n', 'dwh.yaml:2:9 yaml-syntax'],
    ['name: shop\nname: shop\n', 'dwh.yaml:2:1 yaml-syntax'],
    [plainConfig.replace('target: local', 'target: lokal'), 'dwh.yaml:3:9 target-unknown'],
  ])('%j is refused', async (text, place) => {
    const shop = project({ 'dwh.yaml': text });
    expect(await shop.places(await validating(shop))).toEqual([place]);
  });

  test('that is missing says where it was looked for', async () => {
    const shop = project({});
    shop.remove('dwh.yaml');
    expect((await validating(shop))[0]).toMatchObject({
      code: 'project-not-found',
      hint: expect.stringContaining('--project-dir') as unknown,
    });
  });

  test('takes values from the environment, and says which are missing only for the target in use', async () => {
    const config = plainConfig.replace(
      '{ type: duckdb, path: shop.duckdb }',
      '{ type: duckdb, path: "${PLACE:-shop}.duckdb" }\n  far: { type: duckdb, path: "${FAR}/x.duckdb" }',
    );
    const shop = project({ 'dwh.yaml': config, 'models/a.sql': 'select 1 as id' });
    await validate(shop.options());
    await shop.publish({ env: { PLACE: 'elsewhere' } });
    expect((await faultsOf(shop.rows('select 1')))[0]?.message).toContain('shop.duckdb');
    const faults = await faultsOf(shop.run({ target: 'far' }));
    expect(faults).toMatchObject([{ code: 'env-missing', message: 'the environment variable FAR is not set' }]);
    expect(await shop.places(faults)).toEqual(['dwh.yaml:6:30 env-missing']);
    expect((await faultsOf(shop.run({ target: 'farr' })))[0]).toMatchObject({
      code: 'target-unknown',
      hint: 'did you mean "far"?',
    });
  });

  test('gives folders their schema, materialization and tags; the nearest folder and the model itself win', async () => {
    const shop = project({
      'dwh.yaml': plainConfig.replace(
        '  models: { schema: shop, materialized: table }',
        '  models: { schema: shop, materialized: view, tags: [all] }\n  models/marts: { schema: marts, tags: marts }',
      ),
      'models/a.sql': 'select 1 as id',
      'models/marts/b.sql': 'select 1 as id',
      'models/marts/c.sql': '{{config materialized="table" schema="own" tags="x, y"}}select 1 as id',
    });
    const nodes = await list(shop.options({ select: ['resource_type:model'] }));
    expect(nodes.map(({ name, schema, materialized, tags }) => [name, schema, materialized, tags])).toEqual([
      ['a', 'shop', 'view', ['all']],
      ['b', 'marts', 'view', ['all', 'marts']],
      ['c', 'own', 'table', ['all', 'marts', 'x', 'y']],
    ]);
  });
});
