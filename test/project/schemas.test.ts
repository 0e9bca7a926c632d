import { describe, expect, test } from 'vitest';
import { validate } from '../../runner/commands/validate.ts';
import { faultsOf, plainConfig, project } from '../support/project.ts';

describe('validate refuses a schema that is not for models', () => {
  test.each([
    ['shop_meta', 'holds the state of the project'],
    ['pg_temp', 'belongs to the engine'],
    ['pg_catalog', 'belongs to the engine'],
    ['pg_internal', 'belongs to the engine'],
    ['information_schema', 'belongs to the engine'],
    ['catalog_history', 'belongs to the engine'],
    ['temp', 'belongs to the engine'],
    ['system', 'belongs to the engine'],
  ])('%s, which %s', async (schema, why) => {
    const shop = project({ 'models/loaded_files.sql': `{{config schema="${schema}"}}select 1 as id` });
    const faults = await faultsOf(validate(shop.options()));
    expect(await shop.places(faults)).toEqual(['models/loaded_files.sql:1:10 config-invalid']);
    expect(faults).toMatchObject([
      {
        message: `"loaded_files" cannot be published in the schema "${schema}", which ${why}`,
        hint: 'choose another schema, such as "analytics"',
      },
    ]);
  });

  test('that a folder sets, for seeds as well, or the name of the project', async () => {
    const config = plainConfig.replace('seeds: { schema: shop }', 'seeds: { schema: shop_meta }');
    const shop = project({ 'dwh.yaml': config, 'seeds/runs.csv': 'id\n1\n' });
    shop.write({ 'seeds/_runs.yml': 'seeds:\n  - name: runs\n    columns: [{ name: id, type: integer }]\n' });
    const line = config.split('\n').findIndex((text) => text.includes('shop_meta')) + 1;
    expect(await shop.places(await faultsOf(validate(shop.options())))).toEqual([`dwh.yaml:${line}:20 config-invalid`]);
  });

  test('by the prefix of a target', async () => {
    const shop = project({
      'dwh.yaml': plainConfig.replace('path: shop.duckdb', 'path: shop.duckdb, schema_prefix: pg_'),
      'models/a.sql': 'select 1 as id',
    });
    expect(await shop.places(await faultsOf(validate(shop.options())))).toEqual(['dwh.yaml:5:60 config-invalid']);
  });
});

test('the schemas public and main, and the state of another project, are for models as any other', async () => {
  const shop = project({
    'models/a.sql': '{{config schema="public"}}select 1 as id',
    'models/b.sql': '{{config schema="main"}}select 1 as id',
    'models/c.sql': '{{config schema="other_meta"}}select 1 as id',
  });
  expect((await validate(shop.options())).counts.model).toBe(3);
});
