import type { Rows } from '../adapters/driver.ts';
import type { Fault } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { shortened } from '../core/shortened.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import { countFailures, testQuery } from '../materialize/data-test.ts';
import { Statements } from '../materialize/statements.ts';
import type { Test } from '../project/manifest.ts';
import { comparedAsText } from './compared-as-text.ts';
import type { Executor } from './executor.ts';
import type { NodeOutcome } from './node-results.ts';
import type { RowPlaces } from './row-places.ts';
import type { Scanned } from './test-scans.ts';

/** How many failing rows are shown, and how many are kept for `show`. */
const shown = 5;
const kept = 10_000;

/** Where failing rows are kept, since what they were found in may be dropped. */
export interface Keep {
  readonly relation: Relation;
  /** Whether those of an earlier run may stand there. */
  readonly exists: boolean;
}

/** Runs a data test, and keeps the rows that it finds if there is a place for them. A scan may know that it passes. */
export async function runTest(
  test: Test,
  context: CompileContext,
  names: NameMap,
  executor: Executor,
  {
    keep,
    scanned,
    places,
  }: { readonly keep?: Keep; readonly scanned?: Scanned | undefined; readonly places: RowPlaces },
): Promise<NodeOutcome> {
  const sql = new Statements(context.dialect);
  const asText = scanned?.asText ?? (await comparedAsText([test], context, names, executor));
  const query = testQuery(test, context, names, asText);
  // What is published is only looked at; where rows are kept, the run writes anyway.
  const ask = (asked: MappedText): Promise<Rows> =>
    keep === undefined ? executor.readOnly(asked) : executor.query(asked);
  const failures = scanned?.passes === true ? 0 : countIn(await ask(countFailures(test, context, names, asText)));
  if (keep?.exists === true) await executor.drop(sql.dropIfExists(keep.relation, 'table'));
  if (failures === 0) return { status: 'pass', failures, faults: [], compiled: query.text };
  if (keep !== undefined) await executor.run(sql.createTableAs(keep.relation, sql.firstRows(query, kept), ''));
  const found = keep === undefined ? query : sql.allRows(keep.relation);
  const rows = await ask(sql.firstRows(found, shown));
  const related = await places.of(test, rows, executor, ask);
  const fault = { ...failedFault(test, failures, rows), ...(related.length > 0 ? { related } : {}) };
  return { status: test.severity === 'warn' ? 'warn' : 'fail', failures, faults: [fault], compiled: query.text };
}

function countIn({ rows }: Rows): number {
  return Number(rows[0]?.[0] ?? 0);
}

function failedFault(test: Test, failures: number, { columns, rows }: Rows): Fault {
  const lines = rows.map((row) => row.map((value, i) => `${columns[i]?.name} = ${value}`).join(', '));
  const cut = lines.map((line) => shortened(line, 160));
  const more = failures > rows.length ? [`… and ${failures - rows.length} more`] : [];
  return {
    code: 'test-failed',
    message: `${test.name} found ${failures} row${failures === 1 ? '' : 's'}:\n${[...cut, ...more].map((line) => `  ${line}`).join('\n')}`,
    at: test.at,
    hint: `see them: sparkify-run show ${test.name}`,
  };
}
