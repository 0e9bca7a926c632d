/**
 * Splits a stream of bytes into its root JSON values, which Redshift's COPY and this project take in any layout: one a
 * line, pretty printed, or back to back. Finds where a value begins and ends by its brackets and quotes alone;
 * whether it is valid inside is for `parse.ts` to say.
 */

import { backslash, closeBrace, closeBracket, isBlank, newline, openBrace, openBracket, quote } from './bytes.ts';

/** One root value, as it stands in its file. */
export interface RootValue {
  readonly bytes: Buffer;
  /** Where the value begins: line and column from 1, the column in UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  /** False when its brackets or quotes do not close; its bytes then reach to where the next value seems to begin. */
  readonly closed: boolean;
}

/** Redshift's limit for one JSON object: 4 MB (AWS, "COPY from JSON format"). */
export const maxValueBytes = 4 * 1024 * 1024;

export async function* rootValues(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RootValue> {
  let buffer: Buffer = Buffer.alloc(0);
  let position = { line: 1, column: 1 };
  let first = true;
  for await (const chunk of chunks) {
    buffer = buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([buffer, chunk]);
    if (first && buffer.length >= 3) {
      buffer = withoutByteOrderMark(buffer);
      first = false;
    }
    const taken = yield* wholeValues(buffer, position, false);
    position = taken.position;
    buffer = buffer.subarray(taken.end);
  }
  yield* wholeValues(first ? withoutByteOrderMark(buffer) : buffer, position, true);
}

/** A line and a column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Yields the values that are whole in `buffer`; at the end of the file also what is left, closed or not. */
function* wholeValues(
  buffer: Buffer,
  start: Position,
  atEnd: boolean,
): Generator<RootValue, { end: number; position: Position }> {
  let position = start;
  let end = 0;
  for (;;) {
    const begin = skipBlanks(buffer, end);
    position = advance(position, buffer, end, begin);
    end = begin;
    if (begin >= buffer.length) return { end, position };
    const extent = findEnd(buffer, begin, atEnd);
    if (extent === undefined) return { end, position };
    yield { bytes: buffer.subarray(begin, extent.end), ...position, closed: extent.closed };
    position = advance(position, buffer, begin, extent.end);
    end = extent.end;
  }
}

/** Where the value that begins at `begin` ends; undefined when that cannot be told before more bytes come. */
export function findEnd(buffer: Buffer, begin: number, atEnd: boolean): { end: number; closed: boolean } | undefined {
  if (!isOpening(buffer[begin])) return endOfStray(buffer, begin, atEnd);
  const open: number[] = [];
  let inString = false;
  const limit = Math.min(buffer.length, begin + maxValueBytes + 1);
  for (let i = begin; i < limit; i++) {
    const byte = buffer[i];
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === newline) return broken(buffer, begin, i, atEnd);
      else if (byte === quote) inString = false;
    } else if (byte === quote) {
      inString = true;
    } else if (isOpening(byte)) {
      open.push(byte === openBrace ? closeBrace : closeBracket);
    } else if (byte === closeBrace || byte === closeBracket) {
      if (open.pop() !== byte) return broken(buffer, begin, i, atEnd);
      if (open.length === 0) return { end: i + 1, closed: true };
    }
  }
  return atEnd || limit < buffer.length ? broken(buffer, begin, begin, atEnd) : undefined;
}

/** What is neither an object nor an array can be no row: all of it up to the next one, or the end of its line. */
function endOfStray(buffer: Buffer, begin: number, atEnd: boolean): { end: number; closed: boolean } | undefined {
  for (let i = begin; i < buffer.length; i++)
    if (buffer[i] === newline || isOpening(buffer[i])) return { end: i, closed: false };
  return atEnd ? { end: buffer.length, closed: false } : undefined;
}

/** A broken value ends before the next line that begins an object: there the reading can begin anew. */
function broken(
  buffer: Buffer,
  begin: number,
  from: number,
  atEnd: boolean,
): { end: number; closed: boolean } | undefined {
  for (let i = buffer.indexOf(newline, from); i !== -1; i = buffer.indexOf(newline, i + 1)) {
    if (i > begin && buffer[i + 1] === openBrace) return { end: i, closed: false };
  }
  return atEnd || buffer.length - begin > maxValueBytes ? { end: buffer.length, closed: false } : undefined;
}

export function skipBlanks(buffer: Buffer, from: number): number {
  let i = from;
  while (i < buffer.length && isBlank(buffer[i])) i++;
  return i;
}

function isOpening(byte: number | undefined): boolean {
  return byte === openBrace || byte === openBracket;
}

/** The position of `to`, when that of `from` is known. */
export function advance(position: Position, buffer: Buffer, from: number, to: number): Position {
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
export function withoutByteOrderMark(buffer: Buffer): Buffer {
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? buffer.subarray(3) : buffer;
}

/** Whether all values of a whole file end before it does. */
export function closedValues(bytes: Buffer): boolean {
  for (let at = skipBlanks(bytes, 0); at < bytes.length; at = skipBlanks(bytes, at)) {
    const extent = findEnd(bytes, at, true);
    if (extent === undefined || !extent.closed) return false;
    at = extent.end;
  }
  return true;
}
