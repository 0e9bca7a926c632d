import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBigProject } from './big-project.ts';
import type { Figure, Measured } from './measure.ts';
import { measure, median, program } from './measure.ts';

/** What grows with columns, rows and models: tests of a wide table, a long answer as a table, the graph of a big project. */
export async function benchSizes(work: string): Promise<Figure[]> {
  return [...(await wideTests(work)), ...(await longAnswer(work)), ...(await bigGraph(work))];
}

/** 600 tests on the columns of one table: two on each. */
async function wideTests(work: string): Promise<Figure[]> {
  const dir = projectIn(join(work, 'wide'));
  const columns = Array.from({ length: 300 }, (_, i) => `c${i}`);
  const values = columns.map((column, i) => `n + ${i} as ${column}`).join(',\n    ');
  const tests = columns.map((column) => `{ name: ${column}, tests: [not_null, { accepted_range: { min_value: 0 } }] }`);
  writeFileSync(join(dir, 'models/wide.sql'), `select\n    ${values}\nfrom range(100) as numbers(n)\n`);
  writeFileSync(
    join(dir, 'models/_wide.yml'),
    `models:\n  - name: wide\n    columns:\n${tests.map((test) => `      - ${test}\n`).join('')}`,
  );
  const run = await median(3, () => measure([program, 'models', '--project-dir', dir]));
  return [
    {
      what: 'models, 600 column tests on a table of 300 columns and 100 rows',
      seconds: run.seconds,
      megabytes: run.megabytes,
      limit: '3 s',
      holds: run.seconds <= 3,
    },
  ];
}

/** 6,820 rows of a published table, in both formats. */
async function longAnswer(work: string): Promise<Figure[]> {
  const dir = projectIn(join(work, 'long'));
  writeFileSync(
    join(dir, 'models/plays.sql'),
    `select
    n as play_id,
    timestamp '2018-11-01 00:00:00' + n * interval '1 minute' as started_at,
    n % 97 as user_id,
    case when n % 3 = 0 then 'free' else 'paid' end as level,
    'Song number ' || n % 700 as title,
    case when n % 5 > 0 then 'Björk ' || n % 50 end as artist,
    'San Jose-Sunnyvale-Santa Clara, CA' as location,
    'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko)' as user_agent
from range(6820) as numbers(n)
`,
  );
  await measure([program, 'models', '--project-dir', dir]);
  const query = (format: string): Promise<Measured> =>
    median(5, () => measure([program, 'query', 'select * from long.plays', '--format', format, '--project-dir', dir]));
  const csv = await query('csv');
  const table = await query('table');
  return [
    cpuFigure('query, 6,820 rows as CSV', csv),
    { ...cpuFigure('query, 6,820 rows as a table', table), ...atMost(table, csv, 2, 'CSV') },
  ];
}

async function bigGraph(work: string): Promise<Figure[]> {
  const dir = join(work, 'big-10000');
  makeBigProject(dir, 10000);
  const run = (verb: string): Promise<Measured> => median(5, () => measure([program, verb, '--project-dir', dir]));
  // What is parsed is remembered, for both alike.
  await measure([program, 'list', '--project-dir', dir]);
  const list = await run('list');
  const graph = await run('graph');
  return [
    cpuFigure('list, 10,000 models', list),
    { ...cpuFigure('graph, 10,000 models', graph), ...atMost(graph, list, 1.3, '`list`') },
  ];
}

/** An empty project on DuckDB. Gives its folder. */
function projectIn(dir: string): string {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'models'), { recursive: true });
  writeFileSync(
    join(dir, 'dwh.yaml'),
    'name: sizes\ntarget: local\ntargets:\n  local: { type: duckdb, path: sizes.duckdb }\nfolders:\n  models: { schema: long, materialized: table }\n',
  );
  return dir;
}

/** What is held against something else counts by CPU time. */
function cpuFigure(what: string, { cpuSeconds, megabytes }: Measured): Figure {
  return { what: `${what}, CPU time`, seconds: cpuSeconds, megabytes, limit: '', holds: true };
}

function atMost(
  { cpuSeconds }: Measured,
  floor: Measured,
  most: number,
  of: string,
): Pick<Figure, 'ratio' | 'limit' | 'holds'> {
  const ratio = cpuSeconds / floor.cpuSeconds;
  return { ratio, limit: `${most}x of ${of}`, holds: ratio <= most };
}
