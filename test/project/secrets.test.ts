import { describe, expect, test } from 'vitest';
import { compileNodes } from '../../runner/commands/compile.ts';
import { validate } from '../../runner/commands/validate.ts';
import type { Files } from '../support/project.ts';
import { faultsOf, project } from '../support/project.ts';

const config = `
name: shop
target: local
targets:
  local: { type: duckdb, path: shop.duckdb }
  other: { type: postgres, host: h, database: d, user: '\${SHOP_USER}', password: '\${SHOP_PASSWORD}' }
folders:
  models: { materialized: view }
`;

describe('a variable with a secret is refused in', () => {
  const mention = '{{env "SHOP_PASSWORD"}}';
  test.each<[string, string, Files]>([
    ['a model', 'models/a.sql', { 'models/a.sql': `select '${mention}' as x` }],
    ['a branch', 'models/a.sql', { 'models/a.sql': `{{#if is_incremental}}select '${mention}' as x{{/if}}` }],
    [
      'an ephemeral model',
      'models/a.sql',
      { 'models/a.sql': `{{config materialized="ephemeral"}}select '${mention}'` },
    ],
    [
      'an argument of a macro',
      'models/a.sql',
      { 'models/a.sql': `select '{{> m a=(env "SHOP_PASSWORD")}}' as x`, 'macros/m.hbs': '{{params "a"}}{{a}}' },
    ],
    ['an analysis', 'analyses/a.sql', { 'analyses/a.sql': `select '${mention}' as x` }],
    ['a data test', 'test/data/a.sql', { 'test/data/a.sql': `select '${mention}' as x` }],
  ])('%s, whichever target reads it', async (_, path, files) => {
    const shop = project({ 'dwh.yaml': config, ...files });
    shop.env = { ...shop.env, SHOP_PASSWORD: 'S3cr3t' };
    const faults = await faultsOf(validate(shop.options()));
    expect(faults).toMatchObject([{ code: 'env-secret', at: { path } }]);
    expect(await faultsOf(compileNodes(shop.options()))).toEqual(faults);
    expect(JSON.stringify(faults)).not.toContain('S3cr3t');
  });

  test.each(['PGPASSWORD', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])(
    'any template if drivers read it by themselves: %s',
    async (name) => {
      const shop = project({ 'dwh.yaml': config, 'models/a.sql': `select '{{env "${name}"}}' as x` });
      expect(await faultsOf(validate(shop.options()))).toMatchObject([
        { code: 'env-secret', at: { path: 'models/a.sql', line: 1, column: 15 } },
      ]);
    },
  );

  test('no template if only other settings read it', async () => {
    const shop = project({ 'dwh.yaml': config, 'models/a.sql': `select '{{env "SHOP_USER"}}' as x` });
    await expect(validate(shop.options())).resolves.toBeDefined();
  });
});
