/**
 * Splits a stream of bytes into its root JSON values, which Redshift's COPY and this project take in any layout: one a
 * line, pretty printed, or back to back. Finds where a value begins and ends by its brackets and quotes alone;
 * whether it is valid inside is for `parse.ts` to say.
 */

import { isBlank, newline } from './bytes.ts';
import type { ValueRest } from './value-extent.ts';
import { findEnd, maxValueBytes } from './value-extent.ts';

/** One root value, as it is written in its file. */
export interface RootValue {
  /** Of a value that is too long, its first bytes: more than `maxValueBytes`. */
  readonly bytes: Buffer;
  /** Where the value begins: line and column from 1, the column in UTF-16 code units. */
  readonly line: number;
  readonly column: number;
}

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
