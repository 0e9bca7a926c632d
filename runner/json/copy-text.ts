import { isUtf8 } from 'node:buffer';
import { openBrace } from './bytes.ts';
import { CopyLines } from './copy-lines.ts';
import { CopyRows, needsMore } from './copy-row.ts';
import type { Position, RootValue } from './root-values.ts';
import { advance, findEnd, maxValueBytes, skipBlanks, withoutByteOrderMark } from './root-values.ts';
import type { CheckedRow, Field } from './row.ts';
import { checkRow } from './row.ts';

/** Rows that could not be taken, as `checkRow` has them. */
export type RejectedRow = Extract<CheckedRow, { problems: unknown }>;

const flushBytes = 128 * 1024;

/**
 * Turns raw JSON files into PostgreSQL's COPY text format (PostgreSQL, "COPY", File Formats), by the rules of `checkRow`:
 * plain rows byte by byte, and whatever is not plain by looking at it. Memory does not grow with the files.
 */
export class CopyText {
  readonly #fields: readonly Field[];
  readonly #lines: CopyLines;
  readonly #rows: CopyRows;
  readonly #isPlain: boolean;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
    this.#lines = new CopyLines(fields.length);
    this.#rows = new CopyRows(fields, this.#lines);
    this.#isPlain = fields.every(({ path }) => path.length === 1);
  }

  /** How many rows were written, of all files. */
  get rows(): number {
    return this.#lines.rows;
  }

  /** The lines that are left when all files are done. */
  end(): Buffer {
    return this.#lines.take();
  }

  /** The lines of one file, as soon as there are enough of them. `path` is its name in what is said of rows; `reject` is told of each that cannot be taken, and may throw. */
  async *file(
    chunks: AsyncIterable<Uint8Array>,
    path: string,
    reject: (row: RejectedRow) => void,
  ): AsyncGenerator<Buffer> {
    let buffer: Buffer = Buffer.alloc(0);
    let position: Position = { line: 1, column: 1 };
    let first = true;
    const read = (atEnd: boolean): void => {
      const done = this.#values(buffer, position, atEnd, path, reject);
      position = done.position;
      buffer = buffer.subarray(done.at);
    };
    for await (const chunk of chunks) {
      buffer = buffer.length === 0 ? asBuffer(chunk) : Buffer.concat([buffer, chunk]);
      if (first && buffer.length < 3) continue;
      if (first) buffer = withoutByteOrderMark(buffer);
      first = false;
      read(false);
      if (this.#lines.waiting >= flushBytes) yield this.#lines.take();
    }
    if (first) buffer = withoutByteOrderMark(buffer);
    read(true);
    if (this.#lines.waiting >= flushBytes) yield this.#lines.take();
  }

  /** Writes the rows of a stretch of a file, up to the last one that is whole. */
  #values(
    buffer: Buffer,
    start: Position,
    atEnd: boolean,
    path: string,
    reject: (row: RejectedRow) => void,
  ): { at: number; position: Position } {
    const limit = wholeCharacters(buffer);
    const isPlain = this.#isPlain && isUtf8(buffer.subarray(0, limit));
    let position = start;
    let counted = 0;
    let at = skipBlanks(buffer, 0);
    while (at < buffer.length) {
      const furthest = Math.min(limit, at + maxValueBytes);
      const end = isPlain && buffer[at] === openBrace ? this.#rows.write(buffer, at, furthest) : undefined;
      if (end === needsMore && !atEnd && buffer.length - at <= maxValueBytes) break;
      if (end !== undefined && end > 0) {
        at = skipBlanks(buffer, end);
        continue;
      }
      const extent = findEnd(buffer, at, atEnd);
      if (extent === undefined) break;
      position = advance(position, buffer, counted, at);
      counted = at;
      this.#look({ bytes: buffer.subarray(at, extent.end), ...position, closed: extent.closed }, path, reject);
      at = skipBlanks(buffer, extent.end);
    }
    return { at, position: advance(position, buffer, counted, at) };
  }

  #look(value: RootValue, path: string, reject: (row: RejectedRow) => void): void {
    const checked = checkRow(value, this.#fields, path);
    if ('values' in checked) this.#lines.writeChecked(checked.values);
    else reject(checked);
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Where the last character begins that is not whole; the end when all are. */
function wholeCharacters(buffer: Buffer): number {
  for (let back = 1; back <= Math.min(3, buffer.length); back++) {
    const byte = buffer[buffer.length - back] ?? 0;
    if (byte < 0x80) return buffer.length;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? buffer.length - back : buffer.length;
  }
  return buffer.length;
}
