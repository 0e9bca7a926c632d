import type { Client } from 'pg';
import type { Knex } from 'knex';
import knex from 'knex';
import { program } from '../../core/version.ts';
import type { Connection, Driver, Rows } from '../driver.ts';
import { DatabaseError, troubleIn } from '../driver.ts';
import type { Hold } from './hold.ts';
import { connectError, pgSettings } from './pg-connect.ts';
import type { PgSettings } from './pg-connect.ts';
import { LockWatch } from './lock-watch.ts';
import { PgConnection, processId, queried } from './pg-connection.ts';
import { applicationName } from './pg-lock.ts';
import type { LockOptions } from './pg-lock.ts';
import type { Login, PgServer, PgTarget } from './pg-server.ts';
import { endSessions } from './pg-sessions.ts';
import { opened } from './opened.ts';
import { Renewal } from './renewal.ts';
import { silenceMs } from './silence.ts';
import { Sockets } from './sockets.ts';
import { WriterConnection } from './writer-connection.ts';

export interface PgOptions extends LockOptions {
  readonly target: PgTarget;
  readonly server: PgServer;
  /** Who logs in: asked before each session is opened; the signal ends it. Throws a FaultError. */
  readonly login: (left: AbortSignal) => Promise<Login>;
  readonly projectDir: string;
  /** A reader takes no lock: nobody waits for it, and it waits for nobody. */
  readonly access: 'read' | 'write';
  /** How many connections may be needed at once. */
  readonly connections: number;
}

/**
 * Opens the way to a server that speaks PostgreSQL's protocol. Throws a FaultError when it cannot be reached or does not
 * let us in, or when another run has the warehouse; a DatabaseError for what may pass.
 */
export function openPg(options: PgOptions): Promise<Driver> {
  return opened(new PgDriver(options));
}

class PgDriver implements Driver {
  readonly #options: PgOptions;
  readonly #settings: PgSettings;
  readonly #knex: Knex;
  readonly #hold: Hold;
  readonly #locks: LockWatch;
  readonly #sockets = new Sockets();
  readonly #busy = new Set<Client>();
  /** Sessions that broke while something ran: in the server it may still go on. */
  readonly #lost = new Set<number>();
  #login: Login | undefined;
  #writer: Client | undefined;
  #renewal: Renewal | undefined;
  #connecting = 0;
  #isOpen = false;
  #isInterrupting = false;
  /** Once the server was given up: nothing more is sent. */
  readonly #left = new AbortController();

  constructor(options: PgOptions) {
    const { target, server, projectDir, holder, lock, connections } = options;
    this.#options = options;
    this.#hold = server.hold(options);
    this.#locks = new LockWatch(server, (query) => this.#aside(query), target.lock_timeout);
    this.#settings = pgSettings(target, server, projectDir, applicationName(holder));
    const session = server.session(lock, this.#settings.application_name, options.access);
    const afterCreate = (client: Client, done: (error?: unknown, client?: Client) => void): void => {
      begin(client, session).then(
        () => done(undefined, client),
        (error: unknown) => done(error, client),
      );
    };
    // One of them is the writer's, and one is for what is said while all others are busy.
    const pool = { min: 0, max: connections + 2, afterCreate };
    this.#knex = knex({ client: server.client, connection: () => this.#connection(), pool, log: silent });
  }

  get #pool(): Knex.Client {
    return this.#knex.client as Knex.Client;
  }

  /** Connects for the first time, and takes the lock for a writer. Nothing has begun by then: a signal ends it at once. */
  async open(): Promise<void> {
    const { access, signal } = this.#options;
    if (signal?.aborted === true) this.#leave();
    else signal?.addEventListener('abort', this.#leave);
    try {
      if (access === 'write') await this.#writerSession();
      else await this.withConnection(() => Promise.resolve());
      this.#isOpen = true;
    } finally {
      signal?.removeEventListener('abort', this.#leave);
    }
  }

  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await this.#acquire();
    try {
      return await this.#use(client, work);
    } finally {
      await this.#pool.releaseConnection(client);
    }
  }

  async withWriter<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#use(await this.#writerSession(), (connection) => work(new WriterConnection(connection, this.#hold)));
  }

  endRuns(runs: readonly string[]): Promise<void> {
    if (runs.length === 0) return Promise.resolve();
    const names = runs.map((run) => `${program} ${run} `);
    return this.withConnection((connection) => endSessions(connection, this.#options.server, names));
  }

  interrupt(): void {
    const { server } = this.#options;
    const running = [...this.#busy].map(processId);
    if (running.length + this.#connecting === 0 || this.#isInterrupting) return;
    this.#isInterrupting = true;
    const silence = setTimeout(this.#leave, silenceMs);
    // Those that cannot be told to stop are ended with the process.
    void Promise.all(
      running.length > 0 ? running.map((pid) => this.#aside(server.cancel(pid))) : [this.#aside('select 1')],
    )
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(silence);
        this.#isInterrupting = false;
      });
  }

  /** Gives up a server that does not answer: it ends what our sessions began when it notices that they are gone. */
  readonly #leave = (): void => {
    this.#left.abort();
    this.#sockets.destroy();
  };

  async close(): Promise<void> {
    await this.#renewal?.stop();
    const writer = this.#writer;
    this.#writer = undefined;
    if (writer !== undefined) {
      // What is not released ends by itself after a while.
      await this.#use(writer, (connection) => this.#hold.release(connection)).catch(() => undefined);
      await this.#pool.releaseConnection(writer);
    }
    await this.#knex.destroy();
    this.#sockets.destroy();
  }

  /** What a new session is opened with. */
  async #connection(): Promise<Knex.PgConnectionConfig> {
    const login = await this.#options.login(this.#left.signal);
    this.#login = login;
    const { user, password, expiresAt } = login;
    // Settings that knex passes on to pg as they are, though its types know only some of them.
    return {
      ...this.#settings,
      user,
      ...(password === undefined ? {} : { password }),
      stream: () => this.#sockets.next(),
      expirationChecker: () => expiresAt !== undefined && expiresAt.getTime() <= Date.now(),
    } as unknown as Knex.PgConnectionConfig;
  }

  async #use<T>(client: Client, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = new PgConnection(client, this.#options.server, this.#locks);
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
    const pids = new Set(this.#lost);
    // Numbers are given out anew: only a session of ours is ended.
    await endSessions(connection, this.#options.server, [this.#settings.application_name], (pid) => pids.has(pid));
    for (const pid of pids) this.#lost.delete(pid);
  }

  /** The session that holds the warehouse; a new one where the old one broke. */
  async #writerSession(): Promise<Client> {
    const before = this.#writer;
    if (before !== undefined && !isBroken(before)) return before;
    if (before !== undefined) {
      this.#lost.add(processId(before));
      this.#writer = undefined;
      await this.#pool.releaseConnection(before);
    }
    const client = await this.#acquire();
    try {
      await this.#use(client, (connection) =>
        this.#renewal === undefined ? this.#hold.take(connection) : this.#hold.retake(connection),
      );
    } catch (error) {
      await this.#pool.releaseConnection(client);
      throw error;
    }
    this.#renewal ??= new Renewal(this.#hold, (renew) => this.withConnection(renew));
    this.#writer = client;
    return client;
  }

  async #acquire(): Promise<Client> {
    const { server, target } = this.#options;
    if (this.#left.signal.aborted) throw new DatabaseError(`${server.product} does not answer`);
    this.#connecting++;
    try {
      return (await this.#pool.acquireConnection()) as Client;
    } catch (error) {
      throw connectError(target, server, this.#login?.user, this.#isOpen, error);
    } finally {
      this.#connecting--;
    }
  }

  /** Runs a query on a connection of its own, while others are busy. */
  async #aside(query: string): Promise<Rows> {
    const client = await this.#acquire();
    try {
      return await queried(client, query);
    } finally {
      await this.#pool.releaseConnection(client);
    }
  }
}

async function begin(client: Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement);
}

/** What knex would print of its own accord is told by the errors themselves. */
const silent = { warn: () => undefined, error: () => undefined, debug: () => undefined, deprecate: () => undefined };

/** knex notes on a session that it has ended. */
function isBroken(client: Client): boolean {
  return Reflect.get(client, '__knex__disposed') !== undefined;
}
