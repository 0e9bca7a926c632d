import { availableParallelism } from 'node:os';

/**
 * Leaves a processor to this process while DuckDB loads rows that it writes: with a thread on each of two processors,
 * DuckDB takes twice the time of them for a load, since its threads wait for each other without rest.
 */
export class LoadThreads {
  #loads = 0;

  /** Does `load` with one thread less; `set` sends a setting, which holds for all connections. */
  async during<T>(set: (setting: string) => Promise<unknown>, load: () => Promise<T>): Promise<T> {
    if (this.#loads++ === 0) await set(`set threads = ${Math.max(1, availableParallelism() - 1)}`);
    try {
      return await load();
    } finally {
      if (--this.#loads === 0) await set('reset threads');
    }
  }
}
