import type { Knex } from 'knex';
import knex from 'knex';
import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';

/**
 * The statements by which the runner keeps its books: knex puts them together, and the dialect quotes names and values,
 * so that every road to a warehouse can carry them as text.
 */
export class Bookkeeping {
  readonly #dialect: Dialect;
  readonly #knex: Knex;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    // Only builds text: it is never connected to anything.
    this.#knex = knex({ client: 'pg', wrapIdentifier: (name) => dialect.identifier(name) });
  }

  /** Begins a statement on a table. */
  on({ schema, identifier }: Relation): Knex.QueryBuilder {
    return this.#knex.withSchema(schema).from(identifier);
  }

  /** The text of a statement that was put together. */
  text(statement: Knex.QueryBuilder): MappedText {
    const { sql, bindings } = statement.toSQL();
    const values = bindings[Symbol.iterator]();
    // Every value is bound, so that each question mark of the text stands for one.
    return plain(
      sql.replaceAll('?', () => this.#dialect.literal((values.next().value ?? null) as string | number | null)),
    );
  }
}
