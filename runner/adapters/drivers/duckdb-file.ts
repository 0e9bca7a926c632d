import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { FaultError } from '../../core/fault.ts';
import { makeFolder } from '../../files/make-folder.ts';
import { refusal } from '../../files/refusal.ts';
import { readText, writeText } from '../../files/text-file.ts';
import type { Holder } from '../driver.ts';

export interface DuckdbOptions {
  readonly path: string;
  readonly memoryLimit: string | undefined;
  /** A reader shares the file with other readers; a writer has it for itself. */
  readonly access: 'read' | 'write';
  /** What others are told who find the file taken. */
  readonly holder: Holder;
  /** Whether to wait for whoever has the file; told once when the waiting begins. */
  readonly wait: ((holder: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A file that is opened, and what to do when it is closed. */
export interface DuckdbFile {
  readonly instance: DuckDBInstance;
  readonly release: () => void;
}

/**
 * The name under which the file is attached. Opened directly it would be named for the file, and a schema of the same
 * name would be ambiguous.
 */
export const catalogName = 'warehouse_file';

const lockPollMs = 200;

/** Opens a file, making it for a writer if need be. Throws a FaultError when there is none or another process has it. */
export async function openDuckdbFile(options: DuckdbOptions): Promise<DuckdbFile> {
  const { path, access, holder } = options;
  if (access === 'read') requireFile(path);
  else requireFolder(dirname(path));
  requireRegularFile(path);
  const instance = await attach(options);
  if (access === 'read') return { instance, release: () => undefined };
  writeText(noteFile(path), noteFile(path), JSON.stringify({ pid: process.pid, ...holder }));
  return { instance, release: () => rmSync(noteFile(path), { force: true }) };
}

function requireFile(path: string): void {
  if (existsSync(path)) return;
  throw new FaultError({
    code: 'nothing-published',
    message: `there is no database ${path} yet`,
    hint: 'build it: sparkify-run models',
  });
}

function requireFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw refusal('write', folder, error);
  }
}

/** To open a pipe or a device may never end, and nothing interrupts DuckDB there. */
function requireRegularFile(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isFile() === false) throw new FaultError(openFault(path, 'it is not a regular file', undefined));
}

async function attach(options: DuckdbOptions): Promise<DuckDBInstance> {
  const { path, access, memoryLimit, signal, wait } = options;
  const config = { temp_directory: `${path}.tmp`, ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }) };
  const instance = await DuckDBInstance.create(':memory:', config).catch((error: unknown) => {
    throw new FaultError(openFault(path, refusalOf(error), undefined), { cause: error });
  });
  const connection = await instance.connect();
  const statement = `attach '${path.replaceAll("'", "''")}' as ${catalogName}${access === 'read' ? ' (read_only)' : ''}`;
  try {
    for (let told = false; ; told = true) {
      const refusal = await connection.run(statement).then(() => undefined, refusalOf);
      if (refusal === undefined) return instance;
      const holder = refusal.includes('Could not set lock') ? holderOf(path, refusal) : undefined;
      if (holder === undefined || wait === undefined) throw new FaultError(openFault(path, refusal, holder));
      if (!told) wait(holder);
      await setTimeout(lockPollMs, undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    instance.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
}

function refusalOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Beside the file: who writes to it. DuckDB's own lock only tells a process id. */
function noteFile(path: string): string {
  return `${path}.holder.json`;
}

function holderOf(path: string, refusal: string): string {
  const pid = /PID (\d+)/.exec(refusal)?.[1];
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  try {
    const note = JSON.parse(readText(noteFile(path), noteFile(path))) as Holder & { pid: number };
    if (pid !== undefined && String(note.pid) !== pid) return who;
    return `process ${note.pid}, ${note.run === undefined ? '' : `run ${note.run}, `}"${note.command}", since ${note.since}`;
  } catch {
    // A reader leaves no note, and a dead writer's is of no use: the lock itself is what counts.
    return who;
  }
}

function openFault(
  path: string,
  refusal: string,
  holder: string | undefined,
): ConstructorParameters<typeof FaultError>[0] {
  return holder === undefined
    ? {
        code: 'database-unavailable',
        message: `cannot open the database ${path}: ${refusal}`,
        hint: 'is it a DuckDB file that this user may read and write?',
      }
    : {
        code: 'database-locked',
        message: `the database ${path} is in use by ${holder}`,
        hint: 'wait for it to end, or add --wait',
      };
}
