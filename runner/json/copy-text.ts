import { isUtf8 } from 'node:buffer';
import type { LineFormat } from './copy-line.ts';
import { copyFormat } from './copy-line.ts';
import { CopyLines } from './copy-lines.ts';
import { CopyRows } from './copy-row.ts';
import { rowKind } from './jsonpaths.ts';
import type { RowTaker } from './root-values.ts';
import { needsCheck, RootValueReader } from './root-values.ts';
import type { CheckedRow, Field } from './row.ts';
import { checkRow } from './row.ts';
import { maxValueBytes } from './value-extent.ts';

/** Rows that could not be taken, as `checkRow` has them. */
export type RejectedRow = Extract<CheckedRow, { problems: unknown }>;

const flushBytes = 128 * 1024;

/**
 * Turns raw JSON files into lines of text, a row each, by the rules of `checkRow`: plain rows byte by byte, and whatever
 * is not plain by looking at it. The one reader of every engine to which the runner brings rows. Memory does not grow
 * with the files.
 */
export class CopyText {
  readonly #fields: readonly Field[];
  readonly #lines: CopyLines;
  readonly #taker: RowTaker | undefined;

  constructor(fields: readonly Field[], format: LineFormat = copyFormat) {
    this.#fields = fields;
    this.#lines = new CopyLines(fields.length, format);
    const isObject = rowKind(fields.map(({ path }) => path)) === 'object';
    this.#taker = isObject ? new PlainRows(new CopyRows(fields, this.#lines)) : undefined;
  }

  /** How many rows were written, of all files. */
  get rows(): number {
    return this.#lines.rows;
  }

  /** Whether any row that was written has a field that a column wants, also as null. */
  get hasAnyField(): boolean {
    return this.#lines.hasAnyField;
  }

  /** The length of the longest line so far, in bytes. */
  get longestLine(): number {
    return this.#lines.longest;
  }

  /** The lines that are left when all files are done. */
  end(): Buffer {
    return this.#lines.take();
  }

  /** The lines of one file, as soon as there are enough of them. `path` is its name in messages; `reject` is called with each row that cannot be taken, and may throw. */
  async *file(
    chunks: AsyncIterable<Uint8Array>,
    path: string,
    reject: (row: RejectedRow) => void,
  ): AsyncGenerator<Buffer> {
    const reader = new RootValueReader(this.#taker);
    for await (const chunk of chunks) {
      for (const value of reader.read(chunk)) this.#look(checkRow(value, this.#fields, path), reject);
      if (this.#lines.waiting >= flushBytes) yield this.#lines.take();
    }
    for (const value of reader.end()) this.#look(checkRow(value, this.#fields, path), reject);
    if (this.#lines.waiting >= flushBytes) yield this.#lines.take();
  }

  #look(checked: CheckedRow, reject: (row: RejectedRow) => void): void {
    if ('problems' in checked) return reject(checked);
    this.#lines.writeChecked(checked.values, checked.hasField);
  }
}

/** Takes the rows that are plain. */
class PlainRows implements RowTaker {
  readonly #rows: CopyRows;
  #buffer: Buffer = Buffer.alloc(0);
  #limit = 0;
  #isUtf8 = false;

  constructor(rows: CopyRows) {
    this.#rows = rows;
  }

  begin(buffer: Buffer): void {
    this.#buffer = buffer;
    this.#limit = wholeCharacters(buffer);
    this.#isUtf8 = isUtf8(buffer.subarray(0, this.#limit));
  }

  take(from: number): number {
    const limit = Math.min(this.#limit, from + maxValueBytes);
    return this.#isUtf8 ? this.#rows.write(this.#buffer, from, limit) : needsCheck;
  }
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
