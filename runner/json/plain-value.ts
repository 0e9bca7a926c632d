import type { ColumnType } from '../core/column-type.ts';
import type { Column } from '../core/node.ts';
import type { NumberRange } from '../core/value-range.ts';
import { numbersIn } from '../core/value-range.ts';
import { backslash, space } from './bytes.ts';
import type { CopyOptions } from './copy-options.ts';
import { asWritten } from './copy-options.ts';

/**
 * Tells of the values of a column which are stored as they are written, so that nobody has to look closer: a sure yes, or
 * a no that means nothing. By the rules of `fit.ts`.
 */
export interface PlainValue {
  /** Whether a text of so many bytes that begins with this one is stored as it is. */
  text(bytes: number, first: number): boolean;
  /** Whether a number with so many digits before the point, after it and in its exponent is stored as it is. */
  number(whole: number, fraction: number, exponent: number): boolean;
  /** Whether `true` and `false` are. */
  readonly words: boolean;
  /** What numbers are accepted, if not all are. */
  readonly range?: NumberRange | undefined;
}

/** How many digits are surely in range. */
const safeDigits = { smallint: 4, integer: 9, bigint: 18 } as const;
// Ten to the 99 times so many digits is far from the end of a double; a real ends at 3.4e38.
const safeDouble = 200;
const safeExponent = 2;
const safeReal = 30;

const never = (): boolean => false;

/** Whether a text that begins with this byte is more than white space, which may be written as an escape. */
function isLetter(first: number): boolean {
  return first > space && first !== backslash;
}

export function plainValue({ type, range }: Column, options: CopyOptions = asWritten): PlainValue {
  return { ...plainOfType(type, options), range: range && numbersIn(range) };
}

function plainOfType(type: ColumnType, { blanksAsNull, emptyAsNull }: CopyOptions): PlainValue {
  const keepsBlanks = !blanksAsNull && !emptyAsNull;
  switch (type.kind) {
    case 'char':
    case 'varchar': {
      const { bytes } = type;
      // A sign, a point and the letter of the exponent with its sign are four more.
      return {
        text: (length, first) => length <= bytes && (keepsBlanks || (length > 0 && isLetter(first))),
        number: (whole, fraction, exponent) => whole + fraction + exponent + 4 <= bytes,
        words: bytes >= 5,
      };
    }
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const safe = safeDigits[type.kind];
      return {
        text: never,
        number: (whole, fraction, exponent) => whole <= safe && fraction + exponent === 0,
        words: false,
      };
    }
    case 'real':
      return {
        text: never,
        number: (whole, fraction, exponent) => whole + fraction <= safeReal && exponent === 0,
        words: false,
      };
    case 'double':
      return {
        text: never,
        number: (whole, fraction, exponent) => whole + fraction <= safeDouble && exponent <= safeExponent,
        words: false,
      };
    case 'decimal': {
      const { precision, scale } = type;
      return {
        text: never,
        number: (whole, fraction, exponent) => whole <= precision - scale && fraction <= scale && exponent === 0,
        words: false,
      };
    }
    case 'boolean':
      return { text: never, number: never, words: true };
    default:
      return { text: never, number: never, words: false };
  }
}
