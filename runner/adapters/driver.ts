import type { Relation } from '../core/relation.ts';

/** A value as a warehouse gives it. Times and decimals are text, so that none of their digits is lost. */
export type Cell = string | number | bigint | boolean | null;

export interface Rows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Transport to a warehouse: it carries statements and knows nothing of what they say. */
export interface Driver {
  /** Runs `work` with a connection of its own, which goes back to the pool afterwards. */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Stops what runs on all connections; their statements fail. */
  interrupt(): void;
  close(): Promise<void>;
}

export interface Connection {
  /** Runs a statement. Gives the number of rows it changed. Throws a DatabaseError. */
  run(statement: string): Promise<number>;
  /** Runs a query. Throws a DatabaseError. */
  query(statement: string): Promise<Rows>;
  /** Adds rows of text to a table by the fastest way there is; the engine casts them to the types of the columns. */
  append(relation: Relation, columns: number, rows: Iterable<readonly (string | null)[]>): Promise<void>;
}

/** Runs `work` in a transaction: committed when it ends, rolled back when it throws. */
export async function inTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.run('begin transaction');
  try {
    const result = await work();
    await connection.run('commit');
    return result;
  } catch (error) {
    // What went wrong first is what the user has to know; a rollback that fails as well adds nothing to it.
    await connection.run('rollback').catch(() => 0);
    throw error;
  }
}

/** What a warehouse said against a statement. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** Where in the statement, in UTF-16 code units from 0, if the engine tells. */
  readonly offset: number | undefined;
  readonly hint: string | undefined;

  constructor(
    message: string,
    details: { offset?: number | undefined; hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.offset = details.offset;
    this.hint = details.hint;
  }
}
