import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { FaultError } from '../../core/fault.ts';
import type { Relation } from '../../core/relation.ts';
import type { Cell, Connection, Driver, Rows } from '../driver.ts';
import { DatabaseError } from '../driver.ts';

/** Redshift's semantics where DuckDB can be told to have them; and errors that say where they are. */
const sessionSettings = [
  'set integer_division = true',
  "set default_null_order = 'nulls_last_on_asc_first_on_desc'",
  "set timezone = 'UTC'",
  'set errors_as_json = true',
];

export interface DuckdbOptions {
  readonly path: string;
  readonly memoryLimit: string | undefined;
  /** A reader shares the file with other readers; a writer has it for itself. */
  readonly access: 'read' | 'write';
  /** What others are told who find the file taken. */
  readonly holder: { readonly command: string; readonly since: string };
  /** Whether to wait for whoever has the file; told once when the waiting begins. */
  readonly wait: ((holder: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Opens a DuckDB file, making it if need be. Throws a FaultError when another process has it or it is no such file. */
export async function openDuckdb(options: DuckdbOptions): Promise<Driver> {
  if (options.access === 'write') mkdirSync(dirname(options.path), { recursive: true });
  else if (!existsSync(options.path)) {
    throw new FaultError({ code: 'nothing-published', message: `there is no database ${options.path} yet`, hint: 'build it: sparkify-run models' });
  }
  const instance = await open(options);
  const note = noteFile(options.path);
  if (options.access === 'write') writeFileSync(note, JSON.stringify({ pid: process.pid, ...options.holder }));
  return new DuckdbDriver(instance, () => {
    if (options.access === 'write') rmSync(note, { force: true });
  });
}

async function open(options: DuckdbOptions): Promise<DuckDBInstance> {
  const config = {
    access_mode: options.access === 'read' ? 'READ_ONLY' : 'READ_WRITE',
    ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
  };
  for (let told = false; ; told = true) {
    try {
      return await DuckDBInstance.create(options.path, config);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const locked = message.includes('Could not set lock');
      const holder = holderOf(options.path, message);
      if (!locked || options.wait === undefined) throw openFault(options.path, message, locked ? holder : undefined, error);
      if (!told) options.wait(holder);
      await setTimeout(lockPollMs, undefined, { ...(options.signal === undefined ? {} : { signal: options.signal }) });
    }
  }
}

const lockPollMs = 200;

/** Beside the file: who writes to it. DuckDB's own lock only tells a process id. */
function noteFile(path: string): string {
  return `${path}.holder.json`;
}

function holderOf(path: string, message: string): string {
  const pid = /PID (\d+)/.exec(message)?.[1];
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  try {
    const note: unknown = JSON.parse(readFileSync(noteFile(path), 'utf8'));
    const { pid: noted, command, since } = note as { pid: number; command: string; since: string };
    return pid === undefined || String(noted) === pid ? `process ${noted}, "${command}", since ${since}` : who;
  } catch {
    // A reader leaves no note, and a dead writer's is of no use: the lock itself is what counts.
    return who;
  }
}

function openFault(path: string, message: string, holder: string | undefined, cause: unknown): FaultError {
  if (holder !== undefined) {
    const hint = 'wait for it to end, or add --wait';
    return new FaultError({ code: 'database-locked', message: `the database ${path} is in use by ${holder}`, hint }, { cause });
  }
  const hint = 'is it a DuckDB file that this user may read and write?';
  return new FaultError({ code: 'database-unavailable', message: `cannot open the database ${path}: ${message}`, hint }, { cause });
}

class DuckdbDriver implements Driver {
  readonly #instance: DuckDBInstance;
  readonly #onClose: () => void;
  readonly #all: DuckDBConnection[] = [];
  readonly #idle: DuckDBConnection[] = [];

  constructor(instance: DuckDBInstance, onClose: () => void) {
    this.#instance = instance;
    this.#onClose = onClose;
  }

  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#idle.pop() ?? (await this.#connect());
    try {
      return await work(new DuckdbConnection(connection));
    } finally {
      this.#idle.push(connection);
    }
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

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async run(statement: string): Promise<number> {
    const result = await this.#connection.run(statement).catch((error: unknown) => fail(statement, error));
    return result.rowsChanged;
  }

  async query(statement: string): Promise<Rows> {
    const result = await this.#connection.runAndReadAll(statement).catch((error: unknown) => fail(statement, error));
    const types = result.columnTypes();
    return {
      columns: result.columnNames().map((name, i) => ({ name, type: String(types[i]) })),
      rows: result.getRows().map((row) => row.map(cell)),
    };
  }

  async append(relation: Relation, columns: number, rows: Iterable<readonly (string | null)[]>): Promise<void> {
    const appender = await this.#connection.createAppender(relation.identifier, relation.schema);
    try {
      for (const row of rows) {
        for (let i = 0; i < columns; i++) {
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

function cell(value: DuckDBValue): Cell {
  return typeof value === 'object' && value !== null ? String(value) : (value as Cell);
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
  const hint = more.filter((line) => line !== '').join('; ');
  throw new DatabaseError(message, { offset, hint: hint === '' ? undefined : hint, cause });
}
