import type { ColumnMetadata, Field } from '@aws-sdk/client-redshift-data';
import { ownValue } from '../../core/own-value.ts';
import type { Cell, Rows } from '../driver.ts';

/** The names that SQL has for types, by those that the Data API gives. */
const typeNames: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  bpchar: 'char',
};

/** A column's type as SQL writes it, such as `numeric(9,5)`. */
export function typeName({ typeName: given = '', precision = 0, scale = 0 }: ColumnMetadata): string {
  const name = ownValue(typeNames, given) ?? given;
  if (precision <= 0) return name;
  if (name === 'varchar' || name === 'char') return `${name}(${precision})`;
  return name === 'numeric' ? `${name}(${precision},${scale})` : name;
}

/** The rows of a result, as the fields of the Data API have them. */
export function rowsOf(columns: readonly ColumnMetadata[], records: readonly (readonly Field[])[]): Rows {
  const described = columns.map((column) => ({ name: column.name ?? '', type: typeName(column) }));
  return {
    columns: described,
    rows: records.map((record) => record.map((field, i) => cell(field, described[i]?.type))),
  };
}

function cell(field: Field, type: string | undefined): Cell {
  if (field.isNull === true) return null;
  if (field.booleanValue !== undefined) return field.booleanValue;
  if (field.doubleValue !== undefined) return field.doubleValue;
  const text = String(field.longValue ?? field.stringValue ?? '');
  if (type === 'bigint') return BigInt(text);
  return field.longValue === undefined ? text : Number(text);
}

/**
 * An answer in which no whole number loses digits: JavaScript's parser of JSON keeps 53 bits of them, and a bigint has 63. So
 * long ones become text before they are parsed.
 */
export function withExactLongs(json: string): string {
  return json.replace(/"longValue"\s*:\s*(-?\d{16,})/g, '"stringValue":"$1"');
}
