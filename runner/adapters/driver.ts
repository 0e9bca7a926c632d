import { withoutIds } from '../config/secrets.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';

/** A value as a warehouse gives it. Times and decimals are text, so that none of their digits is lost. */
export type Cell = string | number | bigint | boolean | null;

export interface Rows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Who has a warehouse, for others to be told. */
export interface Holder {
  readonly command: string;
  readonly since: string;
  readonly run?: string;
}

/** Transport to a warehouse: it carries statements and knows nothing of what they say. */
export interface Driver {
  /** Runs `work` with a connection of its own, which goes back to the pool afterwards. Throws a DatabaseError. */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Runs `work` with the connection that holds the warehouse for this process: what is committed on it was committed
   * while nobody else had the warehouse. Throws a FaultError when it was lost to somebody else.
   */
  withWriter<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Ends what the server still does for these runs, which are dead, and waits for its end. Throws a DatabaseError. */
  endRuns(runs: readonly string[]): Promise<void>;
  /**
   * Stops what runs on all connections; their statements fail. A warehouse that does not answer is left: nothing is sent to
   * it any more.
   */
  interrupt(): void;
  close(): Promise<void>;
}

export interface Connection {
  /** Runs a statement. Gives the number of rows it changed. Throws a DatabaseError. */
  run(statement: string): Promise<number>;
  /** Runs a query. Throws a DatabaseError. */
  query(statement: string): Promise<Rows>;
  /**
   * Runs one query of a user in a read-only transaction that is rolled back. Gives its rows. Throws a DatabaseError, also
   * when the text holds more than one statement.
   */
  readOnly(statement: string): Promise<Rows>;
  /**
   * Runs statements in one transaction: all of them, or none. Gives the rows of the last one, if it is a query. Throws a
   * DatabaseError that tells at which statement it failed.
   */
  transaction(statements: readonly string[]): Promise<Rows>;
  /** Has a setting hold for all that is sent until the connection goes back. Throws a DatabaseError. */
  set(statement: string): Promise<void>;
  /** Runs a statement that reads what is streamed to it. Gives the number of rows. Throws a DatabaseError, or what `chunks` throws. */
  copy(statement: string, chunks: AsyncIterable<Uint8Array>): Promise<number>;
  /** Runs a statement that reads a file of rows, while this process makes the next one. Gives the number of rows. Throws a DatabaseError. */
  load(statement: string): Promise<number>;
  /** Adds rows of text to a table by the fastest way there is; the engine casts them to the types of the columns. */
  append(relation: Relation, columns: readonly Column[], rows: Iterable<readonly (string | null)[]>): Promise<void>;
  /** Has `listener` told of warnings that the warehouse gives besides its answers, until the connection goes back. */
  onWarning(listener: (warning: string) => void): void;
}

/**
 * What is the matter with a statement that failed: the warehouse refused it, and would again; or it may go well when all
 * that belongs to it is done anew (`transient`); or the connection broke, and it is not known how far it came (`lost`).
 */
export type Trouble = 'refused' | 'transient' | 'lost';

/** The trouble that an error is about, if it came from a warehouse. */
export function troubleIn(error: unknown): Trouble | undefined {
  if (error instanceof DatabaseError) return error.trouble;
  return error instanceof Error ? troubleIn(error.cause) : undefined;
}

/** What a statement gives that gives no rows. */
export const noRows: Rows = { columns: [], rows: [] };

/** What a warehouse said against a statement. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly trouble: Trouble;
  /** Where in the statement, in UTF-16 code units from 0, if the engine tells. */
  readonly offset: number | undefined;
  /** Which statement of a transaction it is about, from 0. */
  readonly statement: number | undefined;
  /** What else it said, a line each: detail, place inside of a function, warnings that came before. */
  readonly details: readonly string[];
  readonly hint: string | undefined;

  constructor(
    message: string,
    more: {
      trouble?: Trouble;
      offset?: number | undefined;
      statement?: number | undefined;
      details?: readonly string[];
      hint?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    // Redshift names users and roles by their ARNs, which have the number of the account in them.
    super(withoutIds(message), { cause: more.cause });
    this.trouble = more.trouble ?? 'refused';
    this.offset = more.offset;
    this.statement = more.statement;
    this.details = (more.details ?? []).map(withoutIds);
    this.hint = more.hint;
  }

  /** The same, said of one statement of a transaction. */
  inTransaction(statement: number): DatabaseError {
    return new DatabaseError(this.message, { ...this, statement, cause: this.cause });
  }
}
