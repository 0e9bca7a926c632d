import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { openAdapter } from '../../runner/adapters/adapter.ts';
import type { Connection } from '../../runner/adapters/driver.ts';
import type { Target } from '../../runner/config/target.ts';
import type { Phase } from '../../runner/core/run-event.ts';
import { runOfRelation } from '../../runner/materialize/names.ts';

/** Where a run is killed: at the n-th statement, load or test, when a phase begins, or after so many milliseconds. */
export interface KillPoint {
  readonly at: Phase | 'statement' | 'load' | 'test' | 'time';
  readonly nth: number;
}

/** Runs the main job in a process of its own, which kills itself at `point`. Gives whether it came to its end before. */
export async function runAndKill(
  projectDir: string,
  point: KillPoint,
  env: Readonly<Record<string, string>> = {},
): Promise<'killed' | 'ended'> {
  const child = startRun(projectDir, point, env);
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += String(text)));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return 'killed';
  if (code === 0) return 'ended';
  throw new Error(`the run failed for another reason: ${said}`);
}

/** Starts the main job in a process of its own. */
export function startRun(
  projectDir: string,
  point: KillPoint,
  env: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, null, Readable> {
  return spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'child.ts'), projectDir, JSON.stringify(point)],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
}

/** What readers see: for each published table its rows as text, sorted, without the marks of the runs that loaded them. */
export function published(target: Target, schemas: readonly string[]): Promise<Map<string, string[]>> {
  return looking(target, async (connection) => {
    const tables = new Map<string, string[]>();
    for (const [schema, name] of await relations(connection, schemas)) {
      if (runOfRelation(name) !== undefined) continue;
      const { columns, rows } = await connection.query(`select * from ${schema}."${name}"`);
      const kept = columns.flatMap((column, i) => (column.name === '_load_id' ? [] : [i]));
      tables.set(`${schema}.${name}`, rows.map((row) => JSON.stringify(kept.map((i) => String(row[i])))).sort());
    }
    return tables;
  });
}

/** Relations that a run made for itself and that are still there, and the files that the ledger has more than once. */
export function leftovers(target: Target, schemas: readonly string[], metaSchema: string): Promise<string[]> {
  return looking(target, async (connection) => {
    const made = (await relations(connection, [...schemas, metaSchema])).map(([, name]) => name);
    const { rows } = await connection.query(
      `select path from ${metaSchema}.loaded_files group by path, unique_id having count(*) > 1
       union all select run_id from ${metaSchema}.runs where status = 'running'`,
    );
    return [...made.filter((name) => runOfRelation(name) !== undefined), ...rows.map(([name]) => String(name))];
  });
}

async function relations(connection: Connection, schemas: readonly string[]): Promise<[string, string][]> {
  const { rows } = await connection.query(
    `select table_schema, table_name from information_schema.tables where table_schema in (${schemas.map((schema) => `'${schema}'`).join(', ')}) order by 1, 2`,
  );
  return rows.map(([schema, name]) => [String(schema), String(name)]);
}

async function looking<T>(target: Target, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { driver } = await openAdapter(target, {
    projectDir: '.',
    access: 'read',
    holder: { command: 'look', since: '' },
    wait: undefined,
    signal: undefined,
    metaSchema: 'look_meta',
    threads: 1,
  });
  return driver.withConnection(work).finally(() => driver.close());
}
