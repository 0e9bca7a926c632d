import { createHash, randomUUID } from 'node:crypto';
import type { Field, RedshiftDataClient, StatusString } from '@aws-sdk/client-redshift-data';
import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  ListStatementsCommand,
} from '@aws-sdk/client-redshift-data';
import type { RedshiftDataTarget } from '../../config/target.ts';
import type { Rows } from '../driver.ts';
import { DatabaseError, noRows } from '../driver.ts';
import { mayPass } from './aws-fault.ts';
import { DataCalls, nextPause } from './data-calls.ts';
import { callError } from './data-fault.ts';
import type { Described, Finished } from './data-outcome.ts';
import { ended, finished, finishedParts, lostSight } from './data-outcome.ts';
import { rowsOf } from './data-rows.ts';
import { LockWatch } from './lock-watch.ts';
import { Pace } from './pace.ts';
import { redshiftServer } from './pg-redshift.ts';

export interface DataOptions {
  readonly target: RedshiftDataTarget;
  /** What statements are called, so that those of a dead run are found. */
  readonly name: string;
  /** How long to wait before something is asked again; longer each time. */
  readonly delayMs: number;
  /** How long a statement may take. */
  readonly timeoutMs: number;
}

/**
 * How long the service waits with its answer, of 30 seconds at most (Data API reference, WaitTimeSeconds): with the receipt of
 * a statement not for long, since nothing can be cancelled before its id is known.
 */
const patience = { receipt: 1, end: 30 };
/** So many answers in a row may fail before a wait is given up: the statement goes on all the same. */
const failuresInWait = 5;
/** So long a session waits for its next statement: the transaction of a run that died in it holds its locks no longer. */
const sessionSeconds = 60;
/** A statement that is cancelled has ended soon, or something is wrong with the warehouse. */
const endTimeoutMs = 60_000;
const underWay: readonly StatusString[] = ['SUBMITTED', 'PICKED', 'STARTED'];

/** Called with who holds a lock that a statement waits for. */
type OnWait = (waiting: string) => void;

/** Hands statements in, waits for their end and fetches what they gave. */
export class DataStatements {
  readonly #client: RedshiftDataClient;
  readonly #options: DataOptions;
  readonly #calls: DataCalls;
  readonly #locks: LockWatch;
  readonly #running = new Set<string>();
  /** An account has 30, 100 and 20 calls a second, and others in it want some (AWS, Data API quotas). */
  readonly #paces = { submit: new Pace(27), describe: new Pace(80), result: new Pace(18) };
  /** Two runs may have the same name, as two readers that begin at once. */
  readonly #nonce = randomUUID();
  #count = 0;

  constructor(client: RedshiftDataClient, options: DataOptions) {
    this.#client = client;
    this.#options = options;
    this.#calls = new DataCalls(client, options);
    const ask = async (query: string): Promise<Rows> => this.rows(await this.execute(query));
    this.#locks = new LockWatch(redshiftServer, ask, options.target.lock_timeout);
  }

  /**
   * Carries out one statement; in a session, if one is given. `onWait` is called with who holds a lock that it waits for.
   * Throws a DatabaseError or a FaultError.
   */
  async execute(sql: string, onWait?: OnWait, session?: { readonly SessionId: string }): Promise<Finished> {
    const { Id = '', ...status } = await this.#submit(
      (more) => new ExecuteStatementCommand({ ...(session ?? this.#where), Sql: sql, ...more }),
    );
    const end = this.#end(Id, status).then((described) => finished(Id, described));
    return this.#watched(Id, end, onWait);
  }

  /** Opens a session by a first statement in it. */
  async begin(sql: string): Promise<{ readonly SessionId: string }> {
    const { Id = '', SessionId = '' } = await this.#submit(
      (more) =>
        new ExecuteStatementCommand({ ...this.#where, Sql: sql, SessionKeepAliveSeconds: sessionSeconds, ...more }),
    );
    finished(Id, await this.#end(Id, {}));
    return { SessionId };
  }

  /** Carries out statements in one transaction. Gives the end of each. Throws a DatabaseError that says which one failed. */
  async batch(sqls: readonly string[], onWait?: OnWait): Promise<Finished[]> {
    const { Id = '' } = await this.#submit(
      (more) => new BatchExecuteStatementCommand({ ...this.#where, Sqls: [...sqls], ...more }),
    );
    return this.#watched(Id, this.#end(Id, {}).then(finishedParts), onWait);
  }

  /** The rows of a statement that gave some. */
  async rows({ id, hasResult }: Finished): Promise<Rows> {
    if (!hasResult) return noRows;
    const records: Field[][] = [];
    for (let token: string | undefined; ;) {
      const next = token === undefined ? {} : { NextToken: token };
      await this.#paces.result.turn();
      const page = await this.#calls.retried(() =>
        this.#client.send(new GetStatementResultCommand({ Id: id, ...next })),
      );
      records.push(...(page.Records ?? []));
      token = page.NextToken;
      if (token === undefined || token === '') return rowsOf(page.ColumnMetadata ?? [], records);
    }
  }

  /** Cancels all that is under way. A service that does not answer is left: nothing is sent to it any more. */
  interrupt(): void {
    this.#calls.interrupt();
    for (const id of this.#running) {
      this.#running.delete(id);
      void this.#cancel(id).catch(() => undefined);
    }
  }

  /** Cancels what goes on under names that begin like this, and waits for its end. */
  async endNamed(prefix: string): Promise<void> {
    for (const status of underWay)
      for (let token: string | undefined; ;) {
        const next = token === undefined ? {} : { NextToken: token };
        const list = new ListStatementsCommand({ StatementName: prefix, Status: status, ...next });
        const page = await this.#calls.retried(() => this.#client.send(list));
        for (const { Id = '' } of page.Statements ?? []) {
          await this.#cancel(Id);
          await this.#wait(Id, {}, Date.now() + endTimeoutMs);
        }
        token = page.NextToken;
        if (token === undefined || token === '') break;
      }
  }

  get #where(): { Database: string } & Record<string, string> {
    const { cluster_id, workgroup, database, user, secret } = this.#options.target;
    return {
      Database: database,
      ...(cluster_id === undefined ? {} : { ClusterIdentifier: cluster_id }),
      ...(workgroup === undefined ? {} : { WorkgroupName: workgroup }),
      ...(user === undefined ? {} : { DbUser: user }),
      ...(secret === undefined ? {} : { SecretArn: secret }),
    };
  }

  /** The same token for each try: a statement whose receipt was lost is not carried out twice. */
  async #submit<C extends ExecuteStatementCommand | BatchExecuteStatementCommand>(
    command: (more: { StatementName: string; ClientToken: string; WaitTimeSeconds?: number }) => C,
  ): Promise<Described & { Id?: string | undefined; SessionId?: string | undefined }> {
    const { name } = this.#options;
    const ClientToken = createHash('sha256').update(`${name} ${this.#nonce} ${this.#count++}`).digest('hex');
    await this.#paces.submit.turn();
    return this.#calls.retried(() =>
      this.#calls.patiently(patience.receipt, (wait) =>
        this.#client.send(command({ StatementName: name, ClientToken, ...wait }) as ExecuteStatementCommand),
      ),
    );
  }

  #watched<T>(id: string, end: Promise<T>, onWait: OnWait | undefined): Promise<T> {
    return onWait === undefined ? end : this.#locks.watched(() => this.#pid(id), end, onWait);
  }

  async #pid(id: string): Promise<number | undefined> {
    await this.#paces.describe.turn();
    const { RedshiftPid } = await this.#client.send(new DescribeStatementCommand({ Id: id }));
    return RedshiftPid;
  }

  async #end(id: string, known: Described): Promise<Described> {
    this.#running.add(id);
    try {
      return await this.#wait(id, known, Date.now() + this.#options.timeoutMs);
    } finally {
      this.#running.delete(id);
    }
  }

  async #wait(id: string, known: Described, deadline: number): Promise<Described> {
    const { delayMs, target } = this.#options;
    let pause = delayMs;
    let failures = 0;
    // A receipt says neither what went wrong nor how many rows were changed.
    if (known.Status === 'FINISHED' && known.HasResultSet === true) return known;
    for (;;) {
      await this.#paces.describe.turn();
      try {
        const found = await this.#calls.patiently(patience.end, (wait) =>
          this.#client.send(new DescribeStatementCommand({ Id: id, ...wait })),
        );
        if (ended.has(found.Status)) return found;
        failures = 0;
      } catch (error) {
        if (!mayPass(error) || ++failures > failuresInWait)
          throw lostSight(callError(error, target), this.#calls.isLeft);
      }
      if (Date.now() >= deadline) return this.#overdue(id);
      if (this.#calls.canWait && failures === 0) continue;
      pause = (await this.#calls.pause(pause)) ? nextPause(pause, 1.5) : delayMs;
    }
  }

  /** It may have come to its end while it was being cancelled. */
  async #overdue(id: string): Promise<Described> {
    await this.#cancel(id);
    const last = await this.#client.send(new DescribeStatementCommand({ Id: id }));
    if (last.Status === 'FINISHED') return last;
    throw new DatabaseError(`the statement took longer than ${this.#options.timeoutMs / 1000} s and was cancelled`);
  }

  async #cancel(id: string): Promise<void> {
    await this.#client.send(new CancelStatementCommand({ Id: id })).catch((error: unknown) => {
      // It has ended by itself.
      if ((error as Error).name !== 'ValidationException') throw error;
    });
  }
}
