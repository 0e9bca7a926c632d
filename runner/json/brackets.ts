import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  isBlank,
  isOpening,
  newline,
  openBrace,
  openBracket,
  quote,
} from './bytes.ts';

/** Follows the brackets and quotes of a JSON value to where it closes. Can be continued with further bytes. */
export class Brackets {
  readonly #open: number[] = [];
  #isInString = false;
  /** Whether the next byte belongs to an escape that began before. */
  #isEscaped = false;
  /** The last byte that is not white space. */
  #last = comma;
  #state: 'open' | 'closed' | 'broken' = 'open';

  /**
   * `broken`: a bracket closes what was not opened, opens where no value may begin, as in a row after one that lacks its
   * end, or a string runs over a line break. Nothing can close the value then.
   */
  get state(): 'open' | 'closed' | 'broken' {
    return this.#state;
  }

  /** Reads on from `from`. Gives the end of the value, or where it broke; `limit` when it is still open. */
  scan(buffer: Buffer, from: number, limit: number): number {
    for (let i = from; i < limit; i++) {
      const byte = buffer[i];
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#isInString = false;
        if (byte === newline) return this.fail(i);
        continue;
      }
      if (isBlank(byte)) continue;
      if (byte === quote) {
        this.#isInString = true;
      } else if (isOpening(byte)) {
        if (!mayBegin(this.#last)) return this.fail(i);
        this.#open.push(byte === openBrace ? closeBrace : closeBracket);
      } else if (byte === closeBrace || byte === closeBracket) {
        if (this.#open.pop() !== byte) return this.fail(i);
        if (this.#open.length === 0) {
          this.#state = 'closed';
          return i + 1;
        }
      }
      this.#last = byte ?? 0;
    }
    return limit;
  }

  fail(at: number): number {
    this.#state = 'broken';
    return at;
  }
}

/** Whether an object or array may follow this byte. */
function mayBegin(last: number): boolean {
  return last === comma || last === colon || last === openBracket;
}
