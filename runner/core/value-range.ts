import type { ColumnType } from './column-type.ts';

/** The least and the most that a column accepts, both included, as texts that fit its type. */
export interface ValueRange {
  readonly least?: string;
  readonly most?: string;
}

/** A range of numbers, its ends as they are rounded. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
}

export function numbersIn({ least = '-Infinity', most = 'Infinity' }: ValueRange): NumberRange {
  return { least: Number(least), most: Number(most) };
}

/** Whether a number that may be rounded is surely in a range: one at an end of it may not be. */
export function isInside(value: number, { least, most }: NumberRange): boolean {
  return value > least && value < most;
}

/** Whether values of a type have an order in which a range makes sense on every engine. */
export function hasRange({ kind }: ColumnType): boolean {
  return !['char', 'varchar', 'boolean', 'super'].includes(kind);
}

/** What is wrong with a value that fits its type; undefined when it is in the range. */
export function rangeProblem(value: string, kind: ColumnType['kind'], range: ValueRange): string | undefined {
  const { least, most } = range;
  if (least !== undefined && compared(value, least, kind) < 0) return `is less than ${least}`;
  if (most !== undefined && compared(value, most, kind) > 0) return `is more than ${most}`;
  return undefined;
}

function compared(left: string, right: string, kind: ColumnType['kind']): number {
  switch (kind) {
    case 'date':
    case 'timestamp':
    case 'timestamptz': {
      // 2018-11-01 20:57:10.500: fractions may have any number of digits.
      const [a, b] = [withoutZeros(left), withoutZeros(right)];
      return a < b ? -1 : a > b ? 1 : 0;
    }
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const [a, b] = [BigInt(left), BigInt(right)];
      return a < b ? -1 : a > b ? 1 : 0;
    }
    case 'decimal': {
      const digits = Math.max(fractionOf(left).length, fractionOf(right).length);
      const [a, b] = [shifted(left, digits), shifted(right, digits)];
      return a < b ? -1 : a > b ? 1 : 0;
    }
    // As the warehouse has it: with 24 bits only.
    case 'real':
      return Math.fround(Number(left)) - Math.fround(Number(right));
    default:
      return Number(left) - Number(right);
  }
}

function fractionOf(decimal: string): string {
  return decimal.split('.')[1] ?? '';
}

/** A decimal times ten to the power of `digits`, of which it has no more. */
function shifted(decimal: string, digits: number): bigint {
  return BigInt(`${decimal.split('.')[0]}${fractionOf(decimal).padEnd(digits, '0')}`);
}

function withoutZeros(time: string): string {
  return time.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}
