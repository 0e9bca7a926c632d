import type { Adapter } from '../adapters/adapter.ts';
import { interruptible } from '../adapters/interruptible.ts';
import { dagOf } from '../core/dag.ts';
import { relationName } from '../core/relation.ts';
import type { Report } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import type { Test } from '../project/manifest.ts';
import { runTest } from './data-test.ts';
import { NodeResults } from './node-results.ts';
import type { RowPlaces } from './row-places.ts';
import { relationsRead } from './run-graph.ts';
import type { RetryOptions } from './retry.ts';
import type { Catalog } from './warehouse.ts';
import { workGraph } from './work-graph.ts';

export interface TestRun extends RetryOptions {
  readonly tests: readonly Test[];
  readonly context: CompileContext;
  readonly names: NameMap;
  readonly catalog: Catalog;
  /** Where raw rows stand that a test finds. */
  readonly places: RowPlaces;
  readonly threads: number;
  readonly now: () => Date;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Runs data tests on what is published. A test that would read what is not there is skipped and says so. */
export async function runTests({ driver }: Adapter, run: TestRun): Promise<readonly RunResult[]> {
  const results = new NodeResults(run);
  const tests = new Map(run.tests.map((test) => [test.uniqueId, test]));
  for (const [id, test] of tests) {
    const missing = [...relationsRead(run.context.manifest, id)].find(
      (parent) => !run.catalog.has(relationName(run.names(parent))),
    );
    if (missing === undefined) continue;
    results.skip(test, `it reads "${run.context.manifest.nodes.get(missing)?.name}", which is not published yet`);
    tests.delete(id);
  }
  const testOf = (id: string): Test => {
    const test = tests.get(id);
    if (test === undefined) throw new Error(`${id} is not one of the tests`);
    return test;
  };
  await interruptible(driver, run.signal, () =>
    workGraph({
      ...run,
      tests: [...tests.values()],
      dag: dagOf(new Map([...tests.keys()].map((id) => [id, []]))),
      nodeOf: testOf,
      driver,
      results,
      ask: (executor, query) => executor.readOnly(query),
      work: (node, executor, _, scanned) =>
        runTest(testOf(node.uniqueId), run.context, run.names, executor, { scanned, places: run.places }),
    }),
  );
  return results.all;
}
