import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import type { RedshiftDataTarget } from '../../config/target.ts';
import type { Column } from '../../core/node.ts';
import type { Relation } from '../../core/relation.ts';
import { program } from '../../core/version.ts';
import { quietSdk, withPlainErrors } from '../../storage/aws-sdk.ts';
import { insertValues, redshift } from '../dialects/redshift.ts';
import type { Connection, Driver, Rows } from '../driver.ts';
import { DatabaseError, noRows } from '../driver.ts';
import { interruptible } from '../interruptible.ts';
import { dataApiLimits } from '../limits.ts';
import { withExactLongs } from './data-rows.ts';
import { DataStatements } from './data-statements.ts';
import { Lease } from './lease.ts';
import { applicationName } from './pg-lock.ts';
import type { LockOptions } from './pg-lock.ts';
import { opened } from './opened.ts';
import { Renewal } from './renewal.ts';
import { WriterConnection } from './writer-connection.ts';

export interface RedshiftDataOptions extends LockOptions {
  readonly target: RedshiftDataTarget;
  readonly access: 'read' | 'write';
  /** How long to wait before something is asked again. */
  readonly delayMs?: number;
  readonly timeoutMs?: number;
  readonly leaseSeconds?: number;
}

/** The service ends what takes longer (Management Guide, "Considerations when calling the Data API"). */
const dayMs = 24 * 60 * 60 * 1000;
/** Longer than the service waits with an answer. */
const requestTimeoutMs = 40_000;

/**
 * Opens the way to Redshift by the Data API. Throws a FaultError when it cannot be reached, or when another run has the
 * warehouse; a DatabaseError for what may pass.
 */
export function openRedshiftData(options: RedshiftDataOptions): Promise<Driver> {
  return opened(new DataDriver(options));
}

class DataDriver implements Driver {
  readonly #options: RedshiftDataOptions;
  readonly #client: RedshiftDataClient;
  readonly #statements: DataStatements;
  readonly #lease: Lease;
  #renewal: Renewal | undefined;

  constructor(options: RedshiftDataOptions) {
    const { target, holder, lock, delayMs = 200, timeoutMs = dayMs } = options;
    this.#options = options;
    this.#client = clientOf(target);
    this.#statements = new DataStatements(this.#client, { target, name: applicationName(holder), delayMs, timeoutMs });
    this.#lease = new Lease(redshift, { ...options, metaSchema: lock });
  }

  /** Takes the lease for a writer; a reader finds out whether anybody answers. */
  async open(): Promise<void> {
    const { access, signal } = this.#options;
    await interruptible(this, signal, async () => {
      if (access === 'read') await this.#statements.execute('select 1');
      else await this.withConnection((connection) => this.#lease.take(connection));
    });
    if (access === 'read') return;
    this.#renewal = new Renewal(this.#lease, (renew) => this.withConnection(renew));
  }

  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return work(new DataConnection(this.#statements));
  }

  withWriter<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.withConnection((connection) => work(new WriterConnection(connection, this.#lease)));
  }

  async endRuns(runs: readonly string[]): Promise<void> {
    for (const run of runs) await this.#statements.endNamed(`${program} ${run} `);
  }

  interrupt(): void {
    this.#statements.interrupt();
  }

  async close(): Promise<void> {
    await this.#renewal?.stop();
    // What is not released ends by itself after a while.
    await this.withConnection((connection) => this.#lease.release(connection)).catch(() => undefined);
    this.#client.destroy();
  }
}

function clientOf({ region }: RedshiftDataTarget): RedshiftDataClient {
  quietSdk();
  const client = withPlainErrors(
    new RedshiftDataClient({
      ...(region === undefined ? {} : { region }),
      requestHandler: { requestTimeout: requestTimeoutMs },
      // A transient error is retried by the caller, which knows the statement.
      maxAttempts: 1,
    }),
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: unknown };
      if (response.body instanceof Readable) response.body = Readable.from([withExactLongs(await text(response.body))]);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'exactLongs' },
  );
  return client;
}

/** There is no session: each statement, or each batch of them, stands for itself. */
class DataConnection implements Connection {
  readonly #statements: DataStatements;
  /** What is said again in front of each statement, since nothing else would remember it. */
  #settings: readonly string[] = [];
  #listener: (warning: string) => void = () => undefined;
  readonly #onWait = (waiting: string): void => this.#listener(waiting);

  constructor(statements: DataStatements) {
    this.#statements = statements;
  }

  async run(statement: string): Promise<number> {
    return (await this.#one(statement)).rows;
  }

  async query(statement: string): Promise<Rows> {
    return this.#statements.rows(await this.#one(statement));
  }

  /** In a session, since a batch begins its transaction itself; each call carries one statement (Data API reference, ExecuteStatement). */
  async readOnly(statement: string): Promise<Rows> {
    refuseLong(statement, 0);
    const session = await this.#statements.begin('begin read only');
    try {
      for (const setting of this.#settings) await this.#statements.execute(setting, this.#onWait, session);
      return await this.#statements.rows(await this.#statements.execute(statement, this.#onWait, session));
    } finally {
      // The rows are there, or what went wrong with them is what has to be known.
      await this.#statements.execute('rollback', undefined, session).catch(() => undefined);
    }
  }

  async transaction(statements: readonly string[]): Promise<Rows> {
    statements.forEach(refuseLong);
    const before = this.#settings.length;
    const all = [...this.#settings, ...statements];
    if (all.length > dataApiLimits.statements) return this.#inSession(statements);
    try {
      const last = (await this.#statements.batch(all, this.#onWait)).at(-1);
      return last === undefined ? noRows : await this.#statements.rows(last);
    } catch (error) {
      throw error instanceof DatabaseError && error.statement !== undefined
        ? error.inTransaction(Math.max(0, error.statement - before))
        : error;
    }
  }

  set(statement: string): Promise<void> {
    this.#settings = [...this.#settings, statement];
    return Promise.resolve();
  }

  load(): Promise<number> {
    throw new Error('the warehouse reads no file of this machine');
  }

  copy(): Promise<number> {
    throw new Error('Redshift reads objects of S3 itself: nothing is streamed to it');
  }

  async append(
    relation: Relation,
    columns: readonly Column[],
    rows: Iterable<readonly (string | null)[]>,
  ): Promise<void> {
    const statements = [...insertValues(relation, columns, rows, dataApiLimits.statementBytes)];
    // More than a transaction holds are put in one after another: the table is one of the run, which is made anew with all of it.
    for (let i = 0; i < statements.length; i += dataApiLimits.statements)
      await this.transaction(statements.slice(i, i + dataApiLimits.statements));
  }

  /** The Data API passes no warnings on: what is reported is whose lock a statement waits for. */
  onWarning(listener: (warning: string) => void): void {
    this.#listener = listener;
  }

  async #one(statement: string): ReturnType<DataStatements['execute']> {
    refuseLong(statement, 0);
    if (this.#settings.length === 0) return this.#statements.execute(statement, this.#onWait);
    const last = (await this.#statements.batch([...this.#settings, statement], this.#onWait)).at(-1);
    if (last === undefined) throw new Error('a batch has an end for each of its statements');
    return last;
  }

  /** More statements than a batch holds, and one transaction all the same. */
  async #inSession(statements: readonly string[]): Promise<Rows> {
    const session = await this.#statements.begin('begin');
    try {
      for (const setting of this.#settings) await this.#statements.execute(setting, this.#onWait, session);
      let last = noRows;
      for (const [i, statement] of statements.entries())
        last = await this.#inOrder(i, async () =>
          this.#statements.rows(await this.#statements.execute(statement, this.#onWait, session)),
        );
      await this.#statements.execute('commit', this.#onWait, session);
      return last;
    } catch (error) {
      await this.#statements.execute('rollback', undefined, session).catch(() => undefined);
      throw error;
    }
  }

  async #inOrder<T>(i: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof DatabaseError ? error.inTransaction(i) : error;
    }
  }
}

function refuseLong(statement: string, i: number): void {
  const bytes = Buffer.byteLength(statement);
  if (bytes <= dataApiLimits.statementBytes) return;
  throw new DatabaseError(`the statement has ${bytes} bytes, and the Data API takes ${dataApiLimits.statementBytes}`, {
    statement: i,
    hint: 'make a view or a table of a part of it; or take the road by port 5439, a target of type redshift',
  });
}
