/**
 * Kills runs of the project itself at moments drawn by chance: npm run test:chaos -- --seed 7 --runs 50
 * Raw files arrive piece by piece. After each kill readers must see what a finished run has published, the next run
 * must complete, no file may be loaded twice and nothing may be left over; at the end all tables must be those of one run
 * over everything.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { models } from '../../runner/commands/models.ts';
import { Chance } from '../../runner/sample/chance.ts';
import type { KillPoint } from './kill.ts';
import { leftovers, published, runAndKill } from './kill.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '20' } },
});
const [seed, runs] = [Number(values.seed), Number(values.runs)];
const chance = new Chance(seed);

const root = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'sparkify-chaos-'));
const schemas = ['staging', 'intermediate', 'analytics'];
const rawFiles = ['log_data', 'song_data'].flatMap((folder) =>
  readdirSync(join(root, 'seeds', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name)),
);

function projectIn(name: string): { dir: string; env: Record<string, string>; file: string } {
  const dir = join(work, name);
  mkdirSync(join(dir, 'raw'), { recursive: true });
  for (const part of ['dwh.yaml', 'models', 'macros', 'test/data', 'seeds/us_states.csv', 'seeds/_seeds.yml'])
    cpSync(join(root, part), join(dir, part), { recursive: true });
  arrive(dir, ['log_json_path.json']);
  const file = join(dir, 'chaos.duckdb');
  return { dir, file, env: { SPARKIFY_RAW: 'raw', SPARKIFY_DB: file } };
}

function arrive(dir: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(dir, 'raw', file)), { recursive: true });
    cpSync(join(root, 'seeds', file), join(dir, 'raw', file), { preserveTimestamps: true });
  }
}

async function complete({ dir, env }: { dir: string; env: Record<string, string> }): Promise<number> {
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
  if (summary.outcome !== 'published')
    throw new Error(
      `a run was ${summary.outcome}: ${JSON.stringify(summary.results.flatMap((result) => result.faults))}`,
    );
  return statements;
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

const order = rawFiles
  .map((file) => ({ file, at: chance.fraction() }))
  .toSorted((a, b) => a.at - b.at)
  .map(({ file }) => file);
const victim = projectIn('victim');
const perRun = Math.ceil(order.length / (runs + 1));
arrive(victim.dir, order.slice(0, perRun));
let statements = await complete(victim);
const seen = { before: 0, after: 0, ended: 0 };

for (let i = 1; i <= runs; i++) {
  arrive(victim.dir, order.slice(i * perRun, (i + 1) * perRun));
  const before = await published(victim.file, schemas);
  const point: KillPoint = chance.happens(0.5)
    ? { at: 'statement', nth: chance.whole(1, statements) }
    : { at: 'time', nth: chance.whole(300, 1100) };
  const end = await runAndKill(victim.dir, point, victim.env);
  const found = await published(victim.file, schemas);
  statements = await complete(victim);
  const after = await published(victim.file, schemas);
  const where = `run ${i} of seed ${seed}, ${end} at ${point.at} ${point.nth}`;
  const isBefore = isDeepStrictEqual(found, before);
  check(isBefore || isDeepStrictEqual(found, after), `${where}: readers saw tables that no finished run has published`);
  check((await leftovers(victim.file, 'sparkify_meta')).length === 0, `${where}: something was left over`);
  seen[end === 'ended' ? 'ended' : isBefore ? 'before' : 'after']++;
}

const whole = projectIn('whole');
arrive(whole.dir, rawFiles);
await complete(whole);
check(
  isDeepStrictEqual(await published(victim.file, schemas), await published(whole.file, schemas)),
  'the tables are not those of one run over everything',
);
rmSync(work, { recursive: true });
console.log(
  `seed ${seed}: ${runs} runs, killed before the publish ${seen.before}, after it ${seen.after}, not in time ${seen.ended}; no half-published state, nothing loaded twice, nothing left over`,
);
