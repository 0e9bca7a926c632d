import { describe, expect, test } from 'vitest';
import { rowsText } from '../../runner/terminal/table-text.ts';
import { roads } from '../redshift/shop-warehouse.ts';
import type { Engine } from '../support/project.ts';
import { project } from '../support/project.ts';

/** A column of each type, with values at its edges; the texts are cast to it. */
const columns: Readonly<Record<string, readonly (string | null)[]>> = {
  smallint: ['0', '-32768', '32767', null],
  integer: ['0', '-2147483648', '2147483647', null],
  bigint: ['9007199254740993', '-9223372036854775808', '9223372036854775807', null],
  real: ['0.1', 'NaN', '-Infinity', '3.4e38'],
  'double precision': ['0.1', 'NaN', 'Infinity', '-1e300'],
  boolean: ['true', 'false', 'true', null],
  'decimal(9,4)': ['1.5', '-0.0001', '12345.6789', null],
  'decimal(38,10)': ['1234567890123456789012345678.0123456789', '0', '-1', null],
  'char(3)': ['abc', 'xyz', 'NaN', null],
  'varchar(40)': ['1.50', 'say "yes", \\ or\nno', '', null],
  date: ['2018-11-01', '1969-12-31', '2400-02-29', null],
  timestamp: ['2018-11-01 20:57:10.796', '1969-12-31 23:59:59', '2018-11-01 00:00:00.000001', null],
  timestamptz: ['2018-11-01 20:57:10.796+00', '2018-11-01 22:57:10+02', '1970-01-01 00:00:00+00', null],
};

const names = Object.keys(columns).map((type) => type.replaceAll(/\W+/g, '_').replace(/_$/, ''));
const rows = [0, 1, 2, 3].map((i) => {
  const cells = Object.entries(columns).map(([type, values], k) => {
    const value = values[i] ?? null;
    const text = value === null ? 'null' : `'${value.replaceAll('\\', '{{backslash}}').replaceAll("'", "''")}'`;
    return `cast(${text} as ${type}) as c_${names[k]}`;
  });
  return `select ${i} as id, ${cells.join(', ')}`;
});

async function output(engine: Engine): Promise<{ json: string; csv: string }> {
  const backslash = engine === 'redshift' || engine === 'redshift-data' ? '\\\\' : '\\';
  const shop = project(
    { 'models/types.sql': rows.join('\nunion all\n').replaceAll('{{backslash}}', backslash) },
    engine,
  );
  await shop.publish();
  const found = await shop.query('select * from types order by id');
  return { json: rowsText(found, 'json'), csv: rowsText(found, 'csv') };
}

describe('rows of all types', () => {
  test('are the same JSON and CSV on every engine', async () => {
    const duckdb = await output('duckdb');
    expect(duckdb.json).toContain('"c_bigint": 9007199254740993');
    expect(duckdb.json).toContain('"c_bigint": -9223372036854775808');
    expect(duckdb.json).toContain('"c_decimal_9_4": 1.5000');
    expect(duckdb.json).toContain('"c_decimal_38_10": 1234567890123456789012345678.0123456789');
    expect(duckdb.json).toContain('"c_real": 0.1,');
    expect(duckdb.json).toContain('"c_real": "NaN"');
    expect(duckdb.json).toContain('"c_real": "-Infinity"');
    expect(duckdb.json).toContain('"c_double_precision": "Infinity"');
    expect(duckdb.json).toContain('"c_varchar_40": "1.50"');
    expect(JSON.parse(duckdb.json)).toHaveLength(4);
    for (const engine of ['postgres', ...roads] as const) expect(await output(engine), engine).toEqual(duckdb);
  });

  test('a number of no fixed type has its digits, whatever an engine calls its type', async () => {
    const sql =
      'select sum(x) as total, count(*) as n from (select 9223372036854775807::bigint as x union all select 1) as r';
    const sums = await Promise.all(
      (['duckdb', 'postgres'] as const).map(async (engine) => {
        const shop = project({ 'models/a.sql': 'select 1 as id' }, engine);
        await shop.publish();
        return rowsText(await shop.query(sql), 'json');
      }),
    );
    expect(sums).toEqual(Array(2).fill('[\n  {\n    "total": 9223372036854775808,\n    "n": 2\n  }\n]'));
  });
});

test('a super value is written without blanks, as no engine but one writes them', async () => {
  const sql = `select '{"a": [1, "x  y"], "b c": {}}'::json as value`;
  for (const engine of ['duckdb', 'postgres'] as const) {
    const shop = project({ 'models/a.sql': 'select 1 as id' }, engine);
    await shop.publish();
    const found = await shop.query(sql);
    expect(rowsText(found, 'csv')).toBe('value\n"{""a"":[1,""x  y""],""b c"":{}}"');
    expect(JSON.parse(rowsText(found, 'json'))).toEqual([{ value: '{"a":[1,"x  y"],"b c":{}}' }]);
  }
});

test('a date that never comes, and one before our era, are the same on every engine', async () => {
  const bc = { duckdb: '0044-03-15 (BC)', postgres: '0044-03-15 BC' };
  for (const engine of ['duckdb', 'postgres'] as const) {
    const shop = project({ 'models/a.sql': 'select 1 as id' }, engine);
    await shop.publish();
    const found = await shop.query(
      `select 'infinity'::date as a, '-infinity'::date as b, '-infinity'::timestamp as c, '${bc[engine]}'::date as d, '${bc[engine]}'::timestamp as e`,
    );
    expect(rowsText(found, 'csv')).toBe('a,b,c,d,e\ninfinity,-infinity,-infinity,0044-03-15 BC,0044-03-15 00:00:00 BC');
  }
});

test('so are those of DuckDB, of every precision and inside of other values', async () => {
  const shop = project({ 'models/a.sql': 'select 1 as id' });
  await shop.publish();
  const types = ['date', 'timestamp', 'timestamp_s', 'timestamp_ms', 'timestamp_ns', 'timestamptz'];
  for (const type of types)
    for (const sign of ['', '-']) {
      const value = `cast('${sign}infinity' as ${type})`;
      const { rows } = await shop.query(
        `select ${value}, [${value}, null], {'a': [${value}]}, map {${value}: {'b': ${value}}}, array_value(${value}), union_value(k := ${value}), [${value}]::variant`,
      );
      const text = `${sign}infinity`;
      const expected = [
        text,
        `[${text}, NULL]`,
        `{'a': [${text}]}`,
        `{${text}: {'b': ${text}}}`,
        `[${text}]`,
        text,
        `[${text}]`,
      ];
      expect(rows, type).toEqual([expected]);
    }
  const others = `select ['infinity', 'it''s', null], {'a': 1, 'b': [true]}, ['0044-03-15 (BC)'::date], map {'x': 1.50}, union_value(k := 'a''b'), ['2020-01-01'::timestamp_s]`;
  expect((await shop.query(others)).rows).toEqual([
    [
      "['infinity', 'it''s', NULL]",
      "{'a': 1, 'b': [true]}",
      '[0044-03-15 BC]',
      "{'x': 1.50}",
      "a'b",
      '[2020-01-01 00:00:00]',
    ],
  ]);
});

test('in CSV the quotes of an empty text distinguish it from null', () => {
  const columns = ['a', 'b', 'c'].map((name) => ({ name, type: 'varchar' }));
  expect(rowsText({ columns, rows: [[null, '', 'x']] }, 'csv')).toBe('a,b,c\n,"",x');
  expect(rowsText({ columns, rows: [[null, null, '']] }, 'csv')).toBe('a,b,c\n,,""');
});

test('no rows are an empty list, and a name with quotes is a key', () => {
  expect(rowsText({ columns: [{ name: 'a', type: 'integer' }], rows: [] }, 'json')).toBe('[]');
  expect(JSON.parse(rowsText({ columns: [{ name: 'a "b"', type: 'numeric' }], rows: [['NaN']] }, 'json'))).toEqual([
    { 'a "b"': 'NaN' },
  ]);
});
