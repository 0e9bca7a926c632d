import type { Fault } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import type { Status } from '../core/run-result.ts';
import type { Dialect } from '../adapters/dialect.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import { countFailures, testQuery } from '../materialize/data-test.ts';
import { fitted } from '../materialize/names.ts';
import type { Test } from '../project/manifest.ts';
import type { Executor } from './executor.ts';

/** How many failing rows are shown, and how many are kept for `show`. */
const shown = 5;
const kept = 10_000;

/** What a data test found. */
export interface TestOutcome {
  readonly status: Status & ('pass' | 'warn' | 'fail');
  readonly failures: number;
  readonly faults: readonly Fault[];
  readonly compiled: string;
}

/** The table that keeps the failing rows of a test when a run is held, until the test runs again. */
export function failuresRelation(test: Test, metaSchema: string, dialect: Dialect): Relation {
  return { schema: metaSchema, identifier: fitted(`failures_${test.name}`, '', dialect.maxIdentifierBytes) };
}

/** Runs a data test. With `keep`, failing rows are kept in that table, since what they were found in may be dropped. */
export async function runTest(test: Test, context: CompileContext, names: NameMap, executor: Executor, keep: Relation | undefined): Promise<TestOutcome> {
  const query = testQuery(test, context, names);
  const { rows } = await executor.query(countFailures(query));
  const failures = Number(rows[0]?.[0] ?? 0);
  if (keep !== undefined) await keepFailures(query, failures, keep, context.dialect, executor);
  if (failures === 0) return { status: 'pass', failures, faults: [], compiled: query.text };
  const fault = await failedFault(test, query, failures, executor);
  return { status: test.severity === 'warn' ? 'warn' : 'fail', failures, faults: [fault], compiled: query.text };
}

async function keepFailures(query: MappedText, failures: number, keep: Relation, dialect: Dialect, executor: Executor): Promise<void> {
  const table = dialect.relation(keep);
  await executor.run(concat(`drop table if exists ${table}`));
  if (failures > 0) await executor.run(concat(`create table ${table} as\n\nselect * from (\n\n`, query, `\n\n) as failing_rows\nlimit ${kept}`));
}

async function failedFault(test: Test, query: MappedText, failures: number, executor: Executor): Promise<Fault> {
  const { columns, rows } = await executor.query(concat('select * from (\n\n', query, `\n\n) as failing_rows\nlimit ${shown}`));
  const lines = rows.map((row) => row.map((value, i) => `${columns[i]?.name} = ${value}`).join(', '));
  const cut = lines.map((line) => (line.length > 160 ? `${line.slice(0, 159)}…` : line));
  const more = failures > rows.length ? [`… and ${failures - rows.length} more`] : [];
  return {
    code: 'test-failed',
    message: `${test.name} found ${failures} row${failures === 1 ? '' : 's'}:\n${[...cut, ...more].map((line) => `  ${line}`).join('\n')}`,
    at: test.at,
    hint: `see them: sparkify-run show ${test.name}`,
  };
}
