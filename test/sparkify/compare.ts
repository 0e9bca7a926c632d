import { createHash } from 'node:crypto';
import type { Engine, TestProject } from '../support/project.ts';
import { arrive, rowsOf, sparkify } from './sparkify.ts';

const marts = ['songplays', 'users', 'user_levels', 'songs', 'artists', 'time', 'places', 'us_states'];
export const relations = [
  'staging.staging_events',
  'staging.staging_songs',
  'intermediate.plays',
  'intermediate.song_matches',
  ...marts.map((table) => `analytics.${table}`),
];
export const rawParts = ['log_data', 'song_data', 'log_json_path.json'];

/** A checksum of the rows of each published relation, in whatever order they stand there. */
export async function checksums(own: TestProject): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const relation of relations) {
    const rows = await rowsOf(own, relation);
    sums[relation] = `${rows.length} rows, ${createHash('sha256').update(rows.join('\n')).digest('hex')}`;
  }
  return sums;
}

/** The project on an engine, with the raw files of a folder published. */
export async function fromDisk(engine: Engine, from: string): Promise<TestProject> {
  const own = sparkify(engine);
  arrive(own, from, rawParts);
  await own.publish();
  return own;
}

/** Numbers as numbers: one engine divides to a decimal where another one divides to a double. */
export function plainly(row: readonly unknown[]): unknown[] {
  return row.map((cell) => (typeof cell === 'string' && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell));
}
