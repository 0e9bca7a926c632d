import { graceAfter } from '../core/stop.ts';
import type { Connection, Driver } from './driver.ts';

/** A statement that was about to begin is not reached by an interruption: it is repeated until all have ended. */
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

/** Does `work` on a connection; what it has under way there is canceled when the signal comes. */
export function onConnection<T>(
  driver: Driver,
  signal: AbortSignal | undefined,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return interruptible(driver, signal, () => driver.withConnection(work));
}

/** Closes a driver. Once the signal has come, closing it has a short time left. */
export function closeDriver(driver: Driver, signal: AbortSignal | undefined): Promise<void> {
  return interruptible(driver, signal && graceAfter(signal), () => driver.close());
}
