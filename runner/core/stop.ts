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
