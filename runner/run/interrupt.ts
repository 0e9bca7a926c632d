import type { Driver } from '../adapters/driver.ts';

/** A statement that had not quite begun when it was interrupted goes on: so it is done again, until all have ended. */
const againMs = 50;

/** Runs `work`; what it has under way in the warehouse is broken off when the signal comes. */
export async function interruptible<T>(driver: Driver, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    driver.interrupt();
    timer = setInterval(() => driver.interrupt(), againMs);
  };
  if (signal.aborted) interrupt();
  else signal.addEventListener('abort', interrupt);
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  }
}
