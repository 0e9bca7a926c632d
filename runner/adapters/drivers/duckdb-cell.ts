import type { DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBUnionValue,
  DuckDBVariantValue,
} from '@duckdb/node-api';
import type { Cell } from '../driver.ts';

/** A value as a cell: what JavaScript has no value for is text. */
export function duckdbCell(value: DuckDBValue): Cell {
  return typeof value === 'object' && value !== null ? textOf(value) : (value as Cell);
}

/** The text of a value, as its own `toString` has it, but for dates and times in it. */
function textOf(value: DuckDBValue): string {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return `[${value.items.map(textWithin).join(', ')}]`;
  if (value instanceof DuckDBStructValue) return braced(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue) return braced(value.entries.map((entry) => [entry.key, entry.value]));
  if (value instanceof DuckDBUnionValue) return value.value === null ? 'NULL' : textOf(value.value);
  if (value instanceof DuckDBVariantValue) return textWithin(value.value);
  return infinity(value) ?? eraLast(String(value));
}

/** The same inside of another value. */
function textWithin(value: DuckDBValue): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : textOf(value);
}

function braced(entries: readonly (readonly [DuckDBValue, DuckDBValue])[]): string {
  return `{${entries.map((entry) => entry.map(textWithin).join(': ')).join(', ')}}`;
}

/** How the infinite dates and times are written whose own text is that of a day far away; undefined for all others. */
function infinity(value: DuckDBValue): 'infinity' | '-infinity' | undefined {
  if (value instanceof DuckDBDateValue) return signed(value.isFinite, value.days);
  if (value instanceof DuckDBTimestampSecondsValue) return signed(value.isFinite, value.seconds);
  if (value instanceof DuckDBTimestampMillisecondsValue) return signed(value.isFinite, value.millis);
  if (value instanceof DuckDBTimestampNanosecondsValue) return signed(value.isFinite, value.nanos);
  return undefined;
}

function signed(isFinite: boolean, count: number | bigint): 'infinity' | '-infinity' | undefined {
  if (isFinite) return undefined;
  return count > 0 ? 'infinity' : '-infinity';
}

/** A date or time before our era, as PostgreSQL writes it. */
function eraLast(text: string): string {
  return text.replace(/^(\d+-\d\d-\d\d) \(BC\)(.*)$/, '$1$2 BC');
}
