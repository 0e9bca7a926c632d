import type { ColumnType } from '../../core/column-type.ts';
import type { Column } from '../../core/node.ts';
import type { Dialect, LoadText } from '../dialect.ts';
import type { Field } from '../../json/row.ts';

type Text = Pick<Dialect, 'identifier' | 'literal' | 'columnType'>;

/**
 * How DuckDB's `read_json` is told to load what Redshift's COPY would load. Left to itself it rounds 1.5 to the
 * integer 2 and turns true into 1. So every field is read as text, and a text that is not plainly of its type stops
 * the statement: the runner then reads the file itself and says which value it was (`run/load/`).
 */
export function duckdbLoad(dialect: Text, fields: readonly Field[]): LoadText {
  // A key is read as JSON if something is to be looked up inside of it, or if it is kept as JSON.
  const keys = new Map<string, boolean>();
  for (const { path, column } of fields) {
    const key = String(path[0]);
    keys.set(key, (keys.get(key) ?? false) || path.length > 1 || column.type.kind === 'super');
  }
  const read = [...keys].map(([key, asJson]) => `${dialect.identifier(key)}: ${asJson ? "'json'" : "'varchar'"}`);
  const values = fields.map((field) => `${value(dialect, field, keys)} as ${dialect.identifier(field.column.name)}`);
  return {
    columns: fields.map(({ column }) => dialect.identifier(column.name)).join(', '),
    values: values.join(',\n    '),
    fields: `{\n        ${read.join(',\n        ')}\n    }`,
  };
}

/** Rows that were checked are only cast. */
export function duckdbLoadChecked(dialect: Text, columns: readonly Column[]): LoadText {
  const names = columns.map(({ name }) => dialect.identifier(name));
  return {
    columns: names.join(', '),
    values: columns
      .map(({ type }, i) =>
        isText(type) ? names[i] : `cast(${names[i]} as ${dialect.columnType(type)}) as ${names[i]}`,
      )
      .join(',\n    '),
    fields: `{\n        ${names.map((name) => `${name}: 'varchar'`).join(',\n        ')}\n    }`,
  };
}

/** A double has 15 decimal digits that are sure, and `read_json` lets every number with a fraction pass through one. */
const exactDigits = 15;

/**
 * DuckDB reads keys into a struct, whose names differ by more than case; it has no way to write some keys in a path;
 * it keeps no more digits of a number than a double has; and it takes values as they are written.
 */
export function duckdbReadsExactly(fields: readonly Field[]): boolean {
  const keys = new Set(fields.map(({ path }) => String(path[0])));
  const steps = fields.flatMap(({ path }) => path);
  return (
    fields.every(({ options }) => options === undefined) &&
    new Set([...keys].map((key) => key.toLowerCase())).size === keys.size &&
    steps.every((step) => typeof step === 'number' || (step !== '*' && /^[^"\\]+$/.test(step))) &&
    fields.every(({ column: { type } }) => type.kind !== 'decimal' || type.scale === 0 || type.precision <= exactDigits)
  );
}

function value(dialect: Text, { column, path }: Field, keys: ReadonlyMap<string, boolean>): string {
  const [first = '', ...rest] = path;
  const key = dialect.identifier(String(first));
  if (keys.get(String(first)) !== true) return typed(dialect, key, column.type);
  const steps = rest.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('');
  const inside = dialect.literal(`$${steps}`);
  return column.type.kind === 'super' ? `(${key} -> ${inside})` : typed(dialect, `(${key} ->> ${inside})`, column.type);
}

/** The text cast to its type; null for an empty one, as COPY has it; an error for one that is not plainly of it. */
function typed(dialect: Text, text: string, type: ColumnType): string {
  if (isText(type)) return `case when contains(${text}, chr(0)) then error('not plain') else ${text} end`;
  const pattern = plainPattern(type);
  if (pattern === undefined) return text;
  const cast = `cast(${text} as ${dialect.columnType(type)})`;
  const isSound = type.kind === 'real' || type.kind === 'double' ? ` and isfinite(${cast})` : '';
  return `case
        when ${text} is null or ${text} = '' then null
        when regexp_full_match(${text}, ${dialect.literal(pattern)})${isSound} then ${cast}
        else error('not plain')
    end`;
}

function isText({ kind }: ColumnType): boolean {
  return kind === 'varchar' || kind === 'char';
}

function plainPattern(type: ColumnType): string | undefined {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return '-?[0-9]+';
    case 'real':
    case 'double':
      return '-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?';
    case 'decimal':
      return type.scale === 0 ? '-?[0-9]+' : `-?[0-9]+(\\.[0-9]{1,${type.scale}})?`;
    case 'boolean':
      return 'true|false';
    case 'date':
      return '[0-9]{4}-[0-9]{2}-[0-9]{2}';
    case 'timestamp':
    case 'timestamptz':
      return '[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z?';
    default:
      return undefined;
  }
}
