import type { ColumnType } from '../../core/column-type.ts';
import type { Dialect, LoadText } from '../dialect.ts';
import type { Field } from '../../json/row.ts';

type Text = Pick<Dialect, 'identifier' | 'literal' | 'columnType'>;

/** The first column of a line of rows, which is always empty. */
const lead = 'line_start';

/**
 * How DuckDB reads the rows that the runner wrote for it. DuckDB's own `read_json` takes what is no JSON (NaN, a trailing
 * comma), passes numbers through a double and knows no place of a bad value, so it never reads raw files: every value
 * was checked against its column, and is only cast.
 */
export function duckdbLoad(dialect: Text, fields: readonly Field[]): LoadText {
  const names = fields.map(({ column }) => dialect.identifier(column.name));
  const read = [dialect.identifier(unusedName(fields)), ...names].map((name) => `${name}: 'varchar'`);
  return {
    columns: names.join(', '),
    values: fields.map(({ column }, i) => value(dialect, names[i] ?? '', column.type)).join(',\n    '),
    fields: `{\n        ${read.join(',\n        ')}\n    }`,
  };
}

function unusedName(fields: readonly Field[]): string {
  const used = new Set(fields.map(({ column }) => column.name));
  let name = lead;
  while (used.has(name)) name += '_';
  return name;
}

/** Texts are written as in a JSON string: one without a backslash means what is written. */
function value(dialect: Text, name: string, type: ColumnType): string {
  if (type.kind !== 'char' && type.kind !== 'varchar' && type.kind !== 'super')
    return `cast(${name} as ${dialect.columnType(type)}) as ${name}`;
  const unescaped = `case when contains(${name}, '\\') then ('"' || ${name} || '"') ->> '$' else ${name} end`;
  return type.kind === 'super' ? `cast(${unescaped} as json) as ${name}` : `${unescaped} as ${name}`;
}
