import { Brackets } from './brackets.ts';
import { backslash, isOpening, newline, quote } from './bytes.ts';
import { JsonError, parseJson } from './parse.ts';

/** Redshift's limit for one JSON object: 4 MB (AWS, "COPY from JSON format"). */
export const maxValueBytes = 4 * 1024 * 1024;

/** Where a root value ends. */
export interface Extent {
  readonly end: number;
  /** Of a value that is too long to be held, what follows `end`. */
  readonly rest?: ValueRest;
}

/** Where the value that begins at `begin` ends; undefined when that is not known before more bytes come. */
export function findEnd(buffer: Buffer, begin: number, atEnd: boolean): Extent | undefined {
  const brackets = new Brackets();
  const limit = Math.min(buffer.length, begin + maxValueBytes + 1);
  const end = isOpening(buffer[begin]) ? brackets.scan(buffer, begin, limit) : brackets.fail(begin);
  if (brackets.state === 'closed') return { end };
  const isTooLong = limit - begin > maxValueBytes;
  if (brackets.state === 'open' && !isTooLong && !atEnd) return undefined;
  // One that is too long is a single row as long as its brackets may close, whatever else is wrong with it.
  const next = brackets.state === 'open' && isTooLong ? undefined : nextRow(buffer, begin, limit);
  if (next !== undefined) return { end: next };
  if (isTooLong) return { end: limit, rest: new ValueRest(brackets) };
  if (!atEnd) return undefined;
  // Without an error it only lacks its end: where that should be is a guess.
  const guess = brackets.state === 'open' ? lineOfRow(buffer, begin, limit) : undefined;
  return { end: guess ?? buffer.length };
}

/**
 * Where reading continues after a value that is broken: at the first line behind its error that begins with an object
 * or an array; after what is neither, also within a line.
 */
function nextRow(buffer: Buffer, begin: number, limit: number): number | undefined {
  if (!isOpening(buffer[begin])) return newlineOrOpening(buffer, begin, limit);
  // In Latin-1 an offset in the text is one in the bytes, and no byte above ASCII has a meaning in JSON.
  const error = begin + errorOffset(buffer.toString('latin1', begin, limit));
  return lineOfRow(buffer, Math.max(begin, error - 1), limit);
}

/** The first line break or bracket that begins a row: not one in a string, which ends with its line at the latest. */
function newlineOrOpening(buffer: Buffer, begin: number, limit: number): number | undefined {
  let isInString = false;
  for (let i = begin; i < limit; i++) {
    const byte = buffer[i];
    if (byte === newline || (!isInString && isOpening(byte))) return i;
    if (byte === quote) isInString = !isInString;
    else if (byte === backslash && isInString && buffer[i + 1] !== newline) i++;
  }
  return undefined;
}

function errorOffset(text: string): number {
  try {
    parseJson(text);
    return text.length;
  } catch (error) {
    if (error instanceof JsonError) return error.offset;
    throw error;
  }
}

/** The first line break from `from` on that an object or array follows. */
function lineOfRow(buffer: Buffer, from: number, limit: number): number | undefined {
  for (let i = buffer.indexOf(newline, from); i !== -1 && i + 1 < limit; i = buffer.indexOf(newline, i + 1))
    if (isOpening(buffer[i + 1])) return i;
  return undefined;
}

/** The rest of a value that is longer than may be: up to where its brackets close, or, if they cannot, to the next row. */
export class ValueRest {
  readonly #brackets: Brackets;
  isOver = false;

  constructor(brackets: Brackets) {
    this.#brackets = brackets;
  }

  /** How many bytes of the buffer belong to it. */
  skip(buffer: Buffer): number {
    const end = this.#brackets.state === 'open' ? this.#brackets.scan(buffer, 0, buffer.length) : 0;
    this.isOver = this.#brackets.state === 'closed';
    if (this.#brackets.state === 'closed') return end;
    if (this.#brackets.state === 'open') return beforeNewline(buffer);
    // What broke it may be the row itself.
    const row = lineOfRow(buffer, Math.max(0, end - 1), buffer.length);
    this.isOver = row !== undefined;
    return row ?? beforeNewline(buffer);
  }
}

/** The end of the buffer, but for a line break there: it may be the one before the next row. */
function beforeNewline(buffer: Buffer): number {
  return buffer.at(-1) === newline ? buffer.length - 1 : buffer.length;
}
