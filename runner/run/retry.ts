import { DatabaseError, troubleIn } from '../adapters/driver.ts';
import { FaultError } from '../core/fault.ts';
import type { Report } from '../core/run-event.ts';

/** How units of work are tried again. */
export interface RetryOptions {
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
  /** How long to wait before the second attempt; before each further one twice as long. */
  readonly retryDelayMs: number;
}

/** The delay when nothing else is said: long enough for a lock to be let go or a server to start again. */
export const defaultRetryDelayMs = 1000;
const retries = 3;

/**
 * Does a unit of work, and all of it anew on a fresh connection when the warehouse said what may pass: a deadlock, a lost
 * connection. A lone statement is never sent again, since nobody knows what became of the first. Throws a FaultError.
 */
export async function retried<T>(
  unit: (attempt: number) => Promise<T>,
  { report, signal, retryDelayMs }: RetryOptions,
  uniqueId?: string,
): Promise<T> {
  const { default: pRetry } = await import('p-retry');
  let done: { readonly result: T } | undefined;
  const noted = async (attempt: number): Promise<T> => {
    const result = await unit(attempt);
    done = { result };
    return result;
  };
  try {
    return await pRetry(noted, {
      retries,
      factor: 2,
      minTimeout: retryDelayMs,
      randomize: true,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => mayPass(error) && signal?.aborted !== true,
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        if (retriesLeft === 0 || !mayPass(error) || signal?.aborted === true) return;
        const [reason = ''] = messageOf(error).split('\n');
        report({ type: 'retry', uniqueId, attempt: attemptNumber + 1, ofAttempts: retries + 1, reason });
      },
    });
  } catch (error) {
    // p-retry throws when the signal came while the unit ended well: what is committed counts.
    if (done !== undefined) return done.result;
    if (signal?.aborted === true)
      throw new FaultError({ code: 'interrupted', message: 'the run was stopped' }, { cause: error });
    if (!(error instanceof DatabaseError)) throw error;
    throw new FaultError({ code: 'database-error', message: error.message, hint: error.hint }, { cause: error });
  }
}

/** Whether the warehouse said what may pass, so that the unit of work is to be done again from its beginning. */
export function mayPass(error: unknown): boolean {
  const trouble = troubleIn(error);
  return trouble === 'transient' || trouble === 'lost';
}

function messageOf(error: Error): string {
  return error instanceof FaultError ? (error.faults[0]?.message ?? error.message) : error.message;
}
