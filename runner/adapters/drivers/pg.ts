import { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Knex } from 'knex';
import knex from 'knex';
import type { PostgresTarget } from '../../config/target.ts';
import { FaultError } from '../../core/fault.ts';
import { postgres } from '../dialects/postgres.ts';
import type { Connection, Driver } from '../driver.ts';
import { troubleIn } from '../driver.ts';
import { connectFault, pgSettings } from './pg-connect.ts';
import type { PgSettings } from './pg-connect.ts';
import { PgConnection } from './pg-connection.ts';
import { databaseError } from './pg-error.ts';
import { applicationName, takeLock } from './pg-lock.ts';
import type { LockOptions } from './pg-lock.ts';

export interface PgOptions extends LockOptions {
  readonly target: PostgresTarget;
  readonly projectDir: string;
  /** A reader takes no lock: nobody waits for it, and it waits for nobody. */
  readonly access: 'read' | 'write';
  /** How many connections may be needed at once. */
  readonly connections: number;
  /** What is said in each session first. */
  readonly session: readonly string[];
}

/**
 * Opens the way to a PostgreSQL server. Throws a FaultError when it cannot be reached or does not let us in, or when
 * another run has the warehouse; a DatabaseError for what may pass.
 */
export async function openPg(options: PgOptions): Promise<Driver> {
  const driver = new PgDriver(options);
  try {
    await driver.open();
    return driver;
  } catch (error) {
    await driver.close();
    throw error;
  }
}

class PgDriver implements Driver {
  readonly #options: PgOptions;
  readonly #settings: PgSettings;
  readonly #knex: Knex;
  readonly #sockets = new Set<Socket>();
  readonly #busy = new Set<Client>();
  /** Sessions that broke while something ran: in the server it may still go on. */
  readonly #lost = new Set<number>();
  #writer: Client | undefined;
  #isOpen = false;
  #isInterrupting = false;

  constructor(options: PgOptions) {
    const { target, projectDir, holder, session, connections } = options;
    this.#options = options;
    this.#settings = pgSettings(target, projectDir, applicationName(holder));
    const afterCreate = (client: Client, done: (error?: unknown, client?: Client) => void): void => {
      this.#begin(client, session).then(
        () => done(undefined, client),
        (error: unknown) => done(error, client),
      );
    };
    // Settings that knex passes on to pg as they are, though its types know only some of them.
    const connection = { ...this.#settings, stream: () => this.#socket() } as unknown as Knex.PgConnectionConfig;
    this.#knex = knex({ client: 'pg', connection, pool: { min: 0, max: connections, afterCreate }, log: silent });
  }

  get #pool(): Knex.Client {
    return this.#knex.client as Knex.Client;
  }

  /** Connects for the first time, and takes the lock for a writer. */
  async open(): Promise<void> {
    if (this.#options.access === 'write') await this.#writerSession();
    else await this.withConnection(() => Promise.resolve());
    this.#isOpen = true;
  }

  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await this.#connected(() => this.#pool.acquireConnection() as Promise<Client>);
    try {
      return await this.#use(client, work);
    } finally {
      await this.#pool.releaseConnection(client);
    }
  }

  async withWriter<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#use(await this.#writerSession(), work);
  }

  interrupt(): void {
    const running = [...this.#busy].map(processId);
    if (running.length === 0 || this.#isInterrupting) return;
    this.#isInterrupting = true;
    // Those that cannot be told to stop are ended with the process.
    void this.#aside(`select pg_cancel_backend(pid) from unnest(array[${running.join(', ')}]) as pid`)
      .catch(() => undefined)
      .finally(() => (this.#isInterrupting = false));
  }

  async close(): Promise<void> {
    await this.#writer?.end().catch(() => undefined);
    await this.#knex.destroy();
    // pg leaves one open when it cannot log in, and the server would wait for it to go on.
    for (const socket of this.#sockets) socket.destroy();
  }

  #socket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    return socket.once('close', () => this.#sockets.delete(socket));
  }

  async #use<T>(client: Client, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = new PgConnection(client);
    this.#busy.add(client);
    try {
      await this.#endLost(connection);
      return await work(connection);
    } catch (error) {
      if (troubleIn(error) === 'lost') this.#lost.add(processId(client));
      throw error;
    } finally {
      this.#busy.delete(client);
      connection.release();
    }
  }

  /** What a broken session began must have come to its end before the same is begun anew. */
  async #endLost(connection: Connection): Promise<void> {
    if (this.#lost.size === 0) return;
    const pids = [...this.#lost];
    // Numbers are given out anew: only a session of ours is ended.
    await connection.query(`select pg_terminate_backend(pid, ${endTimeoutMs})
from pg_catalog.pg_stat_activity
where pid in (${pids.join(', ')})
    and application_name = ${postgres.literal(this.#settings.application_name)}`);
    for (const pid of pids) this.#lost.delete(pid);
  }

  /** The session that holds the lock; a new one where the old one broke. */
  async #writerSession(): Promise<Client> {
    if (this.#writer !== undefined && !isBroken(this.#writer)) return this.#writer;
    const isAgain = this.#writer !== undefined;
    if (this.#writer !== undefined) this.#lost.add(processId(this.#writer));
    const client = await this.#connected(() => this.#pool.acquireRawConnection() as Promise<Client>);
    await this.#begin(client, this.#options.session);
    const connection = new PgConnection(client);
    try {
      await this.#endLost(connection);
      await takeLock(connection, isAgain ? { ...this.#options, wait: undefined } : this.#options);
    } catch (error) {
      await client.end();
      throw error;
    } finally {
      connection.release();
    }
    this.#writer = client;
    return client;
  }

  async #begin(client: Client, statements: readonly string[]): Promise<void> {
    for (const statement of statements) await client.query(statement);
  }

  async #connected(connect: () => Promise<Client>): Promise<Client> {
    try {
      return await connect();
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      const fault = connectFault(this.#options.target, reason);
      const unsent = databaseError('', error);
      // A server that answered before may be starting again.
      if (fault === undefined || (this.#isOpen && unsent.trouble === 'lost')) throw unsent;
      throw new FaultError(fault, { cause: error });
    }
  }

  /** Runs a query on a connection of its own. */
  async #aside(statement: string): Promise<void> {
    const client = (await this.#pool.acquireRawConnection()) as Client;
    await client.query(statement).finally(() => client.end());
  }
}

/** What knex would print of its own accord is told by the errors themselves. */
const silent = { warn: () => undefined, error: () => undefined, debug: () => undefined, deprecate: () => undefined };

const endTimeoutMs = 10_000;

/** The process in the server that serves a session; pg's types leave it out. */
function processId(client: Client): number {
  return Number(Reflect.get(client, 'processID'));
}

/** knex notes on a session that it has ended. */
function isBroken(client: Client): boolean {
  return Reflect.get(client, '__knex__disposed') !== undefined;
}
