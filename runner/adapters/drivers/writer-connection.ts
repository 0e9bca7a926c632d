import type { Column } from '../../core/node.ts';
import type { Relation } from '../../core/relation.ts';
import type { Connection, Rows } from '../driver.ts';
import { DatabaseError } from '../driver.ts';
import type { Hold } from './hold.ts';

/** A connection whose transactions are those of whoever holds the warehouse, or fail. */
export class WriterConnection implements Connection {
  readonly #connection: Connection;
  readonly #hold: Hold;

  constructor(connection: Connection, hold: Hold) {
    this.#connection = connection;
    this.#hold = hold;
  }

  async transaction(statements: readonly string[]): Promise<Rows> {
    const fence = this.#hold.fence();
    try {
      return await this.#connection.transaction([...fence, ...statements]);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.statement === undefined) throw error;
      if (error.statement >= fence.length) throw error.inTransaction(error.statement - fence.length);
      if (error.trouble === 'refused') await this.#hold.retake(this.#connection);
      throw error;
    }
  }

  run(statement: string): Promise<number> {
    return this.#connection.run(statement);
  }

  query(statement: string): Promise<Rows> {
    return this.#connection.query(statement);
  }

  readOnly(statement: string): Promise<Rows> {
    return this.#connection.readOnly(statement);
  }

  set(statement: string): Promise<void> {
    return this.#connection.set(statement);
  }

  copy(statement: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#connection.copy(statement, chunks);
  }

  load(statement: string): Promise<number> {
    return this.#connection.load(statement);
  }

  append(relation: Relation, columns: readonly Column[], rows: Iterable<readonly (string | null)[]>): Promise<void> {
    return this.#connection.append(relation, columns, rows);
  }

  onWarning(listener: (warning: string) => void): void {
    this.#connection.onWarning(listener);
  }
}
