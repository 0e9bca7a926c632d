import { cutToBytes } from '../core/cut.ts';
import type { Column } from '../core/node.ts';
import type { ColumnType } from '../core/column-type.ts';
import { columnTypeText } from '../core/column-type.ts';
import { rangeProblem } from '../core/value-range.ts';
import { shortened } from '../core/shortened.ts';
import type { CopyOptions } from './copy-options.ts';
import { asWritten } from './copy-options.ts';
import type { Fit } from './fitted.ts';
import { hasNul } from './fitted.ts';
import { fitSuper } from './fit-super.ts';
import { fitEpoch, fitTimestamp, isCalendarDay } from './fit-time.ts';
import { JsonError, parseJson } from './parse.ts';

const integerRange = {
  smallint: [-(2n ** 15n), 2n ** 15n - 1n],
  integer: [-(2n ** 31n), 2n ** 31n - 1n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

const wholeNumber = /^[+-]?\d+$/;
const anyNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const booleans: ReadonlyMap<string, string> = new Map([
  ...['1', 't', 'true', 'y', 'yes'].map((text) => [text, 'true'] as const),
  ...['0', 'f', 'false', 'n', 'no'].map((text) => [text, 'false'] as const),
]);
const date = /^\d{4}-\d\d-\d\d$/;

/** What is wrong with a value that is null, or that is read as null, in a column that has to have one. */
const isNoValue = 'is read as null';

// What C takes for white space.
const onlyBlanks = /^[ \t\n\v\f\r]+$/;
/**
 * How the text of a raw value is stored in a column, in a form that every engine takes, by the rules of Redshift's COPY: an empty text is null except in
 * text columns, numbers must be numbers (1.5 is no integer), decimals are cut at their scale, lengths are bytes.
 */
export function fit(text: string | null, column: Column, options: CopyOptions = asWritten): Fit {
  const fitted = text === null ? { text } : fitText(text, column.type, options);
  if (!('text' in fitted)) return fitted;
  if (fitted.text === null) return column.notNull ? { problem: isNoValue } : fitted;
  const problem = column.range && rangeProblem(fitted.text, column.type.kind, column.range);
  return problem === undefined ? fitted : { problem };
}

function fitText(text: string, type: ColumnType, options: CopyOptions): Fit {
  if (type.kind === 'varchar' || type.kind === 'char')
    return isNull(text, options) ? { text: null } : fitLength(text, type.bytes, options.truncateColumns);
  if (text === '') return { text: null };
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return fitInteger(text, type.kind);
    case 'real':
    case 'double':
      return fitFloat(text, type.kind);
    case 'decimal':
      return fitDecimal(text, type.precision, type.scale);
    case 'boolean': {
      const known = booleans.get(text.toLowerCase());
      return known === undefined ? { problem: 'is neither true nor false' } : { text: known };
    }
    case 'date':
      return date.test(text) && isCalendarDay(text) ? { text } : { problem: 'is not a date such as 2018-11-01' };
    case 'timestamp':
    case 'timestamptz':
      return options.timeFormat === 'auto' ? fitTimestamp(text, type.kind) : fitEpoch(text, options.timeFormat);
    case 'super':
      return fitJson(text);
  }
}

function isNull(text: string, { blanksAsNull, emptyAsNull }: CopyOptions): boolean {
  return text === '' ? emptyAsNull : blanksAsNull && onlyBlanks.test(text);
}

function fitLength(text: string, bytes: number, isCut: boolean): Fit {
  if (text.includes('\0')) return { problem: hasNul };
  const length = Buffer.byteLength(text);
  if (length <= bytes) return { text };
  return isCut ? { text: cutToBytes(text, bytes) } : { problem: `is ${length} bytes long` };
}

function fitInteger(text: string, kind: keyof typeof integerRange): Fit {
  if (!wholeNumber.test(text)) return { problem: 'is not a whole number' };
  const value = BigInt(text);
  const [least, most] = integerRange[kind];
  return value < least || value > most ? { problem: 'is out of range' } : { text: String(value) };
}

/** The text is kept as far as every engine takes it: no sign +, and digits on both sides of the point. */
function fitFloat(text: string, kind: 'real' | 'double'): Fit {
  if (!anyNumber.test(text)) return { problem: 'is not a number' };
  const value = kind === 'real' ? Math.fround(Number(text)) : Number(text);
  if (!Number.isFinite(value)) return { problem: 'is out of range' };
  // Redshift and PostgreSQL report an underflow: a number that is not zero is never stored as zero.
  if (value === 0 && /^[^eE]*[1-9]/.test(text)) return { problem: 'is too close to zero' };
  return {
    text: text
      .replace(/^\+/, '')
      .replace(/^(-?)\./, '$10.')
      .replace(/\.(?!\d)/, ''),
  };
}

function fitJson(text: string): Fit {
  try {
    return fitSuper(parseJson(text));
  } catch (error) {
    if (error instanceof JsonError) return { problem: `is not JSON: ${error.message}` };
    throw error;
  }
}

function fitDecimal(text: string, precision: number, scale: number): Fit {
  if (!anyNumber.test(text)) return { problem: 'is not a number' };
  const { negative, whole, fraction } = expand(text);
  if (whole.length > precision - scale) return { problem: 'is out of range' };
  const kept = fraction.slice(0, scale);
  return { text: `${negative ? '-' : ''}${whole === '' ? '0' : whole}${kept === '' ? '' : `.${kept}`}` };
}

/** A number in plain digits: -1.5e+2 is -150. Leading zeros are gone. */
function expand(text: string): { negative: boolean; whole: string; fraction: string } {
  const [mantissa = '', exponent = '0'] = text.replace(/^[+-]/, '').toLowerCase().split('e');
  const [before = '', after = ''] = mantissa.split('.');
  const point = before.length + Number(exponent);
  const written = before + after;
  // More zeros than any decimal has digits mean the same.
  const digits = written
    .padEnd(Math.min(point, written.length + 40), '0')
    .padStart(written.length + Math.min(40, Math.max(0, -point)), '0');
  const cut = Math.max(0, point);
  return {
    negative: text.startsWith('-'),
    whole: digits.slice(0, cut).replace(/^0+/, ''),
    fraction: digits.slice(cut),
  };
}

/** A sentence that tells why `value` cannot be stored, with the column and its declared type. */
export function misfit(value: string | null, column: Column, problem: string): string {
  const type = columnTypeText(column.type);
  if (value === null) return `column "${column.name}" (${type}) must not be null, and this row has no value for it`;
  const shown = JSON.stringify(shortened(value, 80));
  if (problem === isNoValue) return `column "${column.name}" (${type}) must not be null, and ${shown} ${problem}`;
  return `${shown} ${problem}; column "${column.name}" is ${type}${column.notNull ? ' not null' : ''}`;
}
