import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDuckdb } from '../../runner/adapters/drivers/duckdb.ts';
import type { Phase } from '../../runner/core/run-event.ts';

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
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'child.ts'), projectDir, JSON.stringify(point)],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += String(text)));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return 'killed';
  if (code === 0) return 'ended';
  throw new Error(`the run failed for another reason: ${said}`);
}

/** What readers see: for each published table its rows as text, sorted, without the marks of the runs that loaded them. */
export async function published(file: string, schemas: readonly string[]): Promise<Map<string, string[]>> {
  const driver = await openDuckdb({
    path: file,
    access: 'read',
    holder: { command: 'look', since: '' },
    wait: undefined,
    signal: undefined,
    memoryLimit: undefined,
  });
  try {
    return await driver.withConnection(async (connection) => {
      const names = await connection.query(
        `select schema_name || '.' || '"' || table_name || '"' from duckdb_tables() where schema_name in (${schemas.map((schema) => `'${schema}'`).join(', ')}) and table_name not similar to '.*__r[0-9a-z]{9}.*'
         union all select schema_name || '.' || '"' || view_name || '"' from duckdb_views() where schema_name in (${schemas.map((schema) => `'${schema}'`).join(', ')}) and view_name not similar to '.*__r[0-9a-z]{9}.*'
         order by 1`,
      );
      const tables = new Map<string, string[]>();
      for (const [name] of names.rows) {
        const { columns, rows } = await connection.query(`select * from ${String(name)}`);
        const kept = columns.flatMap((column, i) => (column.name === '_load_id' ? [] : [i]));
        tables.set(String(name), rows.map((row) => JSON.stringify(kept.map((i) => String(row[i])))).sort());
      }
      return tables;
    });
  } finally {
    await driver.close();
  }
}

/** Relations that a run made for itself and that are still there, and the files that the ledger has more than once. */
export async function leftovers(file: string, metaSchema: string): Promise<string[]> {
  const driver = await openDuckdb({
    path: file,
    access: 'read',
    holder: { command: 'look', since: '' },
    wait: undefined,
    signal: undefined,
    memoryLimit: undefined,
  });
  try {
    return await driver.withConnection(async (connection) => {
      const { rows } = await connection.query(
        `select table_name from duckdb_tables() where table_name similar to '.*__r[0-9a-z]{9}.*'
         union all select view_name from duckdb_views() where view_name similar to '.*__r[0-9a-z]{9}.*'
         union all select path from ${metaSchema}.loaded_files group by path, unique_id having count(*) > 1
         union all select run_id from ${metaSchema}.runs where status = 'running'`,
      );
      return rows.map(([name]) => String(name));
    });
  } finally {
    await driver.close();
  }
}
