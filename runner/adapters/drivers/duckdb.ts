import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement, DuckDBResultReader } from '@duckdb/node-api';
import { DuckDBTypeId, StatementType } from '@duckdb/node-api';
import type { Column } from '../../core/node.ts';
import type { Relation } from '../../core/relation.ts';
import type { Connection, Driver, Rows } from '../driver.ts';
import { DatabaseError } from '../driver.ts';
import { duckdbCell } from './duckdb-cell.ts';
import type { DuckdbOptions } from './duckdb-file.ts';
import { catalogName, openDuckdbFile } from './duckdb-file.ts';
import { LoadThreads } from './load-threads.ts';
import { rolledBack, runTransaction } from './transaction.ts';

/** Redshift's semantics where DuckDB can be told to have them; and errors that say where they are. */
const sessionSettings = [
  `use ${catalogName}`,
  'set integer_division = true',
  "set default_null_order = 'nulls_last_on_asc_first_on_desc'",
  "set timezone = 'UTC'",
  'set errors_as_json = true',
];

/** Opens a DuckDB file. Throws a FaultError when there is none to read, or when another process has it. */
export async function openDuckdb(options: DuckdbOptions): Promise<Driver> {
  const { instance, release } = await openDuckdbFile(options);
  return new DuckdbDriver(instance, release);
}

class DuckdbDriver implements Driver {
  readonly #instance: DuckDBInstance;
  readonly #onClose: () => void;
  readonly #all: DuckDBConnection[] = [];
  readonly #idle: DuckDBConnection[] = [];
  readonly #loadThreads = new LoadThreads();

  constructor(instance: DuckDBInstance, onClose: () => void) {
    this.#instance = instance;
    this.#onClose = onClose;
  }

  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#idle.pop() ?? (await this.#connect());
    try {
      return await work(new DuckdbConnection(connection, this.#loadThreads));
    } finally {
      this.#idle.push(connection);
    }
  }

  /** The file belongs to this process as a whole, and so does every connection to it. */
  withWriter<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.withConnection(work);
  }

  endRuns(): Promise<void> {
    // What a dead process did ended with it.
    return Promise.resolve();
  }

  interrupt(): void {
    for (const connection of this.#all) connection.interrupt();
  }

  close(): Promise<void> {
    for (const connection of this.#all) connection.closeSync();
    this.#instance.closeSync();
    this.#onClose();
    return Promise.resolve();
  }

  async #connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    for (const setting of sessionSettings) await connection.run(setting);
    this.#all.push(connection);
    return connection;
  }
}

class DuckdbConnection implements Connection {
  readonly #connection: DuckDBConnection;
  readonly #loadThreads: LoadThreads;

  constructor(connection: DuckDBConnection, loadThreads: LoadThreads) {
    this.#connection = connection;
    this.#loadThreads = loadThreads;
  }

  async run(statement: string): Promise<number> {
    const result = await this.#connection.run(statement).catch((error: unknown) => fail(statement, error));
    return result.rowsChanged;
  }

  async query(statement: string): Promise<Rows> {
    return rowsOf(await this.#connection.runAndReadAll(statement).catch((error: unknown) => fail(statement, error)));
  }

  /** The transaction guards the file; that a query is all there is guards files beside it, which COPY would write. */
  readOnly(statement: string): Promise<Rows> {
    return rolledBack(this, 'begin transaction read only', async () => {
      const query = await this.#onlyQuery(statement);
      return rowsOf(await query.runAndReadAll().catch((error: unknown) => fail(statement, error)));
    });
  }

  async #onlyQuery(statement: string): Promise<DuckDBPreparedStatement> {
    const parsed = await this.#connection
      .extractStatements(statement)
      .catch((error: unknown) => fail(statement, error));
    if (parsed.count !== 1) throw new DatabaseError(`one statement is wanted here, not ${parsed.count}`);
    const query = await parsed.prepare(0).catch((error: unknown) => fail(statement, error));
    if (reading.has(query.statementType)) return query;
    throw new DatabaseError(`a statement of the type ${StatementType[query.statementType]} is not one that only reads`);
  }

  transaction(statements: readonly string[]): Promise<Rows> {
    return runTransaction(this, statements);
  }

  async set(statement: string): Promise<void> {
    await this.run(statement);
  }

  load(statement: string): Promise<number> {
    return this.#loadThreads.during(
      (setting) => this.run(setting),
      () => this.run(statement),
    );
  }

  copy(): Promise<number> {
    throw new Error('DuckDB reads files itself: nothing is streamed to it');
  }

  onWarning(): void {
    // DuckDB gives no warnings.
  }

  async append(
    relation: Relation,
    columns: readonly Column[],
    rows: Iterable<readonly (string | null)[]>,
  ): Promise<void> {
    const appender = await this.#connection.createAppender(relation.identifier, relation.schema);
    try {
      for (const row of rows) {
        for (let i = 0; i < columns.length; i++) {
          const value = row[i] ?? null;
          if (value === null) appender.appendNull();
          else appender.appendVarchar(value);
        }
        appender.endRow();
      }
      appender.closeSync();
    } catch (error) {
      fail('', error);
    }
  }
}

const reading: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN]);

function rowsOf(result: DuckDBResultReader): Rows {
  const types = result.columnTypes();
  const isReal = types.map(({ typeId }) => typeId === DuckDBTypeId.FLOAT);
  return {
    // JSON is another name for text, and only that name tells it from text.
    columns: result.columnNames().map((name, i) => ({ name, type: types[i]?.alias ?? String(types[i]) })),
    rows: result
      .getRows()
      .map((row) =>
        row.map((value, i) => (isReal[i] === true && typeof value === 'number' ? shortest(value) : duckdbCell(value))),
      ),
  };
}

/** A number of 4 bytes with the fewest digits that tell it from its neighbours, as other engines write it: 0.1 and not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : value;
}

/** Throws what DuckDB said as a DatabaseError. Its own errors are JSON here, with a position in bytes. */
function fail(statement: string, cause: unknown): never {
  const text = cause instanceof Error ? cause.message : String(cause);
  const json = /\{.*\}/s.exec(text)?.[0];
  let said: { exception_message?: string; position?: string } = {};
  try {
    said = JSON.parse(json ?? '{}') as typeof said;
  } catch {
    // Not one of its JSON errors: then the text is all there is.
  }
  const [message = text, ...more] = (said.exception_message ?? text).split('\n').map((line) => line.trim());
  const bytes = said.position === undefined ? undefined : Number(said.position);
  const offset = bytes === undefined ? undefined : Buffer.from(statement).subarray(0, bytes).toString('utf8').length;
  const hint = more
    .filter((line) => line !== '')
    .join('; ')
    .replace('bindings: :', 'bindings:');
  throw new DatabaseError(message, { offset, hint: hint === '' ? undefined : hint, cause });
}
