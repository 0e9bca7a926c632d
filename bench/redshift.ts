import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { models } from '../runner/commands/models.ts';
import type { RunEvent } from '../runner/core/run-event.ts';
import { openProject } from '../runner/commands/open-project.ts';
import type { Manifest } from '../runner/project/manifest.ts';
import type { DataApi } from '../test/redshift/data-api.ts';
import { openDataApi } from '../test/redshift/data-api.ts';
import { makeWarehouse } from '../test/redshift/make-warehouse.ts';
import { atWarehouse } from '../test/redshift/shop-warehouse.ts';
import { startPostgres } from '../test/support/postgres-server.ts';
import { makeBigProject } from './big-project.ts';
import type { Figure } from './measure.ts';

const root = join(import.meta.dirname, '..');
const role = 'arn:aws:iam::123456789012:role/reads-raw';
const statementMs = 200;
const threads = 8;
/** What an account may call in a second (AWS, "Quotas for the Data API"). */
const quotas = { ExecuteStatement: 30, DescribeStatement: 100, GetStatementResult: 20 };

/** Runs by the Data API of the stand-in, where each statement takes 200 ms besides what PostgreSQL takes for it. */
export async function benchRedshift(work: string): Promise<Figure[]> {
  const { address, stop } = await startPostgres();
  const s3 = await startFauxqs({ port: 0, logger: false });
  try {
    for (const bucket of ['raw-data', 'stage']) s3.createBucket(bucket);
    await upload(join(root, 'seeds'), `${s3.address}/raw-data`);
    const project = join(work, 'sparkify-at-redshift');
    for (const part of ['models', 'macros', 'test/data', 'seeds/us_states.csv', 'seeds/_seeds.yml'])
      cpSync(join(root, part), join(project, part), { recursive: true });
    writeFileSync(
      join(project, 'dwh.yaml'),
      atWarehouse(readFileSync(join(root, 'dwh.yaml'), 'utf8'), 'redshift-data'),
    );
    const big = join(work, 'redshift-project');
    rmSync(big, { recursive: true, force: true });
    mkdirSync(big, { recursive: true });
    makeBigProject(big, 200, '{ type: redshift-data, workgroup: big, database: dev, region: us-east-1 }');
    return [
      ...(await measured('the project', project, address, s3.address)),
      ...(await measured('200 models with 400 tests', big, address, s3.address)),
    ];
  } finally {
    await s3.stop();
    await stop();
  }
}

async function measured(
  what: string,
  projectDir: string,
  server: Parameters<typeof makeWarehouse>[0],
  s3: string,
): Promise<Figure[]> {
  const { warehouse, made, drop } = makeWarehouse(server);
  await made;
  warehouse.s3Endpoint = s3;
  warehouse.roles.set(role, { attached: true, buckets: ['raw-data', 'stage'] });
  const api = await openDataApi(warehouse, { statementMs });
  try {
    const env = environment(s3, api.endpoint);
    Object.assign(process.env, env);
    const { seconds, critical, nodes } = await run(api, projectDir, env);
    const ratio = seconds / critical;
    const isWide = nodes > 100;
    return [
      {
        what: `${what} by the Data API, ${statementMs} ms a statement, ${threads} threads: its critical path is ${critical.toFixed(1)} s`,
        seconds,
        ratio,
        limit: isWide ? '' : '1.2x its critical path',
        holds: isWide || ratio <= 1.2,
      },
      ...Object.entries(quotas).map(([operation, quota]): Figure => {
        const times = timesOf(api, operation);
        const busiest = mostInASecond(times);
        return {
          what: `of it ${operation}: ${times.length} calls, ${(times.length / nodes).toFixed(1)} a node, ${busiest} in the busiest second`,
          seconds,
          limit: `${quota} a second`,
          holds: busiest <= quota,
        };
      }),
    ];
  } finally {
    await api.close();
    await drop();
  }
}

function environment(s3: string, api: string): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_S3: s3,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: api,
    REDSHIFT_WORKGROUP: 'bench',
    REDSHIFT_ROLE: role,
    REDSHIFT_STAGE: 's3://stage/lists',
    SPARKIFY_RAW: 's3://raw-data',
    SPARKIFY_REGION: 'us-east-1',
  };
}

async function run(
  api: DataApi,
  projectDir: string,
  env: Record<string, string>,
): Promise<{ seconds: number; critical: number; nodes: number }> {
  const events: RunEvent[] = [];
  const options = { projectDir, target: undefined, vars: {}, env, select: [], exclude: [], fullRefresh: false };
  const around = { now: () => new Date(), random: Math.random, signal: new AbortController().signal };
  const report = (event: RunEvent): void => void events.push(event);
  const more = { replaceDependents: false, wait: false, command: 'bench', threads };
  const startedAt = performance.now();
  const { outcome, results } = await models({ ...options, ...more }, { ...around, report });
  if (outcome !== 'published') throw new Error(`the run ended as ${outcome}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const { manifest } = await openProject(options);
  return { seconds, critical: criticalSeconds(api, events, manifest), nodes: results.length };
}

/**
 * How long those statements took in the warehouse that have to wait for each other: those of no node, and those of the
 * longest path through the graph. Statements are known by their text, rows that are put in by the table.
 */
function criticalSeconds(api: DataApi, events: readonly RunEvent[], { graph, nodes }: Manifest): number {
  const nodeOf = new Map(events.flatMap((event) => (event.type === 'statement' ? [[event.sql, event.uniqueId]] : [])));
  const byName = new Map([...nodes.values()].map(({ name, uniqueId }) => [name, uniqueId]));
  const millis = new Map<string, number>();
  for (const { sql, ms } of api.statements.log) {
    // Renewals of the lease go on beside all else.
    if (/^update \S+\."lease"\nset expires_at/.test(sql)) continue;
    const table = /^insert into "\w+"\."(\w+?)(?:__r\w+)?" /.exec(sql)?.[1] ?? '';
    const id = nodeOf.get(sql) ?? byName.get(table) ?? '';
    millis.set(id, (millis.get(id) ?? 0) + ms);
  }
  const longest = new Map<string, number>();
  const upTo = (id: string): number => {
    const known = longest.get(id);
    if (known !== undefined) return known;
    const length = (millis.get(id) ?? 0) + Math.max(0, ...(graph.parents.get(id) ?? []).map(upTo));
    longest.set(id, length);
    return length;
  };
  return ((millis.get('') ?? 0) + Math.max(0, ...[...graph.parents.keys()].map(upTo))) / 1000;
}

function timesOf(api: DataApi, operation: string): number[] {
  const named = operation === 'ExecuteStatement' ? ['ExecuteStatement', 'BatchExecuteStatement'] : [operation];
  return api.calls.filter((call) => named.includes(call.operation)).map(({ at }) => at);
}

function mostInASecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
}

async function upload(folder: string, bucket: string): Promise<void> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    if (!statSync(file).isFile()) continue;
    await fetch(`${bucket}/${relative(folder, file)}`, { method: 'PUT', body: readFileSync(file) });
  }
}
