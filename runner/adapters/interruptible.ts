import type { Driver } from './driver.ts';

/** A statement that was about to begin when it was interrupted is carried out: so it is interrupted again, until all have ended. */
const againMs = 50;

/** Runs `work`; what it has under way in the warehouse is canceled when the signal comes. */
export async function interruptible<T>(
  driver: Pick<Driver, 'interrupt'>,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    driver.interrupt();
    timer = setInterval(() => driver.interrupt(), againMs);
  };
  if (signal?.aborted === true) interrupt();
  else signal?.addEventListener('abort', interrupt);
  try {
    return await work();
  } finally {
    signal?.removeEventListener('abort', interrupt);
    clearInterval(timer);
  }
}
