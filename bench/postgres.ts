import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresAddress } from '../test/support/postgres-server.ts';
import { startPostgres } from '../test/support/postgres-server.ts';
import { readAlong, starFiles, starVars } from '../test/support/read-along.ts';
import { linesOf, secondsOf } from './log-lines.ts';
import type { Figure, Measured } from './measure.ts';
import { measure, median, program } from './measure.ts';
import { makeViews, serverConfig } from './view-project.ts';

const project = join(import.meta.dirname, '..');

/** The main job on a PostgreSQL server with its own settings, beside what psql and a bare script need for the same. */
export async function benchPostgres(work: string, raw: string): Promise<Figure[]> {
  const { address, stop } = await startPostgres([]);
  try {
    return [
      ...(await loads(work, raw, address)),
      ...(await memory(work, raw, address)),
      ...(await manyViews(work, address)),
      await readers(work, address),
    ];
  } finally {
    await stop();
  }
}

/** The same rows as ready-made text through psql; then the same statements. */
async function loads(work: string, raw: string, server: PostgresAddress): Promise<Figure[]> {
  const at = { ...server, database: 'bench_load' };
  const runs: Measured[] = [];
  const run = async (): Promise<Measured> => {
    const measured = await main(at, raw, ['--threads', '1']);
    runs.push(measured);
    return measured;
  };
  const whole = await median(3, run, () => fresh(server, at.database));
  const load = medianOf(runs.map(copySeconds));
  if (spawnSync('psql', ['--version']).error !== undefined) {
    const why = 'psql is not on this machine: apt-get install postgresql-client';
    return [
      {
        what: `models on PostgreSQL (${why})`,
        seconds: whole.seconds,
        megabytes: whole.megabytes,
        limit: '',
        holds: true,
      },
    ];
  }
  const texts = readyMade(work, at);
  const copy = medianOf([1, 2, 3].map(() => copied(texts, at)));
  const replay = medianOf([1, 2, 3].map(() => replayed(work, whole, texts, server)));
  const [loadRatio, wholeRatio] = [load / copy, whole.seconds / replay];
  return [
    {
      what: 'floor: `psql \\copy` of the rows of a million events and 100,000 songs, ready-made as text',
      seconds: copy,
      limit: '',
      holds: true,
    },
    {
      what: 'load of the same rows from JSON',
      seconds: load,
      ratio: loadRatio,
      limit: '1.5x of the floor',
      holds: loadRatio <= 1.5,
    },
    {
      what: 'floor: the statements of the run through psql, one after another',
      seconds: replay,
      limit: '',
      holds: true,
    },
    {
      what: 'models, 1 million events, 100,000 songs',
      seconds: whole.seconds,
      megabytes: whole.megabytes,
      ratio: wholeRatio,
      limit: '1.3x of the floor',
      holds: wholeRatio <= 1.3,
    },
  ];
}

/** The rows of the staging tables as COPY text, by table. */
function readyMade(work: string, at: PostgresAddress): ReadonlyMap<string, string> {
  const tables = ['staging_events', 'staging_songs'];
  return new Map(
    tables.map((table) => {
      const file = join(work, `${table}.copy`);
      const columns = psql(
        at,
        `select string_agg(quote_ident(attname), ',' order by attnum) from pg_attribute where attrelid = 'staging.${table}'::regclass and attnum > 0 and attname <> '_load_id'`,
      ).trim();
      psql(at, `\\copy staging.${table} (${columns}) to '${file}'`);
      psql(at, `create table if not exists staging.${table}_floor (like staging.${table} including all)`);
      return [table, `${columns}|${file}`];
    }),
  );
}

function copied(texts: ReadonlyMap<string, string>, at: PostgresAddress): number {
  let seconds = 0;
  for (const [table, text] of texts) {
    const [columns = '', file = ''] = text.split('|');
    psql(at, `truncate staging.${table}_floor`);
    const begin = performance.now();
    psql(at, `\\copy staging.${table}_floor (${columns}) from '${file}'`);
    seconds += (performance.now() - begin) / 1000;
  }
  return seconds;
}

/** Sends what a run sent to a new database, by psql alone. What the run streamed is read from the ready-made text. */
function replayed(work: string, whole: Measured, texts: ReadonlyMap<string, string>, server: PostgresAddress): number {
  const at = { ...server, database: 'bench_replay' };
  fresh(server, at.database);
  const script = join(work, 'replay.sql');
  const lines = statementsOf(whole).map(({ sql }) => {
    const into = /^\s*copy "staging"\."(staging_[a-z]+?)__/.exec(sql)?.[1];
    if (into === undefined) return `${sql};`;
    const [, file = ''] = (texts.get(into) ?? '').split('|');
    return sql
      .trim()
      .replaceAll(/\s+/g, ' ')
      .replace(/^copy/, '\\copy')
      .replace(/from stdin$/, `from '${file}'`);
  });
  writeFileSync(script, `${lines.join('\n')}\n`);
  const begin = performance.now();
  psql(at, `\\i ${script}`);
  return (performance.now() - begin) / 1000;
}

/** How much memory a load takes at most, as the files grow: the same events again under other names. */
async function memory(work: string, raw: string, server: PostgresAddress): Promise<Figure[]> {
  const figures: Figure[] = [];
  let first: number | undefined;
  for (const [name, share] of [
    ['100 thousand', 0.1],
    ['1 million', 1],
    ['5 million', 5],
  ] as const) {
    const folder = linked(work, raw, share);
    const at = { ...server, database: 'bench_memory' };
    fresh(server, at.database);
    // The same events again and again: tests would find them.
    const measured = await main(at, folder, ['staging_events', '--exclude', 'resource_type:test']);
    first ??= measured.megabytes;
    figures.push({
      what: `load of ${name} events`,
      seconds: secondsOf(measured, 'model.sparkify.staging_events'),
      megabytes: measured.megabytes,
      limit: 'memory of the first, and a half more',
      holds: measured.megabytes <= 1.5 * first,
    });
  }
  return figures;
}

/** A folder with so many times the events. Files of one content would be loaded once: copies end in more line breaks. */
function linked(work: string, raw: string, share: number): string {
  const folder = join(work, `events-${share}`);
  rmSync(folder, { recursive: true, force: true });
  const files = readdirSync(join(raw, 'log_data'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  const taken = files.slice(0, Math.ceil(files.length * Math.min(1, share)));
  for (let copy = 0; copy < Math.max(1, share); copy++)
    for (const file of taken) {
      const to = join(folder, 'log_data', String(copy), file);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(raw, 'log_data', file), to);
      appendFileSync(to, '\n'.repeat(copy));
    }
  linkSync(join(raw, 'log_json_path.json'), join(folder, 'log_json_path.json'));
  return folder;
}

/** 500 small views with 8 threads, beside their statements from a bare script with 8 connections. */
async function manyViews(work: string, server: PostgresAddress): Promise<Figure[]> {
  const dir = makeViews(join(work, 'views'), 500);
  const at = { ...server, database: 'bench_views' };
  const whole = await median(
    5,
    () => main(at, '', ['--threads', '8'], dir),
    () => fresh(server, at.database),
  );
  const list = join(work, 'views.json');
  writeFileSync(list, JSON.stringify(statementsOf(whole)));
  const env = connection(at);
  const script = await median(
    5,
    () => measure(['--import', 'tsx', join(import.meta.dirname, 'replay-postgres.ts'), list], env),
    () => fresh(server, at.database),
  );
  const floor = Number(script.stdout.trim());
  const seconds = runSeconds(whole);
  const ratio = seconds / floor;
  return [
    {
      what: 'floor: the statements for 500 views from a bare script, 8 connections',
      seconds: floor,
      limit: '',
      holds: true,
    },
    {
      what: '500 small views, 8 threads',
      seconds,
      megabytes: whole.megabytes,
      ratio,
      limit: '1.5x of the floor',
      holds: ratio <= 1.5,
    },
  ];
}

/** Readers join fact and dimensions while changed data is published again and again. */
async function readers(work: string, server: PostgresAddress): Promise<Figure> {
  const dir = join(work, 'readers');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'models'), { recursive: true });
  for (const [path, text] of Object.entries(starFiles)) writeFileSync(join(dir, path), text);
  writeFileSync(
    join(dir, 'dwh.yaml'),
    `${serverConfig}folders:\n  models: { schema: shop, materialized: table }\n${starVars}`,
  );
  const at = { ...server, database: 'bench_readers' };
  fresh(server, at.database);
  const publish = (version: number): Promise<Measured> => main(at, '', ['--vars', `version=${version}`], dir);
  await publish(0);
  const begin = performance.now();
  let published = 0;
  const done = new AbortController();
  const reading = readAlong(at, 5000, () => published >= 20).finally(() => done.abort());
  while (!done.signal.aborted) await publish(++published);
  const { reads, versions, wrong } = await reading;
  return {
    what: `${reads} joins by readers during ${published} publishes: ${versions} states seen, ${wrong.length} errors or mixes`,
    seconds: (performance.now() - begin) / 1000,
    limit: '5,000 joins, none wrong',
    holds: reads >= 5000 && wrong.length === 0,
  };
}

/** The main job as a process of its own, which tells its statements. */
function main(at: PostgresAddress, raw: string, args: readonly string[], dir = project): Promise<Measured> {
  const target = dir === project ? ['--target', 'warehouse'] : [];
  return measure(
    [program, 'models', ...args, ...target, '--project-dir', dir, '--log-format', 'json', '--log-level', 'debug'],
    {
      ...connection(at),
      SPARKIFY_RAW: raw,
    },
  );
}

function connection({ host, port, user, password, database }: PostgresAddress): Record<string, string> {
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGSSLMODE: 'disable',
  };
}

function psql(at: PostgresAddress, command: string): string {
  const { status, stdout, stderr } = spawnSync(
    'psql',
    ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', command],
    {
      env: { ...process.env, ...connection(at), PGSSLMODE: 'disable' },
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    },
  );
  if (status !== 0) throw new Error(`psql: ${stderr.slice(-2000)}`);
  return stdout;
}

/** A database of that name with nothing in it. */
function fresh(server: PostgresAddress, database: string): void {
  const script = `import pg from 'pg'; const c = new pg.Client(); await c.connect(); await c.query('drop database if exists ${database} with (force)'); await c.query('create database ${database}'); await c.query('checkpoint'); await c.end();`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: project,
    env: { ...process.env, ...connection({ ...server, database: 'postgres' }) },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

/** What a run sent from its beginning to its end, and for which node. */
function statementsOf(measured: Measured): { sql: string; node: string | undefined }[] {
  const lines = linesOf(measured);
  const begin = lines.findIndex(({ event, phase }) => event === 'phase' && phase === 'sweep');
  return lines
    .slice(begin)
    .flatMap(({ event, sql, unique_id: node }) =>
      event === 'statement' && sql !== undefined ? [{ sql, node: node ?? undefined }] : [],
    );
}

/** How long the copy statements of a run took: each until the next statement of its node was sent. */
function copySeconds(measured: Measured): number {
  const statements = linesOf(measured).filter(({ event }) => event === 'statement');
  return statements
    .map(({ sql = '', time, unique_id: node }, i) => {
      if (!/^\s*copy "staging"/.test(sql)) return 0;
      const next = statements.slice(i + 1).find(({ unique_id }) => unique_id === node);
      return (Date.parse(next?.time ?? '') - Date.parse(time)) / 1000;
    })
    .reduce((sum, seconds) => sum + seconds, 0);
}

function runSeconds(measured: Measured): number {
  return linesOf(measured).find(({ event }) => event === 'run_finished')?.seconds ?? NaN;
}

function medianOf(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}
