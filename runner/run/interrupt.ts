import type { Driver } from '../adapters/driver.ts';

/** Runs `work`; what it has under way in the warehouse is broken off when the signal comes. */
export async function interruptible<T>(driver: Driver, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const interrupt = (): void => driver.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
