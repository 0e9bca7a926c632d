import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileNodes } from '../../runner/commands/compile.ts';
import { validate } from '../../runner/commands/validate.ts';
import type { Files } from '../support/project.ts';
import { project } from '../support/project.ts';

const copied: Files = {
  'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml': 'models:\n  - name: orders\n    columns: [{ name: id, type: integer }]\n',
  'raw/orders/1.json': '{"id":1}\n',
};

/** The SQL of the model `orders`. */
async function sqlOf(files: Files): Promise<string | undefined> {
  const nodes = await compileNodes(project({ ...copied, ...files }).options());
  return nodes.find(({ name }) => name === 'orders')?.sql;
}

test('a project without macros has those of its engine, and functions of Redshift', async () => {
  const shop = project({ ...copied, 'models/named.sql': 'select nvl(null, id) as id from {{ref "orders"}}' });
  await shop.publish();
  expect(await shop.rows('select id from named')).toEqual([[1]]);
});

test.each(['macros/duckdb/copy_json.hbs', 'macros/copy_json.hbs'])('a project has its own in %s', async (path) => {
  expect(await sqlOf({ [path]: '{{params "from"}}insert into {{load.into}} select 7 /* mine */' })).toContain('mine');
});

test('a script of the session that has another name comes beside that of the engine', async () => {
  const shop = project({
    'macros/duckdb/more.sql': 'create or replace macro thrice(n) as 3 * n;\n',
    'models/a.sql': 'select thrice(nvl(null, 2)) as id',
  });
  await shop.publish();
  expect(await shop.rows('select id from a')).toEqual([[6]]);
});

test('artifacts and counts know them apart from those of the project, without a path of the machine', async () => {
  const shop = project({ ...copied, 'macros/one.hbs': '1', 'models/a.sql': 'select {{> one}} as id' });
  expect((await validate(shop.options())).macros).toBe(1);
  await shop.publish();
  const { macros } = JSON.parse(readFileSync(join(shop.dir, 'target/manifest.json'), 'utf8')) as {
    macros: Record<string, { package_name: string; path: string }>;
  };
  expect(macros['macro.shop.one']).toMatchObject({ package_name: 'shop', path: 'macros/one.hbs' });
  expect(macros['macro.sparkify_run.duckdb.copy_json']).toMatchObject({
    package_name: 'sparkify_run',
    path: 'macros/duckdb/copy_json.hbs',
  });
});
