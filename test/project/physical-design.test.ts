import { describe, expect, test } from 'vitest';
import { validate } from '../../runner/commands/validate.ts';
import type { Fault } from '../../runner/core/fault.ts';
import type { TestProject } from '../support/project.ts';
import { faultsOf, project } from '../support/project.ts';

const validating = (shop: TestProject): Promise<readonly Fault[]> => faultsOf(validate(shop.options()));

const contract = `models:
  - name: a
    columns:
      - { name: id, type: integer }
      - { name: day, type: date }
      - { name: what, type: super }
`;
const model = (settings: string): string => `{{config materialized="table" ${settings}}}select 1 as id`;
/** Settings after `materialized="table" ` begin here. */
const start = model('').indexOf('}}') + 1;

describe('the layout of a table', () => {
  test.each<[string, number, string, string | undefined]>([
    ['dist="da"', start, 'dist: the contract of "a" has no column "da"', 'did you mean "day"?'],
    ['dist="evne"', start, 'dist: the contract of "a" has no column "evne"', 'did you mean "even"?'],
    ['sort="id,da"', start, 'sort: the contract of "a" has no column "da"', 'did you mean "day"?'],
    ['dist="id,day"', start, 'distributed by one column, and dist="id,day" names several', undefined],
    ['sort="day,id,day"', start, 'sort names "day" twice', undefined],
    ['sort_type="compound"', start, 'the columns of sort, and there is none', undefined],
    ['sort="auto" sort_type="interleaved"', start + 12, 'leaves it to Redshift how the table is sorted', undefined],
    ['sort="auto,day"', start, 'leaves the columns to Redshift, and names some as well', undefined],
    ['dist="what"', start, '"what" is super', undefined],
    ['sort="what"', start, '"what" is super', undefined],
    ['sort="day" sort_type="interleavd"', start + 11, '"interleavd" is not one of', 'did you mean "interleaved"?'],
  ])('with %s is refused', async (settings, column, message, hint) => {
    const shop = project({ 'models/a.sql': model(settings), 'models/_a.yml': contract });
    const faults = await validating(shop);
    expect(faults).toMatchObject([{ message: expect.stringContaining(message), at: { line: 1, column } }]);
    expect(faults[0]?.hint).toBe(hint);
  });

  test.each([
    'dist="even"',
    'dist="id" sort="day,id" sort_type="interleaved"',
    'dist="all" sort="id"',
    'dist="auto" sort="auto"',
  ])('with %s is taken', async (settings) => {
    const shop = project({ 'models/a.sql': model(settings), 'models/_a.yml': contract });
    expect((await validate(shop.options())).counts.model).toBe(1);
  });

  test.each([
    [401, 'compound', 400],
    [9, 'interleaved', 8],
  ])('is sorted by %i columns at most one too many when %s', async (count, type, most) => {
    const names = Array.from({ length: count }, (_, i) => `c${i}`);
    const sorted = (columns: readonly string[]): string => model(`sort="${columns.join(',')}" sort_type="${type}"`);
    const columns = names.map((name) => `{ name: ${name}, type: integer }`).join(', ');
    const shop = project({
      'models/a.sql': sorted(names),
      'models/_a.yml': `models: [{ name: a, columns: [${columns}] }]\n`,
    });
    expect(await validating(shop)).toMatchObject([
      { message: `a ${type} sort key has ${most} columns at most, and sort names ${count}` },
    ]);
    shop.write({ 'models/a.sql': sorted(names.slice(1)) });
    expect((await validate(shop.options())).counts.model).toBe(1);
  });

  test('names columns that nothing is known of where there is no contract', async () => {
    const shop = project({ 'models/a.sql': model('dist="x" sort="y"') });
    expect((await validate(shop.options())).counts.model).toBe(1);
  });

  test.each(['view', 'ephemeral'])('belongs to a table, which a model of materialized="%s" has not', async (kind) => {
    const shop = project({
      'models/a.sql': `{{config materialized="${kind}" dist="x" sort="y" sort_type="compound"}}select 1 as id`,
    });
    expect((await validating(shop)).map(({ message }) => message.split(' ')[0])).toEqual(['dist', 'sort', 'sort_type']);
  });

  test('may go by the run that loaded a row, which only a copy model has', async () => {
    const loaded = '{{config materialized="copy" sort="_load_id"}}\n{{> copy_json from=(source "raw" "orders")}}\n';
    const shop = project({ 'models/a.sql': loaded, 'models/_a.yml': contract });
    expect((await validate(shop.options())).counts.model).toBe(1);
    shop.write({ 'models/a.sql': model('sort="_load_id"') });
    expect(await validating(shop)).toMatchObject([{ code: 'column-unknown' }]);
  });

  test('is not blamed where materialized is misspelt', async () => {
    const shop = project({
      'dwh.yaml': 'name: shop\ntarget: local\ntargets: { local: { type: duckdb, path: x } }\n',
      'models/a.sql': '{{config materialized="tabel" dist="x"}}select 1 as id',
    });
    expect((await validating(shop)).map(({ hint }) => hint)).toEqual(['did you mean "table"?']);
  });
});

describe('the encoding of a column', () => {
  const encoded = (type: string, encode: string): TestProject =>
    project({
      'models/a.sql': model(''),
      'models/_a.yml': `models:\n  - name: a\n    columns:\n      - { name: id, type: ${type}, encode: ${encode} }\n`,
    });

  test.each([
    ['integer', 'az46', '"az46" is no encoding', 'did you mean "az64"?'],
    ['varchar(9)', 'az64', 'varchar(9), for which the encoding az64 is not made', 'bytedict'],
    ['boolean', 'az64', 'is not made', 'runlength'],
    ['double precision', 'az64', 'is not made', 'zstd'],
    ['integer', 'text255', 'is not made', 'az64'],
    ['char(9)', 'text32k', 'is not made', 'lzo'],
    ['smallint', 'mostly16', 'is not made', 'mostly8'],
    ['super', 'bytedict', 'is not made', 'zstd'],
  ])('of type %s cannot be %s', async (type, encode, message, hint) => {
    const shop = encoded(type, encode);
    const faults = await validating(shop);
    expect(faults).toMatchObject([{ message: expect.stringContaining(message), hint: expect.stringContaining(hint) }]);
    const column = (shop.read('models/_a.yml').split('\n')[3] ?? '').lastIndexOf(encode) + 1;
    expect(await shop.places(faults)).toEqual([`models/_a.yml:4:${column} config-invalid`]);
  });

  test.each([
    ['bigint', 'az64'],
    ['varchar(9)', 'text255'],
    ['boolean', 'zstd'],
    ['super', 'zstd'],
    ['real', 'raw'],
    ['date', 'auto'],
  ])('of type %s may be %s', async (type, encode) => {
    expect((await validate(encoded(type, encode).options())).counts.model).toBe(1);
  });

  test('is looked at in a seed as well', async () => {
    const shop = project({
      'seeds/s.csv': 'id\n1\n',
      'seeds/_s.yml': 'seeds: [{ name: s, columns: [{ name: id, type: integer, encode: lz }] }]\n',
    });
    expect(await validating(shop)).toMatchObject([{ hint: 'did you mean "lzo"?' }]);
  });
});
