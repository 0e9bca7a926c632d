import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, QueryArrayResult } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Column } from '../../core/node.ts';
import type { Relation } from '../../core/relation.ts';
import type { Cell, Connection, Rows } from '../driver.ts';
import { DatabaseError } from '../driver.ts';
import { databaseError } from './pg-error.ts';
import type { LockWatch } from './lock-watch.ts';
import { rolledBack, runTransaction } from './transaction.ts';
import type { PgServer, TextRows } from './pg-server.ts';
import { cellParser, typeName } from './pg-types.ts';

/**
 * One session of a server that speaks PostgreSQL's protocol. Statements are sent as they are, without parameters: knex would rewrite every
 * question mark in them.
 */
export class PgConnection implements Connection {
  readonly #client: Client;
  readonly #server: PgServer;
  readonly #locks: LockWatch;
  readonly #warnings: string[] = [];
  readonly #onNotice = ({ message, severity }: { message?: string | undefined; severity?: string | undefined }): void =>
    this.#warned(severity ?? '', message ?? '');
  #listener: (warning: string) => void = () => undefined;

  constructor(client: Client, server: PgServer, locks: LockWatch) {
    this.#client = client;
    this.#server = server;
    this.#locks = locks;
    client.on('notice', this.#onNotice);
  }

  async run(statement: string): Promise<number> {
    const result = await this.#send(statement);
    return result.rowCount ?? 0;
  }

  async query(statement: string): Promise<Rows> {
    return rowsOf(await this.#send(statement));
  }

  /** The extended protocol carries no more than one statement (PostgreSQL, "Message Flow"). */
  readOnly(statement: string): Promise<Rows> {
    return rolledBack(this, 'begin read only', async () => rowsOf(await this.#send(statement, 'extended')));
  }

  transaction(statements: readonly string[]): Promise<Rows> {
    return runTransaction(this, statements);
  }

  async set(statement: string): Promise<void> {
    await this.run(statement);
  }

  load(): Promise<number> {
    throw new Error('rows are streamed to the server: it reads no file of this machine');
  }

  async copy(statement: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const stream = this.#client.query(copyFrom(statement, { highWaterMark: aheadBytes }));
    let wrong: unknown;
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        yield* chunks;
      } catch (error) {
        wrong = error;
        throw error;
      }
    }
    try {
      await this.#watched(pipeline(Readable.from(watched(), { objectMode: true }), stream));
    } catch (error) {
      throw wrong ?? this.#error(statement, error);
    }
    return stream.rowCount;
  }

  append(relation: Relation, columns: readonly Column[], rows: TextRows['rows']): Promise<void> {
    return this.#server.append(this, { relation, columns, rows });
  }

  onWarning(listener: (warning: string) => void): void {
    this.#listener = listener;
  }

  /** Ends the listening: the session goes back to the pool. */
  release(): void {
    this.#client.off('notice', this.#onNotice);
  }

  async #send(text: string, queryMode?: 'extended'): Promise<QueryArrayResult<Cell[]>> {
    this.#warnings.length = 0;
    try {
      return await this.#watched(send(this.#client, text, queryMode));
    } catch (error) {
      throw this.#error(text, error);
    }
  }

  #watched<T>(sent: Promise<T>): Promise<T> {
    return this.#locks.watched(processId(this.#client), sent, (waiting) => this.#listener(waiting));
  }

  #error(statement: string, error: unknown): Error {
    if (error instanceof DatabaseError) return error;
    return databaseError(this.#server, { statement, user: this.#client.user }, error, this.#warnings);
  }

  #warned(severity: string, message: string): void {
    if (severity !== 'WARNING') return;
    this.#warnings.push(`${severity.toLowerCase()}: ${message}`);
    this.#listener(message);
  }
}

/** The process in the server that serves a session; pg's types leave it out. */
export function processId(client: Client): number {
  return Number(Reflect.get(client, 'processID'));
}

/** Sends a query past the connection that a session may be wrapped in. Gives its rows; throws what pg throws. */
export async function queried(client: Client, query: string): Promise<Rows> {
  return rowsOf(await send(client, query));
}

async function send(client: Client, text: string, queryMode?: 'extended'): Promise<QueryArrayResult<Cell[]>> {
  const result: QueryArrayResult<Cell[]> | QueryArrayResult<Cell[]>[] = await client.query({
    text,
    rowMode: 'array',
    types: { getTypeParser: cellParser },
    ...(queryMode === undefined ? {} : { queryMode }),
  });
  // A script of several statements gives a result for each.
  return Array.isArray(result) ? (result.at(-1) ?? noResult) : result;
}

function rowsOf({ fields, rows }: QueryArrayResult<Cell[]>): Rows {
  const columns = fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
    name,
    type: typeName(dataTypeID, dataTypeModifier),
  }));
  return { columns, rows };
}

/** So much is made ready while the server is busy with what it has: it then never waits for us. */
const aheadBytes = 4 * 1024 * 1024;
const noResult: QueryArrayResult<Cell[]> = { command: '', rowCount: 0, oid: 0, fields: [], rows: [] };
