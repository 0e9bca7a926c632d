import { backslash, closeBrace, closeBracket, isOpening, newline, openBrace, quote } from './bytes.ts';

/** Follows the brackets and quotes of a JSON value to where it closes. Can be continued with further bytes. */
export class Brackets {
  readonly #open: number[] = [];
  #isInString = false;
  /** Whether the next byte belongs to an escape that began before. */
  #isEscaped = false;
  #state: 'open' | 'closed' | 'broken' = 'open';

  /** `broken`: a bracket closes what was not opened, or a string runs over a line break, so that nothing can close it. */
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
      } else if (byte === quote) {
        this.#isInString = true;
      } else if (isOpening(byte)) {
        this.#open.push(byte === openBrace ? closeBrace : closeBracket);
      } else if (byte === closeBrace || byte === closeBracket) {
        if (this.#open.pop() !== byte) return this.fail(i);
        if (this.#open.length > 0) continue;
        this.#state = 'closed';
        return i + 1;
      }
    }
    return limit;
  }

  fail(at: number): number {
    this.#state = 'broken';
    return at;
  }
}
