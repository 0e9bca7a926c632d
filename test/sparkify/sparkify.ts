import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cell } from '../../runner/adapters/driver.ts';
import { atWarehouse, roads } from '../redshift/shop-warehouse.ts';
import type { Engine, TestProject } from '../support/project.ts';
import { project } from '../support/project.ts';

export const root = join(import.meta.dirname, '../..');
export const sample = join(root, 'seeds');
/** Folders of raw files to run on, laid out as in S3: the sample, and that of SPARKIFY_CHECK=/some/folder npm test */
const other = process.env['SPARKIFY_CHECK'];
export const folders = [sample, ...(other === undefined ? [] : [other])];
if (other === undefined)
  console.log('only the sample is looked at: set SPARKIFY_CHECK to a folder of raw files to look at those too');

export const statesCsv = join(sample, 'us_states.csv');

/** Puts the project itself into a folder, without any raw files. */
export function copyProject(dir: string): void {
  for (const part of [
    'dwh.yaml',
    'models',
    'macros',
    'analyses',
    'test/data',
    'seeds/us_states.csv',
    'seeds/_seeds.yml',
  ]) {
    cpSync(join(root, part), join(dir, part), { recursive: true });
  }
}

/** The project itself, in a folder of its own and with a database of its own, without any raw files. */
export function sparkify(engine: Engine = 'duckdb', raw = 'seeds'): TestProject {
  const own = project({}, engine);
  copyProject(own.dir);
  const config = own.read('dwh.yaml');
  const road = roads.find((candidate) => candidate === engine);
  const target = engine === 'postgres' ? 'warehouse' : 'local';
  own.write({
    'dwh.yaml': road === undefined ? config.replace('target: local', `target: ${target}`) : atWarehouse(config, road),
  });
  own.env = { ...own.env, SPARKIFY_RAW: own.redshift === undefined ? raw : 's3://raw-data' };
  own.rawFolder = 'seeds';
  return own;
}

/** Lets raw files of a folder arrive in the project's own. */
export function arrive(own: TestProject, from: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(own.dir, 'seeds', file)), { recursive: true });
    cpSync(join(from, file), join(own.dir, 'seeds', file), { recursive: true, preserveTimestamps: true });
  }
}

/** The rows of a table as text, sorted, to compare with others. */
export async function rowsOf(own: TestProject, table: string): Promise<string[]> {
  return sorted(await own.rows(`select * from ${table}`));
}

export function sorted(rows: readonly (readonly Cell[])[]): string[] {
  return rows.map((row) => JSON.stringify(row.map((cell) => (cell === null ? null : String(cell))))).sort();
}
