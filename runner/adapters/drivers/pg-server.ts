import type { PostgresTarget, RedshiftTarget } from '../../config/target.ts';
import type { Column } from '../../core/node.ts';
import type { Relation } from '../../core/relation.ts';
import type { Connection, Trouble } from '../driver.ts';
import type { Hold } from './hold.ts';
import type { LockOptions } from './pg-lock.ts';

/** A target that is reached by PostgreSQL's protocol. */
export type PgTarget = PostgresTarget | RedshiftTarget;

/** Who logs in, and until when that holds. */
export interface Login {
  readonly user: string;
  readonly password: string | undefined;
  /** Undefined for what does not end. */
  readonly expiresAt: Date | undefined;
}

/** What a server says in an error, as far as it is of use (PostgreSQL, "Error and Notice Message Fields"). */
export interface ServerError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
  readonly where?: string;
  /** What it is about, where the server names that. */
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** A statement that the server refused; it is empty where none was sent yet. */
export interface Refused {
  readonly statement: string;
  /** Who is logged in, where that is known. */
  readonly user: string | undefined;
}

/** Rows of text, with a value for each column of a table. */
export interface TextRows {
  readonly relation: Relation;
  readonly columns: readonly Column[];
  readonly rows: Iterable<readonly (string | null)[]>;
}

/** What the servers that speak PostgreSQL's protocol do each in its own way. */
export interface PgServer {
  readonly product: 'PostgreSQL' | 'Redshift';
  readonly defaultPort: number;
  /** How knex calls it. */
  readonly client: 'pg' | 'redshift';
  /** What is sent in each session first; `name` is what the session calls itself. */
  session(metaSchema: string, name: string, access: 'read' | 'write'): readonly string[];
  /** A query for the processes of sessions that call themselves by one of these names and whatever follows. */
  sessionsOf(names: readonly string[]): string;
  /** A query for those of these processes that still do something in the server, or hold a lock there. */
  atWork(pids: readonly number[]): string;
  /**
   * A query for the sessions that hold a lock this process waits for: process, user, program, begin of the transaction,
   * statement, as far as they are known.
   */
  blockers(pid: number): string;
  /** A query that stops what a process does, and one that ends its session. */
  cancel(pid: number): string;
  end(pid: number): string;
  /** Puts rows of text into a table by the fastest way there is. */
  append(connection: Connection, rows: TextRows): Promise<void>;
  hold(options: LockOptions): Hold;
  trouble(error: ServerError): Trouble;
  /** What to do about an error, where the server itself does not say. */
  hint(error: ServerError, refused: Refused): string | undefined;
}
