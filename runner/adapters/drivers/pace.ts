import { setTimeout } from 'node:timers/promises';

/** Keeps calls apart, so that there are no more of them in a second than a service takes. */
export class Pace {
  readonly #apartMs: number;
  #next = 0;

  constructor(perSecond: number) {
    this.#apartMs = 1000 / perSecond;
  }

  /** Settles when the next call may be made. */
  async turn(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#apartMs;
    if (at > now) await setTimeout(at - now);
  }
}
