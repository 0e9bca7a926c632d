import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeSample } from '../runner/sample/make-sample.ts';
import { linesOf, secondsOf } from './log-lines.ts';
import type { Figure, Measured } from './measure.ts';
import { withNativeLoads } from './native-loads.ts';
import { measure, median, program } from './measure.ts';

const project = join(import.meta.dirname, '..');
const base = { users: 20_000, seed: 1, start: new Date('2018-11-01') };

/** A million events and 100,000 songs in 100 files, made if they are not there. Gives their folder. */
export async function millionEventsIn(work: string): Promise<string> {
  const raw = join(work, 'million');
  if (!existsSync(raw))
    await makeSample(raw, { ...base, events: 1_000_000, songs: 100_000, days: 90, songsPerFile: 10_000 });
  return raw;
}

/** The main job on a million events and 100,000 songs in 100 files, and on 15,000 files of one song each. */
export async function benchModels(work: string): Promise<Figure[]> {
  const raw = await millionEventsIn(work);
  return [...(await millionEvents(work, raw)), ...(await smallFiles(work))];
}

async function millionEvents(work: string, raw: string): Promise<Figure[]> {
  const database = join(work, 'million.duckdb');
  const all = { raw, files: rawFiles(raw) };
  const first = await withFloor('models, 1 million events, 100,000 songs, 100 files', 1.3, work, all, database, () =>
    clear(database),
  );
  const again = await median(3, () => run(raw, database));
  // Two days and a tenth of the songs arrive late: rows of most tables are added, and old plays are matched again.
  const begun = `${database}.begun`;
  const partial = join(work, 'partial');
  const late = [
    ...all.files.filter((file) => file.includes('log_data')).slice(-2),
    ...all.files.filter((file) => file.includes('song_data')).slice(-1),
  ];
  copyWithout(raw, partial, late);
  clear(database);
  await run(partial, database);
  cpSync(database, begun);
  const more = { raw, files: late };
  const rerun = await withFloor('models again, 2 days and 10,000 songs more', 1.5, work, more, database, () => {
    clear(database);
    cpSync(begun, database);
  });
  const same: Figure = {
    what: 'models again, nothing new',
    seconds: again.seconds,
    megabytes: again.megabytes,
    limit: 'no raw file is read',
    holds: !again.stdout.includes('load_progress'),
  };
  return [...first, same, ...rerun];
}

function rawFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted();
}

/** A copy of a folder without some of its files, by links so that it costs nothing. */
function copyWithout(from: string, to: string, left: readonly string[]): void {
  rmSync(to, { recursive: true, force: true });
  for (const file of rawFiles(from).filter((name) => !left.includes(name))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    linkSync(join(from, file), join(to, file));
  }
}

/** Runs the main job, and replays what it sent from the same beginning, but that DuckDB reads the raw files `files` itself. */
async function withFloor(
  what: string,
  most: number,
  work: string,
  { raw, files }: { readonly raw: string; readonly files: readonly string[] },
  database: string,
  prepare: () => void,
): Promise<Figure[]> {
  const statements = join(work, 'statements.json');
  const measured = await median(3, () => run(raw, database), prepare);
  writeFileSync(statements, JSON.stringify(withNativeLoads(sqlOf(measured), raw, files)));
  const kept = `${database}.kept`;
  cpSync(database, kept);
  const floor = await median(
    3,
    () => measure(['--import', 'tsx', join(import.meta.dirname, 'replay.ts'), statements, database]),
    prepare,
  );
  clear(database);
  cpSync(kept, database);
  const seconds = Number(floor.stdout.trim().split('\n').at(-1));
  const ratio = measured.seconds / seconds;
  return [
    {
      what: 'floor: its statements in one DuckDB process',
      seconds,
      megabytes: floor.megabytes,
      limit: '',
      holds: true,
    },
    {
      what,
      seconds: measured.seconds,
      megabytes: measured.megabytes,
      ratio,
      limit: `${most}x of the floor, 1,000 MB`,
      holds: ratio <= most && measured.megabytes <= 1000,
    },
  ];
}

async function smallFiles(work: string): Promise<Figure[]> {
  const raw = join(work, 'small');
  if (!existsSync(raw))
    await makeSample(raw, { ...base, users: 10, events: 100, songs: 15_000, days: 1, songsPerFile: 1 });
  const database = join(work, 'small.duckdb');
  const measured = await median(
    5,
    () => run(raw, database, ['staging_songs']),
    () => clear(database),
  );
  const load = secondsOf(measured, 'model.sparkify.staging_songs');
  return [
    {
      what: '15,000 song files of one object each: load',
      seconds: load,
      megabytes: measured.megabytes,
      limit: '1.5 s, 300 MB',
      holds: load <= 1.5 && measured.megabytes <= 300,
    },
  ];
}

function run(raw: string, database: string, selectors: readonly string[] = []): Promise<Measured> {
  return measure(
    [program, 'models', ...selectors, '--project-dir', project, '--log-format', 'json', '--log-level', 'debug'],
    { SPARKIFY_RAW: raw, SPARKIFY_DB: database },
  );
}

/** What the run sent, its transaction included; what is only looked up before or swept after does not count. */
function sqlOf(measured: Measured): string[] {
  const statements: string[] = [];
  for (const line of linesOf(measured)) {
    if (line.event === 'phase' && line.phase === 'clean') return statements;
    if (line.event === 'statement' && line.sql !== undefined) statements.push(line.sql);
  }
  return statements;
}

function clear(database: string): void {
  for (const suffix of ['', '.wal', '.holder.json', '.tmp'])
    rmSync(`${database}${suffix}`, { recursive: true, force: true });
}
