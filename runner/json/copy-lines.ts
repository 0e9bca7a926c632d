import { newline, tab } from './bytes.ts';
import type { LineFormat } from './copy-line.ts';

/** Where the values of a row are, while it is read: by its columns. */
export interface RowParts {
  /** Where a value begins in the buffer, or -1 for null. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** A text that takes the place of what stands there; undefined to take that as it is. */
  readonly texts: (string | undefined)[];
}

const nullMark = Buffer.from('\\N');
const lineBytes = 256 * 1024;
/** Short values are copied faster by hand than by a call. */
const shortBytes = 40;

/** The lines of rows, waiting to be taken. */
export class CopyLines {
  /** The row that is being read. */
  readonly row: RowParts;
  #out = Buffer.allocUnsafeSlow(lineBytes);
  #length = 0;
  #rows = 0;
  #longest = 0;
  #hasAnyField = false;
  readonly #format: LineFormat;

  constructor(columns: number, format: LineFormat) {
    this.#format = format;
    const texts = Array.from({ length: columns }, () => undefined);
    this.row = { starts: new Int32Array(columns), ends: new Int32Array(columns), texts };
  }

  /** The length of the longest line so far, in bytes. */
  get longest(): number {
    return this.#longest;
  }

  /** How many rows were written. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether any row has a field that a column wants, also as null. */
  get hasAnyField(): boolean {
    return this.#hasAnyField;
  }

  /** How many bytes wait to be taken. */
  get waiting(): number {
    return this.#length;
  }

  /** A text as it is written in a line. */
  escaped(text: string): string {
    return this.#format.escaped(text);
  }

  take(): Buffer {
    const taken = this.#out.subarray(0, this.#length);
    this.#out = Buffer.allocUnsafeSlow(lineBytes);
    this.#length = 0;
    return taken;
  }

  /** Writes the row that was read from `buffer`; `hasField` when a column wants any of its fields. */
  write(buffer: Buffer, hasField: boolean): void {
    if (hasField) this.#hasAnyField = true;
    this.#reserve(this.#rowBytes());
    const { starts, ends, texts } = this.row;
    const out = this.#out;
    let length = this.#length;
    if (this.#format.lead !== '') length += out.write(this.#format.lead, length);
    for (let i = 0; i < starts.length; i++) {
      if (i > 0) out[length++] = tab;
      const start = starts[i] ?? -1;
      const text = texts[i];
      if (start === -1) length += nullMark.copy(out, length);
      else if (text === undefined) length = copyBytes(buffer, start, ends[i] ?? 0, out, length);
      else length += out.write(text, length);
    }
    out[length++] = newline;
    this.#end(length);
  }

  /** Writes a row of texts to store. */
  writeChecked(values: readonly (string | null)[], hasField: boolean): void {
    if (hasField) this.#hasAnyField = true;
    const cells = values.map((value) => (value === null ? '\\N' : this.#format.escaped(value)));
    const line = `${this.#format.lead}${cells.join('\t')}\n`;
    this.#reserve(3 * line.length);
    this.#end(this.#length + this.#out.write(line, this.#length));
  }

  #end(length: number): void {
    this.#longest = Math.max(this.#longest, length - this.#length);
    this.#length = length;
    this.#rows++;
  }

  /** The most that the row can take. */
  #rowBytes(): number {
    const { starts, ends, texts } = this.row;
    let needed = this.#format.lead.length + 3 * starts.length + 1;
    for (let i = 0; i < starts.length; i++) {
      if (starts[i] === -1) continue;
      const text = texts[i];
      needed += text === undefined ? (ends[i] ?? 0) - (starts[i] ?? 0) : 3 * text.length;
    }
    return needed;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#out.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + more));
    this.#out.copy(larger, 0, 0, this.#length);
    this.#out = larger;
  }
}

function copyBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  if (end - start > shortBytes) return at + from.copy(to, at, start, end);
  let out = at;
  for (let i = start; i < end; i++) to[out++] = from[i] ?? 0;
  return out;
}
