import {
  backslash,
  closeBrace,
  colon,
  comma,
  isBlank,
  isDigit,
  minus,
  plus,
  point,
  quote,
  shortEscapes,
  space,
  zero,
} from './bytes.ts';
import { copyEscaped } from './copy-line.ts';
import type { CopyLines } from './copy-lines.ts';
import { fit } from './fit.ts';
import type { KeyNode, KeyStep } from './key-trie.ts';
import { KeyTrie } from './key-trie.ts';
import { stringMeaning } from './parse.ts';
import type { PlainValue } from './plain-value.ts';
import { plainValue } from './plain-value.ts';
import type { Field } from './row.ts';

/** Why a row was not written: it goes on after what is there so far, or it has to be looked at more closely. */
export const needsMore = -1;
export const needsCheck = -2;

const words = ['null', 'true', 'false'].map((word) => Buffer.from(word));

/**
 * Turns plain JSON objects into lines of COPY's text format, byte by byte, and without making a value of each: the escapes
 * of JSON mean the same there. Whatever is not plain is left to who can say what is wrong with it.
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
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #limit = 0;
  #failed = needsCheck;

  constructor(fields: readonly Field[], lines: CopyLines) {
    this.#fields = fields;
    this.#plain = fields.map(({ column, options }) => plainValue(column.type, options));
    this.#needed = fields.flatMap(({ column }, i) => (column.notNull ? [i] : []));
    this.#keys = new KeyTrie(fields);
    this.#lines = lines;
    ({ starts: this.#starts, ends: this.#ends, texts: this.#texts } = lines.row);
  }

  /** Writes the object that begins at `from`. Gives where it ends, or why it was not written. The bytes must be UTF-8. */
  write(buffer: Buffer, from: number, limit: number): number {
    this.#buffer = buffer;
    this.#at = from + 1;
    this.#limit = limit;
    this.#starts.fill(-1);
    if (!this.#object()) return this.#failed;
    if (this.#needed.some((column) => this.#starts[column] === -1)) return needsCheck;
    this.#lines.write(buffer);
    return this.#at;
  }

  #object(): boolean {
    let node: KeyNode = this.#keys.root;
    if (!this.#blanks()) return false;
    if (this.#buffer[this.#at] === closeBrace) return this.#at++ > 0;
    for (;;) {
      const step = this.#key(node);
      if (step === undefined || !this.#expect(colon) || !this.#blanks() || !this.#value(step.columns)) return false;
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
    const from = this.#at + 1;
    const end = this.#stringEnd(from);
    if (end === undefined) return undefined;
    const raw = this.#buffer.subarray(from, end + 1);
    this.#at = end + 1;
    return (raw.includes(backslash) ? undefined : this.#keys.learn(node, raw)) ?? void this.#fail(needsCheck);
  }

  #value(columns: readonly number[]): boolean {
    const byte = this.#buffer[this.#at];
    if (byte === quote) return this.#string(columns);
    if (byte === minus || isDigit(byte)) return this.#number(columns);
    return this.#word(columns);
  }

  /** Where the string that begins at `from` ends. */
  #stringEnd(from: number): number | undefined {
    const buffer = this.#buffer;
    const limit = this.#limit;
    for (let i = from; i < limit; i++) {
      const byte = buffer[i] ?? 0;
      if (byte === quote) return i;
      if (byte === backslash) i++;
      else if (byte < space) return void this.#fail(needsCheck);
    }
    return void this.#fail(needsMore);
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
    // Of a value that nobody wants, too, it must be sure that it is one.
    if (columns.length > 0 || isPlain) return true;
    return stringMeaning(buffer.toString('utf8', from - 1, at + 1)) !== undefined || this.#fail(needsCheck);
  }

  #number(columns: readonly number[]): boolean {
    const from = this.#at;
    const start = this.#buffer[from] === minus ? from + 1 : from;
    const whole = this.#digits(start);
    if (whole === 0 || (whole > 1 && this.#buffer[start] === zero)) return this.#fail(needsCheck);
    let at = start + whole;
    const fraction = this.#buffer[at] === point ? this.#digits(at + 1) : undefined;
    if (fraction === 0) return this.#fail(at + 1 < this.#limit ? needsCheck : needsMore);
    if (fraction !== undefined) at += 1 + fraction;
    let exponent = 0;
    if (((this.#buffer[at] ?? 0) | 0x20) === 0x65) {
      const sign = this.#buffer[at + 1] === minus || this.#buffer[at + 1] === plus ? 1 : 0;
      exponent = this.#digits(at + 1 + sign);
      if (exponent === 0) return this.#fail(at + 2 < this.#limit ? needsCheck : needsMore);
      at += 1 + sign + exponent;
    }
    if (at >= this.#limit) return this.#fail(needsMore);
    this.#at = at;
    const isMinusZero = start > from && this.#buffer[start] === zero;
    for (const column of columns) {
      const isPlain = !isMinusZero && this.#plain[column]?.number(whole, fraction ?? 0, exponent) === true;
      if (isPlain) this.#keep(column, from, at);
      else if (!this.#look(column, from, at, false)) return false;
    }
    return true;
  }

  #digits(from: number): number {
    let at = from;
    while (at < this.#limit && isDigit(this.#buffer[at])) at++;
    return at - from;
  }

  #word(columns: readonly number[]): boolean {
    const from = this.#at;
    if (this.#limit - from < 5) return this.#fail(needsMore);
    const word = words.find((bytes) => this.#buffer.compare(bytes, 0, bytes.length, from, from + bytes.length) === 0);
    // An object, an array, or no JSON at all.
    if (word === undefined) return this.#fail(needsCheck);
    this.#at = from + word.length;
    if (word === words[0]) return true;
    for (const column of columns) {
      if (this.#plain[column]?.words === true) this.#keep(column, from, this.#at);
      else if (!this.#look(column, from, this.#at, false)) return false;
    }
    return true;
  }

  #keep(column: number, from: number, to: number): void {
    this.#starts[column] = from;
    this.#ends[column] = to;
    this.#texts[column] = undefined;
  }

  /** Looks at a single value; what is wrong with it is for others to say. */
  #look(column: number, from: number, to: number, isString: boolean): boolean {
    const field = this.#fields[column];
    if (field === undefined || field.column.type.kind === 'super') return this.#fail(needsCheck);
    const raw = this.#buffer.toString('utf8', from, to);
    const text = isString ? stringMeaning(raw) : raw;
    const fitted = text === undefined ? undefined : fit(text, field.column, field.options);
    if (fitted === undefined || !('text' in fitted)) return this.#fail(needsCheck);
    if (fitted.text === null) return true;
    this.#starts[column] = from;
    this.#texts[column] = copyEscaped(fitted.text);
    return true;
  }

  #blanks(): boolean {
    const buffer = this.#buffer;
    const limit = this.#limit;
    let at = this.#at;
    while (at < limit && isBlank(buffer[at])) at++;
    this.#at = at;
    return at < limit || this.#fail(needsMore);
  }

  #expect(byte: number): boolean {
    if (!this.#blanks()) return false;
    if (this.#buffer[this.#at] !== byte) return this.#fail(needsCheck);
    this.#at++;
    return true;
  }

  #fail(why: number): false {
    this.#failed = why;
    return false;
  }
}
