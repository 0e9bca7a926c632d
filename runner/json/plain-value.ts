import type { ColumnType } from '../core/column-type.ts';

/**
 * Tells of the values of a column which are stored as they are written, so that nobody has to look closer: a sure yes, or
 * a no that means nothing. By the rules of `fit.ts`.
 */
export interface PlainValue {
  /** The longest text, in bytes; undefined where text has to be looked at. */
  readonly maxBytes: number | undefined;
  /** Whether a number with so many digits before the point, after it and in its exponent is stored as it is. */
  number(whole: number, fraction: number, exponent: number): boolean;
  /** Whether `true` and `false` are. */
  readonly words: boolean;
}

/** How many digits are surely in range. */
const safeDigits = { smallint: 4, integer: 9, bigint: 18 } as const;
// Ten to the 99 times so many digits is far from the end of a double; a real ends at 3.4e38.
const safeDouble = 200;
const safeExponent = 2;
const safeReal = 30;

const never = (): boolean => false;

export function plainValue(type: ColumnType): PlainValue {
  switch (type.kind) {
    case 'char':
    case 'varchar': {
      const { bytes } = type;
      // A sign, a point and the letter of the exponent with its sign are four more.
      return {
        maxBytes: bytes,
        number: (whole, fraction, exponent) => whole + fraction + exponent + 4 <= bytes,
        words: bytes >= 5,
      };
    }
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const safe = safeDigits[type.kind];
      return {
        maxBytes: undefined,
        number: (whole, fraction, exponent) => whole <= safe && fraction + exponent === 0,
        words: false,
      };
    }
    case 'real':
      return {
        maxBytes: undefined,
        number: (whole, fraction, exponent) => whole + fraction <= safeReal && exponent === 0,
        words: false,
      };
    case 'double':
      return {
        maxBytes: undefined,
        number: (whole, fraction, exponent) => whole + fraction <= safeDouble && exponent <= safeExponent,
        words: false,
      };
    case 'decimal': {
      const { precision, scale } = type;
      return {
        maxBytes: undefined,
        number: (whole, fraction, exponent) => whole <= precision - scale && fraction <= scale && exponent === 0,
        words: false,
      };
    }
    case 'boolean':
      return { maxBytes: undefined, number: never, words: true };
    default:
      return { maxBytes: undefined, number: never, words: false };
  }
}
