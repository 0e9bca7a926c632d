import { limitsOf } from '../adapters/limits.ts';
import type { Dag } from '../core/dag.ts';
import { dagOf } from '../core/dag.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Buildable, Test } from '../project/manifest.ts';
import { buildableNamed } from '../project/manifest.ts';
import type { CompileContext, NameMap } from './compile.ts';
import type { ComparedAsText, RowCheck } from './row-check.ts';
import { isRowCheck, rowCondition } from './row-check.ts';

/**
 * How many tests share a scan. With many more, DuckDB takes longer for each: it compares all expressions of a statement
 * with each other. PostgreSQL and Redshift allow about 1,600 columns in a result.
 */
const mostTests = 100;

/** A test that looks at each row on its own. */
type RowTest = Test & { readonly check: RowCheck };

/** Data tests of one relation that one statement answers together: it counts for each the rows that should not be there. */
export interface TestScan {
  /** Its name in the graph of a run, where it comes before its tests. */
  readonly id: string;
  readonly tested: Buildable;
  readonly tests: readonly RowTest[];
}

/**
 * The scans that these tests share. A test that groups or joins rows needs a statement of its own; so does one with no
 * other beside it, and one of an ephemeral model, which is no relation.
 */
export function testScans(tests: readonly Test[], context: CompileContext, names: NameMap): TestScan[] {
  const byModel = new Map<string, RowTest[]>();
  for (const test of tests.filter(isRowTest)) {
    const beside = byModel.get(test.check.model);
    if (beside === undefined) byModel.set(test.check.model, [test]);
    else beside.push(test);
  }
  return [...byModel].flatMap(([model, all]): TestScan[] => {
    const tested = buildableNamed(context.manifest, model);
    if (tested === undefined || tested.config.materialized === 'ephemeral') return [];
    const scan = { tested, tests: all };
    return batches(scan, context, names)
      .filter((batch) => batch.length > 1)
      .map((batch, i) => ({ ...scan, id: `scan.${tested.uniqueId}.${i}`, tests: batch }));
  });
}

function isRowTest(test: Test): test is RowTest {
  return isRowCheck(test.check);
}

/** The statement of a scan: one row with a count for each of its tests, in their order. */
export function scanQuery(
  { tested, tests }: Omit<TestScan, 'id'>,
  context: CompileContext,
  names: NameMap,
  asText: ComparedAsText = new Map(),
): MappedText {
  const counts = tests.map(({ check }) => countOf(check, context, asText));
  return plain(`select\n${counts.join(',\n')}\nfrom ${context.dialect.relation(names(tested.uniqueId))} as tested`);
}

function countOf(check: RowCheck, context: CompileContext, asText: ComparedAsText): string {
  return `    count(case when ${rowCondition(check, context, asText)} then 1 end)`;
}

/** Tests in their order, in statements that are short enough for the connection to the warehouse. */
function batches(scan: Omit<TestScan, 'id'>, context: CompileContext, names: NameMap): RowTest[][] {
  // Half of what it carries: a column that is compared as text, which is not known yet, takes a few bytes more.
  const most = (limitsOf(context.target.type)?.statementBytes ?? Infinity) / 2;
  const empty = Buffer.byteLength(scanQuery({ ...scan, tests: [] }, context, names).text);
  const all: RowTest[][] = [];
  let bytes = Infinity;
  for (const test of scan.tests) {
    const more = Buffer.byteLength(countOf(test.check, context, new Map())) + ',\n'.length;
    const last = all.at(-1);
    if (last !== undefined && last.length < mostTests && bytes + more <= most) {
      last.push(test);
      bytes += more;
    } else {
      all.push([test]);
      bytes = empty + more;
    }
  }
  return all;
}

/** The graph with the scans in it: a scan waits for what its tests read, and they wait for the scan. */
export function withScans(dag: Dag, scans: readonly TestScan[]): Dag {
  const parents = new Map(dag.parents);
  for (const { id, tests } of scans) {
    parents.set(id, [...new Set(tests.flatMap((test) => dag.parents.get(test.uniqueId) ?? []))]);
    for (const test of tests) parents.set(test.uniqueId, [id]);
  }
  return dagOf(parents);
}
