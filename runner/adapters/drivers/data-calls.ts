import { setTimeout } from 'node:timers/promises';
import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import type { RedshiftDataTarget } from '../../config/target.ts';
import { untilStopped } from '../../core/stop.ts';
import { DatabaseError } from '../driver.ts';
import { mayPass } from './aws-fault.ts';
import { callError } from './data-fault.ts';
import { Silence } from './silence.ts';

export interface DataCallOptions {
  readonly target: RedshiftDataTarget;
  /** How long to wait before a call is made again; longer each time. */
  readonly delayMs: number;
}

/** So often a call is made again before it is given up: with pauses that double, for most of a minute. */
const retries = 8;
const mostDelayMs = 20_000;

/** Makes calls of the Data API, until a service that does not answer is left. */
export class DataCalls {
  readonly #client: RedshiftDataClient;
  readonly #options: DataCallOptions;
  readonly #silence: Silence;
  readonly #left = new AbortController();
  /** Ends the pauses between calls; another one after each interruption. */
  #interruption = new AbortController();
  /** Whether the service accepts the parameter for long polling; older endpoints do not. */
  #canWait = true;

  constructor(client: RedshiftDataClient, options: DataCallOptions) {
    this.#client = client;
    this.#options = options;
    this.#silence = new Silence(
      () => this.#isAnswered(),
      () => this.#leave(),
    );
    client.middlewareStack.add(
      (next) => async (args) => {
        if (this.isLeft) throw new DatabaseError(noAnswer);
        return untilStopped(this.#left.signal, () => next(args));
      },
      { step: 'initialize', priority: 'high', name: 'untilLeft' },
    );
  }

  get canWait(): boolean {
    return this.#canWait;
  }

  /** Whether the service was left: no call is made any more. */
  get isLeft(): boolean {
    return this.#left.signal.aborted;
  }

  /** Ends all pauses, makes no failed call again, and leaves a service that does not answer. */
  interrupt(): void {
    this.#interruption.abort();
    this.#interruption = new AbortController();
    if (!this.isLeft) this.#silence.check();
  }

  /** Makes a call, and makes it again when it may go well then. Throws a DatabaseError or a FaultError. */
  async retried<T>(call: () => Promise<T>): Promise<T> {
    const { signal } = this.#interruption;
    let pause = this.#options.delayMs;
    for (let left = retries; ; left--) {
      try {
        return await call();
      } catch (error) {
        if (left === 0 || !mayPass(error) || signal.aborted) throw callError(error, this.#options.target);
        if (!(await this.pause(pause))) throw callError(error, this.#options.target);
        pause = nextPause(pause, 2);
      }
    }
  }

  /** Asks with long polling where the service has it; one that does not know the parameter is asked without it. */
  async patiently<T>(seconds: number, ask: (wait: { WaitTimeSeconds?: number }) => Promise<T>): Promise<T> {
    if (!this.#canWait) return ask({});
    try {
      return await ask({ WaitTimeSeconds: seconds });
    } catch (error) {
      if ((error as Error).name !== 'ValidationException' || !/WaitTimeSeconds|unknown|unexpected/i.test(String(error)))
        throw error;
      this.#canWait = false;
      return ask({});
    }
  }

  /** Waits for about so long. Gives whether it was not interrupted. */
  async pause(ms: number): Promise<boolean> {
    const { signal } = this.#interruption;
    const waited = setTimeout(ms * (0.5 + Math.random()), undefined, { signal });
    return waited.then(
      () => true,
      () => false,
    );
  }

  /** What is refused was answered. */
  #isAnswered(): Promise<boolean> {
    return this.#client.send(new ListStatementsCommand({ MaxResults: 1 })).then(
      () => true,
      (error: unknown) => !mayPass(error),
    );
  }

  #leave(): void {
    if (this.isLeft) return;
    this.#left.abort(new DatabaseError(noAnswer, { trouble: 'lost' }));
    this.#client.destroy();
  }
}

/** The pause after this one. */
export function nextPause(ms: number, factor: number): number {
  return Math.min(ms * factor, mostDelayMs);
}

const noAnswer = 'the Data API does not answer';
