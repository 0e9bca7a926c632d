import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  isBlank,
  isDigit,
  isOpening,
  minus,
  openBrace,
  plus,
  point,
  quote,
  shortEscapes,
  space,
  zero,
} from './bytes.ts';
import { stringMeaning } from './parse.ts';
import { needsCheck, needsMore } from './root-values.ts';

/**
 * Walks over JSON values byte by byte, by the grammar of RFC 8259, and makes nothing of them. Each function gives where
 * the value ends, `needsMore` when the bytes end before that is known, or `needsCheck` for what is no JSON or may be none.
 */

const words = ['null', 'true', 'false'].map((word) => Buffer.from(word));
const longestWord = 5;

/** The object or array that begins at `from`, of any depth. */
export function endOfNested(buffer: Buffer, from: number, limit: number): number {
  const open: number[] = [];
  let at = from;
  for (;;) {
    // A value begins at `at`.
    const byte = buffer[at];
    if (isOpening(byte)) {
      const close = byte === openBrace ? closeBrace : closeBracket;
      const inside = skipBlanks(buffer, at + 1, limit);
      if (inside >= limit) return needsMore;
      if (buffer[inside] !== close) {
        open.push(close);
        at = close === closeBrace ? endOfKey(buffer, inside, limit) : inside;
        if (at < 0) return at;
        continue;
      }
      at = inside + 1;
    } else {
      at = endOfScalar(buffer, at, limit);
      if (at < 0) return at;
    }
    // A value ended before `at`: what is open continues or ends.
    for (;;) {
      const close = open.at(-1);
      if (close === undefined) return at;
      at = skipBlanks(buffer, at, limit);
      if (at >= limit) return needsMore;
      if (buffer[at] === close) {
        open.pop();
        at++;
        continue;
      }
      if (buffer[at] !== comma) return needsCheck;
      at = skipBlanks(buffer, at + 1, limit);
      if (at >= limit) return needsMore;
      if (close === closeBrace) at = endOfKey(buffer, at, limit);
      if (at < 0) return at;
      break;
    }
  }
}

/** A key with its colon and the blanks around it: where its value begins. */
function endOfKey(buffer: Buffer, from: number, limit: number): number {
  if (buffer[from] !== quote) return needsCheck;
  const end = endOfString(buffer, from, limit);
  if (end < 0) return end;
  const at = skipBlanks(buffer, end, limit);
  if (at >= limit) return needsMore;
  if (buffer[at] !== colon) return needsCheck;
  const value = skipBlanks(buffer, at + 1, limit);
  return value >= limit ? needsMore : value;
}

function endOfScalar(buffer: Buffer, from: number, limit: number): number {
  const byte = buffer[from];
  if (byte === quote) return endOfString(buffer, from, limit);
  return byte === minus || isDigit(byte) ? endOfNumber(buffer, from, limit) : endOfWord(buffer, from, limit);
}

/** The string whose opening quote is at `from`. */
export function endOfString(buffer: Buffer, from: number, limit: number): number {
  let isPlain = true;
  for (let at = from + 1; at < limit; at++) {
    const byte = buffer[at] ?? 0;
    if (byte === quote)
      return isPlain || stringMeaning(buffer.toString('utf8', from, at + 1)) !== undefined ? at + 1 : needsCheck;
    if (byte < space) return needsCheck;
    if (byte !== backslash) continue;
    at++;
    if (!shortEscapes.has(buffer[at] ?? 0)) isPlain = false;
  }
  return needsMore;
}

/** How many digits a number has before its point, after it, and in its exponent. */
export interface NumberShape {
  whole: number;
  fraction: number;
  exponent: number;
}

/** The number that begins at `from`; what it consists of is put into `shape`. */
export function endOfNumber(buffer: Buffer, from: number, limit: number, shape?: NumberShape): number {
  const start = buffer[from] === minus ? from + 1 : from;
  const whole = digits(buffer, start, limit);
  if (start + whole >= limit) return needsMore;
  if (whole === 0 || (whole > 1 && buffer[start] === zero)) return needsCheck;
  let at = start + whole;
  let fraction = 0;
  let exponent = 0;
  if (buffer[at] === point) {
    fraction = digits(buffer, at + 1, limit);
    at += 1 + fraction;
    if (at >= limit) return needsMore;
    if (fraction === 0) return needsCheck;
  }
  if (((buffer[at] ?? 0) | 0x20) === 0x65) {
    const sign = buffer[at + 1] === minus || buffer[at + 1] === plus ? 1 : 0;
    exponent = digits(buffer, at + 1 + sign, limit);
    at += 1 + sign + exponent;
    if (at >= limit) return needsMore;
    if (exponent === 0) return needsCheck;
  }
  if (shape !== undefined) {
    shape.whole = whole;
    shape.fraction = fraction;
    shape.exponent = exponent;
  }
  return at;
}

/** Digits that a JavaScript number has room for. */
const exactDigits = 15;

/** The number between two places, which consists of `shape`: rounded, unless it is a whole number of 15 digits at most. */
export function numberAt(buffer: Buffer, from: number, to: number, shape: NumberShape): number {
  const isWhole = shape.fraction + shape.exponent === 0 && shape.whole === to - from;
  if (!isWhole || shape.whole > exactDigits) return Number(buffer.toString('latin1', from, to));
  let value = 0;
  for (let at = from; at < to; at++) value = 10 * value + (buffer[at] ?? 0) - zero;
  return value;
}

function digits(buffer: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit && isDigit(buffer[at])) at++;
  return at - from;
}

/** `null`, `true` or `false`. */
export function endOfWord(buffer: Buffer, from: number, limit: number): number {
  if (limit - from < longestWord) return needsMore;
  const word = words.find((bytes) => buffer.compare(bytes, 0, bytes.length, from, from + bytes.length) === 0);
  return word === undefined ? needsCheck : from + word.length;
}

/** The first byte from `from` on that is not white space, or `limit`. */
export function skipBlanks(buffer: Buffer, from: number, limit: number): number {
  let at = from;
  while (at < limit && isBlank(buffer[at])) at++;
  return at;
}
