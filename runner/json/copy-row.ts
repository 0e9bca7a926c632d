import {
  backslash,
  closeBrace,
  colon,
  comma,
  isDigit,
  isOpening,
  minus,
  openBrace,
  quote,
  shortEscapes,
  space,
  zero,
} from './bytes.ts';
import type { CopyLines } from './copy-lines.ts';
import { isInside } from '../core/value-range.ts';
import { fit } from './fit.ts';
import type { KeyNode, KeyStep } from './key-trie.ts';
import { KeyTrie } from './key-trie.ts';
import { parseJson, stringMeaning } from './parse.ts';
import type { PlainValue } from './plain-value.ts';
import { plainValue } from './plain-value.ts';
import { needsCheck, needsMore } from './root-values.ts';
import type { Field } from './row.ts';
import { readField } from './row.ts';
import type { NumberShape } from './skip-value.ts';
import { endOfNested, endOfNumber, endOfString, endOfWord, numberAt, skipBlanks } from './skip-value.ts';

const nullByte = 'n'.charCodeAt(0);

/**
 * Turns JSON objects into lines byte by byte, without making a value of each: the escapes of JSON are left as they are.
 * Only values that are not plain are looked at, and a row that may not fit is left to `checkRow`, which says what is
 * wrong with it.
 */
export class CopyRows {
  readonly #fields: readonly Field[];
  readonly #plain: readonly PlainValue[];
  /** The columns that must not be null. */
  readonly #needed: readonly number[];
  readonly #keys: KeyTrie;
  readonly #lines: CopyLines;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #texts: (string | undefined)[];
  readonly #number: NumberShape = { whole: 0, fraction: 0, exponent: 0 };
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #limit = 0;
  #failed = needsCheck;
  #hasField = false;

  constructor(fields: readonly Field[], lines: CopyLines) {
    this.#fields = fields;
    this.#plain = fields.map(({ column, options }) => plainValue(column, options));
    this.#needed = fields.flatMap(({ column }, i) => (column.notNull ? [i] : []));
    this.#keys = new KeyTrie(fields);
    this.#lines = lines;
    ({ starts: this.#starts, ends: this.#ends, texts: this.#texts } = lines.row);
  }

  /** Writes the object that begins at `from`. Gives where it ends, or why it was not written. The bytes must be UTF-8. */
  write(buffer: Buffer, from: number, limit: number): number {
    if (buffer[from] !== openBrace) return needsCheck;
    this.#buffer = buffer;
    this.#at = from + 1;
    this.#limit = limit;
    this.#starts.fill(-1);
    this.#hasField = false;
    if (!this.#object()) return this.#failed;
    if (this.#needed.some((column) => this.#starts[column] === -1)) return needsCheck;
    this.#lines.write(buffer, this.#hasField);
    return this.#at;
  }

  #object(): boolean {
    let node: KeyNode = this.#keys.root;
    if (!this.#blanks()) return false;
    if (this.#buffer[this.#at] === closeBrace) return this.#at++ > 0;
    for (;;) {
      const step = this.#key(node);
      if (step === undefined || !this.#expect(colon) || !this.#blanks() || !this.#value(step)) return false;
      node = step.node;
      if (!this.#blanks()) return false;
      const byte = this.#buffer[this.#at++];
      if (byte === closeBrace) return true;
      if (byte !== comma) return this.#fail(needsCheck);
      if (!this.#blanks()) return false;
    }
  }

  #key(node: KeyNode): KeyStep | undefined {
    const buffer = this.#buffer;
    const at = this.#at;
    if (buffer[at] !== quote) return void this.#fail(needsCheck);
    for (const step of node.next) {
      const { bytes } = step;
      let i = 0;
      while (i < bytes.length && buffer[at + 1 + i] === bytes[i]) i++;
      if (i < bytes.length) continue;
      this.#at = at + 1 + i;
      return this.#at < this.#limit ? step : void this.#fail(needsMore);
    }
    return this.#newKey(node);
  }

  #newKey(node: KeyNode): KeyStep | undefined {
    const end = endOfString(this.#buffer, this.#at, this.#limit);
    if (end < 0) return void this.#fail(end);
    const raw = this.#buffer.subarray(this.#at + 1, end);
    this.#at = end;
    return (raw.includes(backslash) ? undefined : this.#keys.learn(node, raw)) ?? void this.#fail(needsCheck);
  }

  #value({ columns, inner }: KeyStep): boolean {
    const byte = this.#buffer[this.#at];
    if (columns.length > 0) this.#hasField = true;
    if (isOpening(byte)) return this.#nested(columns, inner);
    if (byte === quote) return columns.length === 0 ? this.#pass(endOfString) : this.#string(columns);
    if (byte === minus || isDigit(byte)) return this.#numeral(columns);
    return this.#word(columns);
  }

  /** Passes over a value that no column wants. */
  #pass(endOf: typeof endOfString): boolean {
    const end = endOf(this.#buffer, this.#at, this.#limit);
    if (end < 0) return this.#fail(end);
    this.#at = end;
    return true;
  }

  #string(columns: readonly number[]): boolean {
    const from = this.#at + 1;
    const buffer = this.#buffer;
    const limit = this.#limit;
    let at = from;
    let escaped = 0;
    let isPlain = true;
    for (; ; at++) {
      if (at >= limit) return this.#fail(needsMore);
      const byte = buffer[at] ?? 0;
      if (byte === quote) break;
      if (byte === backslash) {
        at++;
        escaped++;
        if (!shortEscapes.has(buffer[at] ?? 0)) isPlain = false;
      } else if (byte < space) return this.#fail(needsCheck);
    }
    this.#at = at + 1;
    for (const column of columns) {
      const isKept = isPlain && this.#plain[column]?.text(at - from - escaped, buffer[from] ?? 0) === true;
      if (isKept) this.#keep(column, from, at);
      else if (!this.#look(column, from - 1, at + 1, true)) return false;
    }
    return true;
  }

  #numeral(columns: readonly number[]): boolean {
    const from = this.#at;
    const shape = this.#number;
    const end = endOfNumber(this.#buffer, from, this.#limit, shape);
    if (end < 0) return this.#fail(end);
    this.#at = end;
    const { whole, fraction, exponent } = shape;
    const isMinusZero = this.#buffer[from] === minus && this.#buffer[from + 1] === zero;
    for (const column of columns) {
      const isPlain = !isMinusZero && this.#plain[column]?.number(whole, fraction, exponent) === true;
      if (isPlain && this.#isInRange(column, from, end)) this.#keep(column, from, end);
      else if (!this.#look(column, from, end, false)) return false;
    }
    return true;
  }

  /** Whether a number is surely in the range of its column: close to an end it is looked at. */
  #isInRange(column: number, from: number, to: number): boolean {
    const range = this.#plain[column]?.range;
    return range === undefined || isInside(numberAt(this.#buffer, from, to, this.#number), range);
  }

  #word(columns: readonly number[]): boolean {
    const from = this.#at;
    if (!this.#pass(endOfWord)) return false;
    if (this.#buffer[from] === nullByte) return true;
    for (const column of columns) {
      if (this.#plain[column]?.words === true) this.#keep(column, from, this.#at);
      else if (!this.#look(column, from, this.#at, false)) return false;
    }
    return true;
  }

  #nested(columns: readonly number[], inner: readonly number[]): boolean {
    const from = this.#at;
    if (!this.#pass(endOfNested)) return false;
    return [...columns, ...inner].every((column) => this.#lookInside(column, from, this.#at));
  }

  #keep(column: number, from: number, to: number): void {
    this.#starts[column] = from;
    this.#ends[column] = to;
    this.#texts[column] = undefined;
  }

  /** Looks at a single value; what is wrong with it is for others to say. */
  #look(column: number, from: number, to: number, isString: boolean): boolean {
    const field = this.#fields[column];
    if (field === undefined) return this.#fail(needsCheck);
    const raw = this.#buffer.toString('utf8', from, to);
    // Of a string a SUPER column keeps the quotes.
    const text = isString && field.column.type.kind !== 'super' ? stringMeaning(raw) : raw;
    const fitted = text === undefined ? undefined : fit(text, field.column, field.options);
    if (fitted === undefined || !('text' in fitted)) return this.#fail(needsCheck);
    this.#store(column, from, fitted.text);
    return true;
  }

  /** Looks for the value of a field in the object or array between two places, which is valid. */
  #lookInside(column: number, from: number, to: number): boolean {
    const field = this.#fields[column];
    if (field === undefined) return this.#fail(needsCheck);
    const raw = this.#buffer.toString('utf8', from, to);
    const read = readField(raw, parseJson(raw), field.path.slice(1), field);
    if (!('text' in read)) return this.#fail(needsCheck);
    if (read.isPresent) this.#hasField = true;
    this.#store(column, from, read.text);
    return true;
  }

  #store(column: number, from: number, text: string | null): void {
    if (text === null) return;
    this.#starts[column] = from;
    this.#texts[column] = this.#lines.escaped(text);
  }

  #blanks(): boolean {
    this.#at = skipBlanks(this.#buffer, this.#at, this.#limit);
    return this.#at < this.#limit || this.#fail(needsMore);
  }

  #expect(byte: number): boolean {
    if (!this.#blanks()) return false;
    return this.#buffer[this.#at++] === byte || this.#fail(needsCheck);
  }

  #fail(why: number): false {
    this.#failed = why;
    return false;
  }
}
