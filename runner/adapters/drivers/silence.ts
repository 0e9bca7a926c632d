/** How long a server may take to answer while it is asked to stop. */
export const silenceMs = 1000;

/** Finds out whether a service that was asked to stop answers at all. */
export class Silence {
  readonly #probe: () => Promise<boolean>;
  readonly #leave: () => void;
  #isListening = false;

  /** `probe` asks for anything: whether there was an answer. `leave` is called when there was none, or none in time. */
  constructor(probe: () => Promise<boolean>, leave: () => void) {
    this.#probe = probe;
    this.#leave = leave;
  }

  /** Asks; once a second at most. */
  check(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    let isAnswered = false;
    setTimeout(() => {
      this.#isListening = false;
      if (!isAnswered) this.#leave();
    }, silenceMs).unref();
    void this.#probe().then((answered) => {
      isAnswered = answered;
      if (!answered) this.#leave();
    });
  }
}
