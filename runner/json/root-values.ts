/**
 * Splits a stream of bytes into its root JSON values, which Redshift's COPY and this project take in any layout: one a
 * line, pretty printed, or back to back. Finds where a value begins and ends by its brackets and quotes alone;
 * whether it is valid inside is for `parse.ts` to say.
 */

import { Brackets } from './brackets.ts';
import { backslash, isBlank, isOpening, newline, quote } from './bytes.ts';
import { JsonError, parseJson } from './parse.ts';

/** One root value, as it is written in its file. */
export interface RootValue {
  /** Of a value that is too long, its first bytes: more than `maxValueBytes`. */
  readonly bytes: Buffer;
  /** Where the value begins: line and column from 1, the column in UTF-16 code units. */
  readonly line: number;
  readonly column: number;
}

/** Redshift's limit for one JSON object: 4 MB (AWS, "COPY from JSON format"). */
export const maxValueBytes = 4 * 1024 * 1024;

const byteOrderMark = [0xef, 0xbb, 0xbf] as const;

/** A row could not be taken: more bytes have to come first, or it has to be looked at more closely. */
export const needsMore = -1;
export const needsCheck = -2;

/** Takes plain rows as they are read, so that no value has to be made of them. */
export interface RowTaker {
  /** Called with the bytes that rows are taken from, before the first of them is. */
  begin(buffer: Buffer): void;
  /** Takes the row that begins at `from`. Gives where it ends, or `needsMore` or `needsCheck` when it is not taken. */
  take(from: number): number;
}

/** The root values of a file, but for those that `taker` takes. Each has to be used before the next is asked for. */
export async function* rootValues(chunks: AsyncIterable<Uint8Array>, taker?: RowTaker): AsyncGenerator<RootValue> {
  const reader = new RootValueReader(taker);
  for await (const chunk of chunks) yield* reader.read(chunk);
  yield* reader.end();
}

/** Reads the root values of one file, as its bytes come. */
export class RootValueReader {
  readonly #taker: RowTaker | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  /** What came after the buffer, and how many bytes have to come before it is looked at again. */
  #more: Buffer[] = [];
  #moreBytes = 0;
  #awaited: number = byteOrderMark.length;
  /** The position of the first byte of the buffer. */
  #position: Position = { line: 1, column: 1 };
  #isFirst = true;
  /** The rest of a value that was reported already. */
  #skipped: ValueRest | undefined;

  constructor(taker?: RowTaker) {
    this.#taker = taker;
  }

  /** The values that end in these bytes. */
  *read(chunk: Uint8Array): Generator<RootValue> {
    this.#more.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#moreBytes += chunk.byteLength;
    if (this.#moreBytes >= this.#awaited) yield* this.#values(false);
  }

  /** What is left when all bytes have come. */
  *end(): Generator<RootValue> {
    yield* this.#values(true);
  }

  *#values(atEnd: boolean): Generator<RootValue> {
    this.#append();
    if (this.#skipped !== undefined && !this.#skip(this.#skipped)) return;
    const buffer = this.#buffer;
    this.#taker?.begin(buffer);
    let counted = 0;
    let at = skipBlanks(buffer, 0);
    while (at < buffer.length) {
      const taken = this.#taker?.take(at) ?? needsCheck;
      if (taken >= 0) {
        at = skipBlanks(buffer, taken);
        continue;
      }
      if (taken === needsMore && !atEnd && buffer.length - at <= maxValueBytes) break;
      const extent = findEnd(buffer, at, atEnd);
      if (extent === undefined) break;
      this.#position = advance(this.#position, buffer, counted, at);
      counted = at;
      yield { bytes: buffer.subarray(at, extent.end), ...this.#position };
      at = extent.rest === undefined ? skipBlanks(buffer, extent.end) : extent.end;
      if (extent.rest === undefined) continue;
      this.#drop(counted, at);
      if (!this.#skip(extent.rest)) return;
      // What follows is read from the beginning of the buffer.
      return void (yield* this.#values(atEnd));
    }
    this.#drop(counted, at);
  }

  /** Adds what came to the buffer. A value that is not whole then is tried again when twice as much of it has come. */
  #append(): void {
    const [only, ...others] = this.#buffer.length === 0 ? this.#more : [this.#buffer, ...this.#more];
    if (only !== undefined) this.#buffer = others.length === 0 ? only : Buffer.concat([only, ...others]);
    if (this.#isFirst) this.#buffer = withoutByteOrderMark(this.#buffer);
    this.#isFirst = false;
    [this.#more, this.#moreBytes] = [[], 0];
  }

  /** Skips the rest of a value. Gives whether it ended. */
  #skip(rest: ValueRest): boolean {
    this.#drop(0, rest.skip(this.#buffer));
    this.#skipped = rest.isOver ? undefined : rest;
    return rest.isOver;
  }

  /** Drops the bytes before `to`; the position is that of `counted`. */
  #drop(counted: number, to: number): void {
    this.#position = advance(this.#position, this.#buffer, counted, to);
    this.#buffer = this.#buffer.subarray(to);
    this.#awaited = this.#buffer.length;
  }
}

/** A line and a column, both from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

interface Extent {
  readonly end: number;
  /** Of a value that is too long to be held, what follows `end`. */
  readonly rest?: ValueRest;
}

/** Where the value that begins at `begin` ends; undefined when that is not known before more bytes come. */
function findEnd(buffer: Buffer, begin: number, atEnd: boolean): Extent | undefined {
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
class ValueRest {
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

function skipBlanks(buffer: Buffer, from: number): number {
  let i = from;
  while (i < buffer.length && isBlank(buffer[i])) i++;
  return i;
}

/** The position of `to`, when that of `from` is known. */
function advance(position: Position, buffer: Buffer, from: number, to: number): Position {
  let { line, column } = position;
  let begin = from;
  for (let i = buffer.indexOf(newline, from); i !== -1 && i < to; i = buffer.indexOf(newline, i + 1)) {
    line++;
    column = 1;
    begin = i + 1;
  }
  for (let i = begin; i < to; i++) {
    const byte = buffer[i] ?? 0;
    if (byte < 0x80 || byte >= 0xc0) {
      // Each character counts at its first byte; those of four bytes are two UTF-16 code units.
      column += byte >= 0xf0 ? 2 : 1;
    }
  }
  return { line, column };
}

/** The bytes without the mark that some editors put at the beginning of a UTF-8 file. */
function withoutByteOrderMark(buffer: Buffer): Buffer {
  return byteOrderMark.every((byte, i) => buffer[i] === byte) ? buffer.subarray(byteOrderMark.length) : buffer;
}
