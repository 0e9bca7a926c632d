import type { Connection } from '../driver.ts';
import type { Hold } from './hold.ts';

/** Renews the hold of a warehouse for as long as a run goes on. */
export class Renewal {
  readonly #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(hold: Hold, withConnection: (renew: (connection: Connection) => Promise<void>) => Promise<void>) {
    if (hold.renewMs === undefined) return;
    this.#timer = setInterval(() => {
      // When it does not succeed for too long another run may take over: then the publish of this one fails and says so.
      this.#underWay = withConnection((connection) => hold.renew(connection)).catch(() => undefined);
    }, hold.renewMs).unref();
  }

  /** Ends it, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }
}
