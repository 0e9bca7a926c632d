import { FaultError } from '../core/fault.ts';

/** What happens while a cluster is worked on, for whoever shows it. */
export type ClusterEvent =
  /** Something is begun, such as `create role sparkify-run-shop`. */
  | { readonly type: 'step'; readonly action: StepAction; readonly what: string; readonly why: string }
  | { readonly type: 'done'; readonly action: StepAction; readonly what: string }
  /** Something takes its time: `said` is AWS's own word for it. */
  | { readonly type: 'waiting'; readonly what: string; readonly said: string; readonly seconds: number }
  | { readonly type: 'retry'; readonly what: string; readonly attempt: number; readonly reason: string };

/** What is done to one thing. */
export type StepAction = 'create' | 'change' | 'wake' | 'pause' | 'remove' | 'wait';

/** What work on a cluster needs of the world: a clock, someone to tell, and a way to be stopped. */
export interface World {
  readonly now: () => Date;
  /** Settles after so long, and sooner when the signal comes. */
  readonly pause: (ms: number) => Promise<void>;
  readonly report: (event: ClusterEvent) => void;
  readonly signal: AbortSignal;
  /** How long to wait before a call is made again; before each further one twice as long. */
  readonly retryDelayMs: number;
}

/** Throws a FaultError when the user has asked to stop. */
export function throwIfStopped({ signal }: World): void {
  if (signal.aborted)
    throw new FaultError({
      code: 'interrupted',
      message: 'stopped; what AWS has begun it goes on with',
      hint: 'cluster up goes on from here, cluster down takes it back, cluster status tells how far it came',
    });
}

/** Does a piece of work, and tells of its beginning and its end. */
export async function told<T>(
  { report }: World,
  action: StepAction,
  what: string,
  why: string,
  work: () => Promise<T>,
): Promise<T> {
  report({ type: 'step', action, what, why });
  const result = await work();
  report({ type: 'done', action, what });
  return result;
}
