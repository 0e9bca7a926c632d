import { describe, expect, test } from 'vitest';
import { show } from '../../runner/commands/show.ts';
import { changesIn, project } from '../support/project.ts';

/** Types of PostgreSQL that `=` and `group by` refuse, with two values each. */
const types = [
  ['json', `'{"a": 1}'`, `'{"a":  1}'`],
  ['xml', `'<a/>'`, `'<b/>'`],
  ['point', `'(1,2)'`, `'(2,1)'`],
  ['box', `'(2,2),(1,1)'`, `'(3,3),(1,1)'`],
  ['circle', `'<(1,1),1>'`, `'<(1,1),2>'`],
  ['polygon', `'((0,0),(1,1),(1,0))'`, `'((0,0),(2,2),(1,0))'`],
  ['line', `'{1,2,3}'`, `'{1,2,4}'`],
  ['path', `'[(0,0),(1,1)]'`, `'[(0,0),(2,2)]'`],
  ['lseg', `'[(0,0),(1,1)]'`, `'[(0,0),(2,2)]'`],
  ['json[]', `'{1,2}'`, `'{1,3}'`],
  ['shapes.pair', `'("{}",1)'`, `'("{}",2)'`],
  ['shapes.pair[]', `array[cast('("{}",1)' as shapes.pair)]`, `array[cast('("{}",2)' as shapes.pair)]`],
  ['shapes.spot', `'(1,2)'`, `'(2,1)'`],
] as const;

const builds = [
  ['table', ''],
  ['table with a key', 'unique_key="id"'],
  ['table whose key it is', 'unique_key="value"'],
  ['incremental table, by merge', 'materialized="incremental" unique_key="id"'],
  ['incremental table, by delete+insert', 'materialized="incremental" unique_key="id" strategy="delete+insert"'],
  ['incremental table whose key it is', 'materialized="incremental" unique_key="value"'],
] as const;

const model = (config: string, type: string, one: string, two: string) =>
  `{{config ${config}}}\nselect 1 as id, cast(${one} as ${type}) as value union all select 2, cast(${two} as ${type})\n`.replace(
    '{{config }}\n',
    '',
  );

const properties = `models:
  - name: kept
    columns: [{ name: value, tests: [unique, not_null, { relationships: { to: kept, column: value } }] }]
`;

describe.each(types)('values of %s, which the server cannot compare', (type, one, two) => {
  test('are published as a table, again and changed', async () => {
    const files = Object.fromEntries(
      builds.map(([, config], i) => [`models/m${i}.sql`, model(config, type, one, two)]),
    );
    const shop = project({ ...files, 'models/kept.sql': model('', type, one, two) }, 'postgres');
    shop.write({ 'models/_kept.yml': properties });
    await shop.sql('create schema shapes');
    await shop.sql('create type shapes.pair as (value json, id integer)');
    await shop.sql('create domain shapes.spot as point');
    await shop.publish();
    const again = changesIn(await shop.publish());
    for (const i of builds.keys()) expect(again[`m${i}`]).toMatch(/ \+0 ~0 -0$/);
    const changed = builds.map(([, config], i) => [
      `models/m${i}.sql`,
      model(config, type, one, one).replace(/union all select 2, .*/, ''),
    ]);
    shop.write(Object.fromEntries(changed));
    const changes = changesIn(await shop.publish());
    expect(changes['m0']).toBe('replace rows +0 ~0 -1');
    expect(changes['m1']).toBe('merge +0 ~0 -1');
    const other = builds.map(([, config], i) => [`models/m${i}.sql`, model(config, type, two, one)]);
    shop.write(Object.fromEntries(other));
    await shop.publish();
    for (const i of builds.keys())
      expect(await shop.rows(`select id, cast(value as text) from m${i} order by id`), builds[i]?.[0]).toEqual(
        await shop.rows(`select id, cast(value as text) from (${model('', type, two, one)}) as v order by id`),
      );
  });
});

test('a column of such a type is added in place, and compared from then on', async () => {
  const shop = project({ 'models/songs.sql': '{{config unique_key="id"}}select 1 as id' }, 'postgres');
  await shop.publish();
  shop.write({ 'models/songs.sql': `{{config unique_key="id"}}select 1 as id, cast('(1,2)' as point) as spot` });
  expect(changesIn(await shop.publish())).toEqual({ songs: 'merge +0 ~1 -0' });
  expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0' });
});

test('a data test on a column of such a type is shown', async () => {
  const unique = 'models:\n  - name: kept\n    columns: [{ name: value, tests: [unique] }]\n';
  const kept = model('', 'json', `'[1]'`, `'[2]'`);
  const shop = project({ 'models/kept.sql': kept, 'models/_kept.yml': unique }, 'postgres');
  await shop.publish();
  const options = { ...shop.options(), now: () => new Date(), wait: undefined, signal: new AbortController().signal };
  expect((await show(options, 'unique_kept_value', 10)).rows).toEqual([]);
});
