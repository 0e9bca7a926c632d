/**
 * Breaks what the program does, and looks at what is left: npm run test:chaos -- --seed 7 --runs 50 --engine postgres
 * Runs of the project are killed at moments drawn by chance, while raw files arrive piece by piece. After each kill
 * readers must see what a finished run has published, the next run must complete, no file may be loaded twice and nothing
 * may be left over; at the end all tables must be those of one run over everything. Of `cluster`, each call of AWS goes
 * wrong in each way while a cluster is made and removed: all of them, or with --runs so many. With --write the result
 * is put into bench/README.md.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { models } from '../../runner/commands/models.ts';
import type { Target } from '../../runner/config/target.ts';
import { Chance } from '../../runner/sample/chance.ts';
import type { PostgresAddress } from '../support/postgres-server.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { createDatabase, ordinaryUser } from '../support/postgres-users.ts';
import { openGround } from '../aws/cluster-stand.ts';
import { allScenarios, play, told } from '../aws/failures.ts';
import { makeWarehouse } from '../redshift/make-warehouse.ts';
import type { Road } from '../redshift/shop-warehouse.ts';
import { atWarehouse } from '../redshift/shop-warehouse.ts';
import type { KillPoint } from './kill.ts';
import { leftovers, published, runAndKill } from './kill.ts';
import type { RedshiftVictim } from './redshift-victim.ts';
import { redshiftVictim } from './redshift-victim.ts';

/** The project in a folder and with a warehouse of its own. */
interface Victim {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly target: Target;
  /** Called when raw files have come. */
  readonly arrived?: () => Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const schemas = ['staging', 'intermediate', 'analytics'];
const rawFiles = ['log_data', 'song_data'].flatMap((folder) =>
  readdirSync(join(root, 'seeds', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name)),
);

/** Runs a campaign, and gives what is to be said of it. Throws when something is not as it must be. */
async function campaign(seed: number, runs: number, projectIn: (name: string) => Promise<Victim>): Promise<string> {
  const chance = new Chance(seed);
  const order = rawFiles
    .map((file) => ({ file, at: chance.fraction() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ file }) => file);
  const victim = await projectIn('victim');
  const perRun = Math.ceil(order.length / (runs + 1));
  arrive(victim.dir, order.slice(0, perRun));
  await victim.arrived?.();
  let statements = await complete(victim);
  const seen = { before: 0, after: 0, ended: 0 };
  for (let i = 1; i <= runs; i++) {
    arrive(victim.dir, order.slice(i * perRun, (i + 1) * perRun));
    await victim.arrived?.();
    const before = await published(victim.target, schemas);
    const point: KillPoint = chance.happens(0.5)
      ? { at: 'statement', nth: chance.whole(1, statements) }
      : { at: 'time', nth: chance.whole(300, 1100) };
    const end = await runAndKill(victim.dir, point, victim.env);
    const found = await published(victim.target, schemas);
    statements = await complete(victim);
    const after = await published(victim.target, schemas);
    const where = `run ${i} of seed ${seed}, ${end} at ${point.at} ${point.nth}`;
    const isBefore = isDeepStrictEqual(found, before);
    check(isBefore || isDeepStrictEqual(found, after), `${where}: readers saw tables that no run has published`);
    const left = await leftovers(victim.target, schemas, 'sparkify_meta');
    check(left.length === 0, `${where}: something was left over: ${left.join(', ')}`);
    seen[end === 'ended' ? 'ended' : isBefore ? 'before' : 'after']++;
  }
  const whole = await projectIn('whole');
  arrive(whole.dir, rawFiles);
  await whole.arrived?.();
  await complete(whole);
  const [ofVictim, ofWhole] = [await published(victim.target, schemas), await published(whole.target, schemas)];
  check(isDeepStrictEqual(ofVictim, ofWhole), 'the tables are not those of one run over everything');
  return `seed ${seed}, ${runs} runs: killed before the publish ${seen.before}, after it ${seen.after}, not in time ${seen.ended}; no half-published state, nothing loaded twice, nothing left over`;
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

function projectFolder(work: string, name: string): string {
  const dir = join(work, name);
  mkdirSync(join(dir, 'raw'), { recursive: true });
  for (const part of ['dwh.yaml', 'models', 'macros', 'test/data', 'seeds/us_states.csv', 'seeds/_seeds.yml'])
    cpSync(join(root, part), join(dir, part), { recursive: true });
  arrive(dir, ['log_json_path.json']);
  return dir;
}

function arrive(dir: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(dir, 'raw', file)), { recursive: true });
    cpSync(join(root, 'seeds', file), join(dir, 'raw', file), { preserveTimestamps: true });
  }
}

/** Runs the main job to its end. Gives how many statements it took. */
async function complete({ dir, env }: Victim): Promise<number> {
  let statements = 0;
  const options = {
    projectDir: dir,
    target: undefined,
    vars: {},
    env,
    select: [],
    exclude: [],
    fullRefresh: false,
    replaceDependents: false,
    threads: 4,
    wait: false,
    command: 'chaos',
  };
  const summary = await models(options, {
    now: () => new Date(),
    random: Math.random,
    signal: new AbortController().signal,
    report: (event) => void (event.type === 'statement' && statements++),
  });
  const faults = [...summary.results.flatMap((result) => result.faults), ...summary.faults];
  check(summary.outcome === 'published', `a run was ${summary.outcome}: ${JSON.stringify(faults)}`);
  return statements;
}

async function onDuckdb(seed: number, runs: number, work: string): Promise<string> {
  return campaign(seed, runs, (name) => {
    const dir = projectFolder(work, name);
    const file = join(dir, 'chaos.duckdb');
    const env = { SPARKIFY_RAW: 'raw', SPARKIFY_DB: file };
    return Promise.resolve({ dir, env, target: { name: 'local', type: 'duckdb', path: file } });
  });
}

async function onPostgres(seed: number, runs: number, work: string): Promise<string> {
  const { address, stop } = await startPostgres();
  try {
    return await campaign(seed, runs, (name) => postgresProject(work, name, address));
  } finally {
    await stop();
  }
}

async function postgresProject(work: string, name: string, server: PostgresAddress): Promise<Victim> {
  const user = ordinaryUser(server, name, 'runner');
  await createDatabase(server, user);
  const dir = projectFolder(work, name);
  const yaml = readFileSync(join(dir, 'dwh.yaml'), 'utf8');
  writeFileSync(join(dir, 'dwh.yaml'), yaml.replace('target: local', 'target: warehouse'));
  const env = {
    SPARKIFY_RAW: 'raw',
    PGHOST: user.host,
    PGPORT: String(user.port),
    PGUSER: user.user,
    PGPASSWORD: user.password,
    PGDATABASE: name,
    PGSSLMODE: 'disable',
  };
  return { dir, env, target: { type: 'postgres', sslmode: 'disable', ...user, name: 'warehouse' } };
}

async function onRedshift(road: Road, seed: number, runs: number, work: string): Promise<string> {
  const { address: server, stop } = await startPostgres();
  const opened: RedshiftVictim[] = [];
  try {
    return await campaign(seed, runs, async (name) => {
      const { env, address, upload, close } = await redshiftVictim(server);
      opened.push({ env, address, upload, close });
      const dir = projectFolder(work, name);
      writeFileSync(join(dir, 'dwh.yaml'), atWarehouse(readFileSync(join(dir, 'dwh.yaml'), 'utf8'), road));
      const target = { type: 'postgres', sslmode: 'disable', ...address, name: 'behind' } as const;
      return { dir, env, target, arrived: () => upload(join(dir, 'raw')) };
    });
  } finally {
    for (const { close } of opened) await close();
    await stop();
  }
}

async function onCluster(seed: number, runs: number): Promise<string> {
  const { address: server, stop } = await startPostgres();
  const ends: (() => void | Promise<void>)[] = [];
  try {
    const { warehouse, made } = makeWarehouse(server);
    await made;
    const ground = await openGround(warehouse, (end) => void ends.push(end));
    // The clients of AWS read their settings from the environment of the process.
    const use = (settings: Readonly<Record<string, string>>): void => void Object.assign(process.env, settings);
    const every = await allScenarios(ground, use);
    const chance = new Chance(seed);
    const some = values.runs === undefined ? every : Array.from({ length: runs }, () => chance.pick(every));
    for (const scenario of some)
      await play(scenario, ground, use).catch((error: unknown) => {
        throw new Error(told(scenario), { cause: error });
      });
    return `${some.length} of ${every.length} failures of a call to AWS: up and down went on from each, and down left nothing`;
  } finally {
    for (const end of ends) await end();
    await stop();
  }
}

const engines = {
  cluster: onCluster,
  duckdb: onDuckdb,
  postgres: onPostgres,
  redshift: onRedshift.bind(undefined, 'redshift'),
  'redshift-data': onRedshift.bind(undefined, 'redshift-data'),
};
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string' },
    engine: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const said: string[] = [];
for (const [engine, run] of Object.entries(engines)) {
  if (values.engine !== undefined && values.engine !== engine) continue;
  const work = mkdtempSync(join(tmpdir(), 'sparkify-chaos-'));
  said.push(`${engine}, ${await run(Number(values.seed), Number(values.runs ?? 50), work)}`);
  rmSync(work, { recursive: true });
  console.log(said.at(-1));
}
if (values.write) {
  const readme = join(root, 'bench/README.md');
  const text = readFileSync(readme, 'utf8');
  const list = said.map((line) => `- ${line}`).join('\n');
  writeFileSync(readme, text.replace(/(<!-- chaos -->\n)[^]*?(<!-- \/chaos -->)/, `$1${list}\n$2`));
}
