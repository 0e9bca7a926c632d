import { setImmediate } from 'node:timers/promises';

/**
 * What `work` gives. Throws what `work` throws, and the reason of the signal as soon as it comes, though `work` may still be
 * waiting for an answer.
 */
export async function untilStopped<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work(), stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** How long clearing up may take once the user has asked to stop. */
const graceMs = 1000;

/** What ends clearing up: the signal or, where it has come already, a short time from now. */
export function graceAfter(signal: AbortSignal): AbortSignal {
  return signal.aborted ? AbortSignal.timeout(graceMs) : signal;
}

/** A signal is noticed within this time. */
const turnMs = 50;

/**
 * What long work on the processor calls again and again: from time to time it lets other things happen, such as the arrival of
 * a signal. It throws the reason of the signal once that has come.
 */
export function turnsOf(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < turnMs) return;
    await setImmediate();
    last = performance.now();
    signal?.throwIfAborted();
  };
}
