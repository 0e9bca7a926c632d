import { describe, expect, test } from 'vitest';
import { changesIn, project } from '../support/project.ts';
import type { Engine } from '../support/project.ts';

/** Types with two values that are equal and written differently. */
const postgresTypes: readonly (readonly [string, string, string])[] = [
  ['numeric', `'1.0'`, `'1.00'`],
  ['numeric[]', `'{1.0}'`, `'{1.00}'`],
  ['kinds.amount', `'1.0'`, `'1.00'`],
  ['kinds.amount[]', `'{1.0}'`, `'{1.00}'`],
  ['kinds.pair', `'(1.0,1)'`, `'(1.00,1)'`],
  ['numrange', `'[1.0,2)'`, `'[1.00,2)'`],
  ['nummultirange', `'{[1.0,2)}'`, `'{[1.00,2)}'`],
  ['jsonb', `'{"a": 1.0}'`, `'{"a": 1.00}'`],
  ['interval', `'24 hours'`, `'1 day'`],
  ['interval[]', `'{24 hours}'`, `'{1 day}'`],
  ['double precision', `'0'`, `'-0'`],
  ['real', `'0'`, `'-0'`],
  ['double precision[]', `'{0}'`, `'{-0}'`],
  ['bpchar', `'a'`, `'a  '`],
  ['bpchar[]', `'{a}'`, `'{"a  "}'`],
  ['text collate kinds.caseless', `'a'`, `'A'`],
  ['varchar(3) collate kinds.caseless', `'a'`, `'A'`],
  ['char(3) collate kinds.caseless', `'a'`, `'A'`],
  ['text[] collate kinds.caseless', `'{a}'`, `'{A}'`],
  ['kinds.caseless_text', `'a'`, `'A'`],
  ['citext', `'a'`, `'A'`],
  ['citext[]', `'{a}'`, `'{A}'`],
  ['tsquery', `'a:A'`, `'a:B'`],
];

const duckdbTypes: readonly (readonly [string, string, string])[] = [
  ['double', `'0'`, `'-0'`],
  ['float', `'0'`, `'-0'`],
  ['double[]', `['0']`, `['-0']`],
  ['double[1]', `['0']`, `['-0']`],
  ['struct(a double)', `{'a': 0}`, `{'a': '-0'}`],
  ['map(integer, double)', `map {1: 0}`, `map {1: '-0'}`],
  ['interval', `'24 hours'`, `'1 day'`],
  ['interval[]', `['24 hours']`, `['1 day']`],
  ['varchar collate nocase', `'a'`, `'A'`],
];

const builds = [
  ['table', '{{config materialized="table"}}'],
  ['table with a key', '{{config unique_key="id"}}'],
  ['incremental table, by merge', '{{config materialized="incremental" unique_key="id"}}'],
  ['incremental table whose key it is', '{{config materialized="incremental" unique_key="value"}}'],
] as const;

function value(type: string, literal: string): string {
  const [name = '', collation] = type.split(' collate ');
  return `cast(${literal} as ${name})${collation === undefined ? '' : ` collate ${collation}`}`;
}

const models = (type: string, literal: string) =>
  Object.fromEntries(
    builds.map(([, config], i) => [
      `models/m${i}.sql`,
      `${config}\nselect 1 as id, ${value(type, literal)} as value\n`,
    ]),
  );

const prepare = [
  'create schema kinds',
  'create extension citext schema public',
  'create domain kinds.amount as numeric',
  'create type kinds.pair as (amount numeric, id integer)',
];

/** What a database has to have for all of its texts to be compared byte by byte. */
const caseless = [
  `create collation kinds.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  'create domain kinds.caseless_text as text collate kinds.caseless',
];

async function updated(engine: Engine, type: string, one: string, other: string): Promise<void> {
  const shop = project(models(type, one), engine);
  const own = type.includes('caseless') ? [...prepare, ...caseless] : prepare;
  if (engine === 'postgres') for (const statement of own) await shop.sql(statement);
  await shop.publish();
  shop.write(models(type, other));
  const changes = changesIn(await shop.publish({ select: builds.map((_, i) => `m${i}`) }));
  const text = engine === 'postgres' ? 'concat(value)' : 'cast(value as varchar)';
  const expected = await shop.rows(`select ${text} from (select ${value(type, other)} as value) as model`);
  for (const [i, [build]] of builds.entries()) {
    expect(await shop.rows(`select ${text} from m${i}`), build).toEqual(expected);
    expect(changes[`m${i}`], build).not.toMatch(/nothing/);
  }
  expect(changes['m1'], 'changed').toMatch(/ \+0 ~1 -0$/);
  const again = changesIn(await shop.publish({ select: builds.map((_, i) => `m${i}`) }));
  for (const [i, [build]] of builds.entries()) expect(again[`m${i}`], build).toMatch(/ \+0 ~0 -0$/);
}

describe('a value that is equal to the published one, and written differently, is published', () => {
  test.each(postgresTypes)('as %s on PostgreSQL: %s, then %s', (type, one, other) =>
    updated('postgres', type, one, other),
  );
  test.each(duckdbTypes)('as %s on DuckDB: %s, then %s', (type, one, other) => updated('duckdb', type, one, other));
});

test.each(['duckdb', 'postgres', 'redshift'] as const)(
  'a column of a contract is compared like that on %s',
  async (engine) => {
    const model = (sign: string) => `select cast('${sign}0' as double precision) as amount`;
    const contract = 'models:\n  - name: m\n    columns: [{ name: amount, type: double precision }]\n';
    const shop = project({ 'models/m.sql': model(''), 'models/_m.yml': contract }, engine);
    await shop.publish();
    shop.write({ 'models/m.sql': model('-') });
    expect(changesIn(await shop.publish())['m']).toMatch(/ \+1 ~0 -1$/);
    expect((await shop.rows('select cast(amount as varchar) from m')).flat()).toEqual([
      engine === 'duckdb' ? '-0.0' : '-0',
    ]);
  },
);

test('a super of a contract is published as it is written on PostgreSQL', async () => {
  const model = (amount: string) => `select cast('{"amount": ${amount}}' as jsonb) as item`;
  const contract = 'models:\n  - name: m\n    columns: [{ name: item, type: super }]\n';
  const shop = project({ 'models/m.sql': model('1.0'), 'models/_m.yml': contract }, 'postgres');
  await shop.publish();
  shop.write({ 'models/m.sql': model('1.00') });
  await shop.publish();
  expect(await shop.rows('select cast(item as text) from m')).toEqual([['{"amount": 1.00}']]);
});
