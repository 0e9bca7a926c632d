/**
 * Tries a live Redshift warehouse: npm run smoke:redshift -- --target redshift. Runs the whole project into schemas of its
 * own, asks what only a live warehouse can tell, prints a report and drops the schemas again. Tables of others are not
 * touched; what it costs is a few minutes of the warehouse.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseDocument } from 'yaml';
import { locatedProject } from '../runner/commands/located-project.ts';
import { models } from '../runner/commands/models.ts';
import { onPublished } from '../runner/commands/on-published.ts';
import { openProject, withWarehouse } from '../runner/commands/open-project.ts';
import { query } from '../runner/commands/query.ts';
import { readProjectConfig } from '../runner/config/dwh-yaml.ts';
import { FaultError } from '../runner/core/fault.ts';
import { questions, sourceAccount } from './smoke-questions.ts';

const { target = 'redshift', keep = false } = parseArgs({
  options: { target: { type: 'string' }, keep: { type: 'boolean' } },
}).values;
const prefix = `smoke_${Date.now().toString(36)}_`;
const dir = scratchProject();
const signal = new AbortController().signal;
const reading = { projectDir: dir, target, vars: {}, env: process.env, wait: undefined, command: 'smoke', now, signal };
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  tell(`target ${target}, schemas ${prefix}*`);
  await run('the first run');
  await run('the second run, which has nothing to do');
  for (const sql of ['select count(*) from songplays', 'select * from songs limit 5', 'top_songs', 'rows_a_day'])
    await ask(sql);
  await askQuestions();
  tell(`${sourceAccount.asks} ${sourceAccount.answer(await asksSourceAccount(), [])}`);
} catch (error) {
  if (!(error instanceof FaultError)) throw error;
  tell(`${sourceAccount.asks} ${sourceAccount.answer(await asksSourceAccount(), error.faults)}`);
  for (const { message, hint } of error.faults) tell(`failed: ${message}${hint === undefined ? '' : `\n  ${hint}`}`);
  process.exitCode = 1;
} finally {
  if (!keep) await dropSchemas().catch((error: unknown) => tell(`the schemas ${prefix}* are left: ${String(error)}`));
  rmSync(dir, { recursive: true, force: true });
}

/** The project in a folder of its own, whose target builds in schemas of its own. */
function scratchProject(): string {
  const root = join(import.meta.dirname, '..');
  const scratch = mkdtempSync(join(tmpdir(), 'sparkify-smoke-'));
  for (const part of ['models', 'macros', 'analyses', 'test/data', 'seeds'])
    cpSync(join(root, part), join(scratch, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  const config = parseDocument(readFileSync(join(root, 'dwh.yaml'), 'utf8'));
  config.setIn(['targets', target, 'schema_prefix'], prefix);
  writeFileSync(join(scratch, 'dwh.yaml'), String(config));
  return scratch;
}

function now(): Date {
  return new Date();
}

async function run(what: string): Promise<void> {
  const options = { ...reading, select: [], exclude: [], fullRefresh: false, replaceDependents: false, wait: false };
  const around = { now, random: Math.random, report: () => undefined, signal };
  const summary = await models({ ...options, threads: 4 }, around);
  const faults = [...summary.results.flatMap((result) => result.faults), ...summary.faults];
  if (summary.outcome !== 'published') throw new FaultError(faults);
  const changed = summary.changes.filter(({ how }) => how !== 'nothing').length;
  tell(
    `${what}: ${summary.results.length} nodes and tests in ${summary.seconds.toFixed(1)} s, ${changed} published in ${summary.publishSeconds.toFixed(1)} s`,
  );
}

async function ask(sql: string): Promise<void> {
  const { rows } = await query(reading, sql);
  tell(
    `query "${sql}": ${rows.length} rows, the first ${JSON.stringify(rows[0], (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))}`,
  );
}

async function askQuestions(): Promise<void> {
  const project = await locatedProject(await openProject(reading), reading);
  const schema = project.own.metaSchema;
  await withWarehouse(project, { ...reading, access: 'read', threads: 4 }, async (adapter) => {
    for (const { asks, expected, ask: answer } of questions) {
      const found = await answer(adapter, schema);
      const verdict =
        expected === undefined ? '' : found === expected ? ', as expected' : `, and ${expected} was expected`;
      if (expected !== undefined && found !== expected) process.exitCode = 1;
      tell(`${asks} ${found}${verdict}`);
    }
  });
}

/** Whether the role of the cluster asks for `aws:SourceAccount`: so it must, for the COPYs of the runs to tell. */
async function asksSourceAccount(): Promise<boolean> {
  const { cluster } = await readProjectConfig(dir);
  return cluster?.source_account === true;
}

async function dropSchemas(): Promise<void> {
  const project = await openProject(reading);
  const schemas = [...project.own.schemas, project.own.metaSchema];
  await onPublished(project, reading, async (executor) => {
    for (const schema of schemas) {
      const drop = `drop schema if exists ${project.dialect.identifier(schema)} cascade`;
      await executor.run({ text: drop, spans: [] });
    }
  });
}
