import { ownValue } from './own-value.ts';

/** A Redshift column type. Lengths of text are in bytes of UTF-8. */
export type ColumnType =
  | { readonly kind: 'smallint' | 'integer' | 'bigint' | 'real' | 'double' | 'boolean' }
  | { readonly kind: 'date' | 'timestamp' | 'timestamptz' | 'super' }
  | { readonly kind: 'char' | 'varchar'; readonly bytes: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number };

/** What values of a type are, to tell whether a query's column can be stored in a contract's. */
export type TypeFamily = 'number' | 'text' | 'boolean' | 'time' | 'super';

const simpleTypes: Readonly<Record<string, ColumnType>> = {
  smallint: { kind: 'smallint' },
  int2: { kind: 'smallint' },
  integer: { kind: 'integer' },
  int: { kind: 'integer' },
  int4: { kind: 'integer' },
  bigint: { kind: 'bigint' },
  int8: { kind: 'bigint' },
  real: { kind: 'real' },
  float4: { kind: 'real' },
  'double precision': { kind: 'double' },
  float8: { kind: 'double' },
  float: { kind: 'double' },
  boolean: { kind: 'boolean' },
  bool: { kind: 'boolean' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp' },
  'timestamp without time zone': { kind: 'timestamp' },
  timestamptz: { kind: 'timestamptz' },
  'timestamp with time zone': { kind: 'timestamptz' },
  super: { kind: 'super' },
  // Redshift's TEXT is VARCHAR(256), and VARCHAR without a length as well.
  text: { kind: 'varchar', bytes: 256 },
  varchar: { kind: 'varchar', bytes: 256 },
  'character varying': { kind: 'varchar', bytes: 256 },
  char: { kind: 'char', bytes: 1 },
  character: { kind: 'char', bytes: 1 },
  decimal: { kind: 'decimal', precision: 18, scale: 0 },
  numeric: { kind: 'decimal', precision: 18, scale: 0 },
};

/** The names that `parseColumnType` takes, for suggestions. */
export const columnTypeNames: readonly string[] = Object.keys(simpleTypes);

const maxBytes = { char: 4096, varchar: 65535 };

/** Of a text that is no type: how the type is written whose name it begins with; undefined when it begins with no name. */
export function columnTypeForm(text: string): string | undefined {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/\s*\(.*/, '');
  const type = ownValue(simpleTypes, name);
  switch (type?.kind) {
    case undefined:
      return undefined;
    case 'char':
    case 'varchar':
      return `it is written ${name}(n), with n from 1 to ${maxBytes[type.kind]} bytes`;
    case 'decimal':
      return `it is written ${name}(precision,scale), with a precision of at most 38 digits, and a scale of no more than that`;
    default:
      return `it is written ${name}, and nothing behind it`;
  }
}

/** The type written as in Redshift's DDL, such as `varchar(32)` or `double precision`; undefined when it is none. */
export function parseColumnType(text: string): ColumnType | undefined {
  // varchar ( 32 ) -> "varchar", "32"; decimal(9,5) -> "decimal", "9,5"
  const match = /^([a-z][a-z0-9 ]*?)\s*(?:\(\s*([^)]*?)\s*\))?$/.exec(text.trim().toLowerCase().replace(/\s+/g, ' '));
  const base = match?.[1] === undefined ? undefined : ownValue(simpleTypes, match[1]);
  if (base === undefined) return undefined;
  const args = match?.[2];
  return args === undefined ? base : withArguments(base, args);
}

/** The type as Redshift's DDL writes it. */
export function columnTypeText(type: ColumnType): string {
  switch (type.kind) {
    case 'double':
      return 'double precision';
    case 'char':
    case 'varchar':
      return `${type.kind}(${type.bytes})`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    default:
      return type.kind;
  }
}

export function typeFamily(type: ColumnType): TypeFamily {
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return 'text';
    case 'boolean':
      return 'boolean';
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return 'time';
    case 'super':
      return 'super';
    default:
      return 'number';
  }
}

function withArguments(base: ColumnType, args: string): ColumnType | undefined {
  if (base.kind === 'char' || base.kind === 'varchar') {
    const bytes = args === 'max' ? maxBytes[base.kind] : wholeNumber(args);
    return bytes !== undefined && bytes >= 1 && bytes <= maxBytes[base.kind] ? { kind: base.kind, bytes } : undefined;
  }
  if (base.kind !== 'decimal') return undefined;
  const numbers = args.split(',').map((part) => wholeNumber(part.trim()));
  const [precision, scale = 0] = numbers;
  if (numbers.length > 2 || numbers.includes(undefined) || precision === undefined) return undefined;
  return precision >= 1 && precision <= 38 && scale <= precision ? { kind: 'decimal', precision, scale } : undefined;
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
