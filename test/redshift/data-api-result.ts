import type { Answer, AnswerColumn } from './warehouse.ts';

/** The types of PostgreSQL by their number, as the Data API calls them. */
const typeNames: Readonly<Record<number, string>> = {
  16: 'bool',
  20: 'int8',
  21: 'int2',
  23: 'int4',
  25: 'varchar',
  700: 'float4',
  701: 'float8',
  1042: 'bpchar',
  1043: 'varchar',
  1082: 'date',
  1114: 'timestamp',
  1184: 'timestamptz',
  1700: 'numeric',
  3802: 'super',
};

/** Marks a whole number that is to stand in the JSON with all of its digits. */
const exact = '#exact:';

/** The text of an answer: whole numbers keep all their digits, which JavaScript's own writer of JSON would round. */
export function jsonText(output: object): string {
  return JSON.stringify(output).replace(/"#exact:(-?\d+)"/g, '$1');
}

/** A page of a result, as GetStatementResult gives it. */
export function page({ columns, rows }: Answer, from: number, size: number): object {
  const types = columns.map(({ typeOid }) => typeNames[typeOid] ?? 'varchar');
  const records = rows.slice(from, from + size).map((row) => row.map((value, i) => field(value, types[i] ?? '')));
  const next = from + size < rows.length ? { NextToken: String(from + size) } : {};
  return { Records: records, ColumnMetadata: columns.map(metadata), TotalNumRows: rows.length, ...next };
}

function field(value: string | null, type: string): object {
  if (value === null) return { isNull: true };
  if (type === 'bool') return { booleanValue: value === 't' };
  if (type.startsWith('int')) return { longValue: `${exact}${value}` };
  return type.startsWith('float') ? { doubleValue: double(value) } : { stringValue: value };
}

/** AWS's protocol writes as texts what JSON has no number for (Smithy, "AWS JSON 1.1 protocol"). */
function double(value: string): number | string {
  return Number.isFinite(Number(value)) ? Number(value) : value;
}

function metadata({ name, typeOid, typeModifier }: AnswerColumn): object {
  const typeName = typeNames[typeOid] ?? 'varchar';
  const isNumeric = typeName === 'numeric' && typeModifier >= 0;
  const length = typeName === 'varchar' || typeName === 'bpchar' ? Math.max(0, typeModifier - 4) : 0;
  return {
    name,
    label: name,
    typeName,
    precision: isNumeric ? ((typeModifier - 4) >> 16) & 0xffff : length,
    scale: isNumeric ? (typeModifier - 4) & 0x7ff : 0,
    nullable: 1,
  };
}
