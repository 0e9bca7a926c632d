import { describe, expect, test } from 'vitest';
import { plainConfig, project } from '../support/project.ts';
import type { Files } from '../support/project.ts';
import { run } from '../support/program.ts';

const shop: Files = {
  'dwh.yaml': `${plainConfig}\n`,
  'models/orders.sql': 'select 1 as id',
  'analyses/all_orders.sql': 'select * from {{ref "orders"}}',
};

describe('the screen says what to do about', () => {
  test.each<[string, string[], string]>([
    ['a command without what it is about', ['query'], 'query takes the name of an analysis, or SQL in quotes'],
    ['an unknown option before that', ['query', '--inline', 'select 1'], 'there is no option --inline'],
    ['vars as dbt takes them', ['models', '--vars', '{"level": "paid"}'], 'hint: write --vars level=paid'],
    ['the same as YAML', ['models', '--vars', 'level: paid'], 'hint: write --vars level=paid'],
    ['the path of an analysis', ['query', 'analyses/all_order.sql'], 'did you mean "all_orders"?'],
    [
      'the path of a model',
      ['query', 'models/orders.sql'],
      '"orders" is a model; see its rows: sparkify-run show orders',
    ],
    ['the path of a model to show', ['show', 'models/orders.sql'], 'did you mean "orders"?'],
    ['a name with its schema', ['show', 'analytics.orders'], 'did you mean "orders"?'],
    ['a selector where a name is wanted', ['show', 'tag:marts'], 'known here: all_orders, orders'],
  ])('%s', async (_, words, said) => {
    const ended = await run(project(shop).dir, words);
    expect(ended.stderr).toContain(said);
    expect(ended.stderr).not.toContain('non-option');
  });

  test('a ref in a query, and of no table of the catalog where a name is unknown', async () => {
    const own = project(shop);
    await run(own.dir, ['models']);
    const withRef = await run(own.dir, ['query', 'select * from {{ref "orders"}}']);
    expect(withRef.stderr).toContain('hint: templates are rendered in the files of a project alone');
    const unknown = await run(own.dir, ['query', 'select * from y']);
    expect(unknown.stderr).toContain('the query:1:15');
    expect(unknown.stderr).not.toContain('hint');
  });

  test.each([
    ['{% if is_incremental() %}select 1 as id', 'a condition is written {{#if is_incremental}}'],
    ['{# an id #} select 1 as id', 'a comment is written {{! … }}'],
  ])('Jinja: %s', async (text, hint) => {
    const ended = await run(project({ ...shop, 'models/orders.sql': text }).dir, ['models']);
    expect(ended.stderr).toContain('models/orders.sql:1:1');
    expect(ended.stderr).toContain(`hint: ${hint}`);
  });
});

test('a command in a hint is for the target and project that were chosen', async () => {
  const own = project({
    ...shop,
    'dwh.yaml': `${plainConfig.replace('targets:', 'targets:\n  other: { type: duckdb, path: other.duckdb }')}\n`,
  });
  const words = ['show', 'orders', '--target', 'other', '--project-dir', own.dir];
  const ended = await run('/', words);
  const command = `sparkify-run models --project-dir ${own.dir} --target other`;
  expect(ended.stderr).toContain(`hint: build it: ${command}\n`);
  const unread = { ...shop, 'models/orders.sql': 'select * from {{ref "late"}}', 'models/late.sql': 'select 1 as id' };
  own.write({ 'models/orders.sql': unread['models/orders.sql'], 'models/late.sql': unread['models/late.sql'] });
  const asJson = await run(own.dir, ['models', 'orders', '--target', 'other', '--log-format', 'json']);
  expect(asJson.stdout).toContain('sparkify-run models --target other +orders');
});
