import type { Connection, Rows } from '../adapters/driver.ts';
import { DatabaseError } from '../adapters/driver.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { locate, plain } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { Report } from '../core/run-event.ts';
import { withPublishedNames } from '../materialize/names.ts';
import { databaseHint } from './database-hint.ts';

/** The last drop that was asked for. */
let dropping: Promise<unknown> = Promise.resolve();

/** Runs statements on one connection: each is reported, and what the warehouse says against it points at the template. */
export class Executor {
  readonly #connection: Connection;
  readonly #report: Report;
  readonly #uniqueId: string | undefined;
  readonly #signal: AbortSignal | undefined;

  /** `uniqueId` is the node that the statements are for; once `signal` is aborted, no other one is begun. */
  constructor(connection: Connection, report: Report, uniqueId?: string, signal?: AbortSignal) {
    this.#connection = connection;
    this.#report = report;
    this.#uniqueId = uniqueId;
    this.#signal = signal;
    connection.onWarning((message) => report({ type: 'note', uniqueId, message: withPublishedNames(message) }));
  }

  /** Gives the number of rows that the statement changed. Throws a FaultError with the place in the template. */
  run(statement: MappedText): Promise<number> {
    return this.#attempt(statement, () => this.#connection.run(statement.text));
  }

  /** Drops something. Those of this process go one after another: at the same time they collide in the catalog. */
  drop(statement: MappedText): Promise<number> {
    const drop = dropping.then(() => this.run(statement));
    dropping = drop.catch(() => undefined);
    return drop;
  }

  /** Gives the rows of a query. Throws a FaultError with the place in the template. */
  query(statement: MappedText): Promise<Rows> {
    return this.#attempt(statement, () => this.#connection.query(statement.text));
  }

  /** Gives the rows of one query of a user, which may only read. Throws a FaultError with the place in the template. */
  readOnly(statement: MappedText): Promise<Rows> {
    return this.#attempt(statement, () => this.#connection.readOnly(statement.text));
  }

  /** Adds rows of text to a table, cast to the types of its columns. Throws a FaultError. */
  append(relation: Relation, columns: readonly Column[], rows: Iterable<readonly (string | null)[]>): Promise<void> {
    const statement = plain(`-- rows are appended to ${relationName(relation)}`);
    return this.#attempt(statement, () => this.#connection.append(relation, columns, rows));
  }

  /** Runs a statement that reads a file of rows, while others are made. Gives the number of rows. Throws a FaultError. */
  load(statement: MappedText): Promise<number> {
    return this.#attempt(statement, () => this.#connection.load(statement.text));
  }

  /** Runs a statement that reads what is streamed to it. Gives the number of rows. Throws a FaultError, or what `chunks` throws. */
  copy(statement: MappedText, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#attempt(statement, () => this.#connection.copy(statement.text, chunks));
  }

  /** Runs statements in one transaction: all of them, or none. Throws a FaultError with the place in the template. */
  async transaction(statements: readonly MappedText[]): Promise<void> {
    await this.#attempt(statements, () => this.#connection.transaction(statements.map(({ text }) => text)));
  }

  /** Has a setting hold for all that follows. Throws a FaultError. */
  set(statement: MappedText): Promise<void> {
    return this.#attempt(statement, () => this.#connection.set(statement.text));
  }

  async #attempt<T>(statements: MappedText | readonly MappedText[], send: () => Promise<T>): Promise<T> {
    const all = 'text' in statements ? [statements] : statements;
    for (const { text } of all) this.#report({ type: 'statement', uniqueId: this.#uniqueId, sql: text });
    if (this.#signal?.aborted === true) throw new FaultError({ code: 'interrupted', message: 'the run was stopped' });
    try {
      return await send();
    } catch (error) {
      if (error instanceof DatabaseError)
        throw new FaultError(databaseFault(error, all[error.statement ?? 0] ?? plain('')), { cause: error });
      throw error;
    }
  }
}

/** What the warehouse said, at the place in the template that made that part of the statement. */
function databaseFault(error: DatabaseError, statement: MappedText): Fault {
  const [at, ...calls] = error.offset === undefined ? [] : locate(statement, error.offset);
  const written = statement.spans.find((span) => span.origin !== undefined);
  const hint = databaseHint(error.offset === undefined ? '' : statement.text.slice(error.offset), error.hint);
  const [begin] = written === undefined ? [] : locate(statement, written.start);
  return {
    code: 'database-error',
    message: withPublishedNames([error.message, ...error.details].join('\n  ')),
    at: at ?? begin,
    related: calls.map((call) => ({ message: 'the macro is called here', at: call })),
    hint: hint === undefined ? undefined : withPublishedNames(hint),
  };
}
