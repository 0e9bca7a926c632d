import type { ColumnType } from '../../core/column-type.ts';
import type { Dialect, LoadField, LoadText } from '../dialect.ts';

type Text = Pick<Dialect, 'identifier' | 'literal' | 'columnType'>;

/**
 * How DuckDB's `read_json` is told to load what Redshift's COPY would load. Left to itself it rounds 1.5 to the
 * integer 2 and turns true into 1. So every field is read as text, and a text that is not plainly of its type stops
 * the statement: the runner then reads the file itself and says which value it was (`run/load/`).
 */
export function duckdbLoad(dialect: Text, fields: readonly LoadField[]): LoadText {
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

function value(dialect: Text, { column, path }: LoadField, keys: ReadonlyMap<string, boolean>): string {
  const [first = '', ...rest] = path;
  const key = dialect.identifier(String(first));
  if (keys.get(String(first)) !== true) return typed(dialect, key, column.type);
  const steps = rest.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('');
  const inside = dialect.literal(`$${steps}`);
  return column.type.kind === 'super' ? `(${key} -> ${inside})` : typed(dialect, `(${key} ->> ${inside})`, column.type);
}

/** The text cast to its type; null for an empty one, as COPY has it; an error for one that is not plainly of it. */
function typed(dialect: Text, text: string, type: ColumnType): string {
  const pattern = plainPattern(type);
  if (pattern === undefined) return text;
  return `case
        when ${text} is null or ${text} = '' then null
        when regexp_full_match(${text}, ${dialect.literal(pattern)}) then cast(${text} as ${dialect.columnType(type)})
        else error('not plain')
    end`;
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
      return '[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z?';
    default:
      return undefined;
  }
}
