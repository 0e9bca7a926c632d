import type { Fault } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import { countFailures, testQuery } from '../materialize/data-test.ts';
import { Statements } from '../materialize/statements.ts';
import type { Test } from '../project/manifest.ts';
import type { Executor } from './executor.ts';
import type { Outcome } from './node-results.ts';

/** How many failing rows are shown, and how many are kept for `show`. */
const shown = 5;
const kept = 10_000;

/** Runs a data test. With `keep`, failing rows are kept in that table, since what they were found in may be dropped. */
export async function runTest(
  test: Test,
  context: CompileContext,
  names: NameMap,
  executor: Executor,
  keep: Relation | undefined,
): Promise<Outcome> {
  const sql = new Statements(context.dialect);
  const query = testQuery(test, context, names);
  const { rows } = await executor.query(countFailures(query));
  const failures = Number(rows[0]?.[0] ?? 0);
  if (keep !== undefined) await executor.run(sql.dropTableIfExists(keep));
  if (keep !== undefined && failures > 0) await executor.run(sql.createTableAs(keep, sql.firstRows(query, kept), ''));
  if (failures === 0) return { status: 'pass', failures, faults: [], compiled: query.text };
  const fault = await failedFault(test, query, failures, executor, sql);
  return { status: test.severity === 'warn' ? 'warn' : 'fail', failures, faults: [fault], compiled: query.text };
}

async function failedFault(
  test: Test,
  query: MappedText,
  failures: number,
  executor: Executor,
  sql: Statements,
): Promise<Fault> {
  const { columns, rows } = await executor.query(sql.firstRows(query, shown));
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
