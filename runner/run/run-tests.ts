import type { Adapter } from '../adapters/adapter.ts';
import { dagOf } from '../core/dag.ts';
import { relationName } from '../core/relation.ts';
import type { Report } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import type { Test } from '../project/manifest.ts';
import { runTest } from './data-test.ts';
import { Executor } from './executor.ts';
import { interruptible } from './interrupt.ts';
import { NodeResults, stoppedMessage } from './node-results.ts';
import { relationsRead } from './run-graph.ts';
import type { RetryOptions } from './retry.ts';
import { retried } from './retry.ts';
import { runSchedule } from './scheduler.ts';
import type { Catalog } from './state.ts';

export interface TestRun extends RetryOptions {
  readonly tests: readonly Test[];
  readonly context: CompileContext;
  readonly names: NameMap;
  readonly catalog: Catalog;
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
    runSchedule({
      dag: dagOf(new Map([...tests.keys()].map((id) => [id, []]))),
      threads: run.threads,
      signal: run.signal,
      work: (id) =>
        results.work(testOf(id), () =>
          retried(
            () =>
              driver.withConnection((connection) =>
                runTest(testOf(id), run.context, run.names, new Executor(connection, run.report, id, run.signal)),
              ),
            run,
            id,
          ),
        ),
      skipped: (id) => results.skip(testOf(id), stoppedMessage),
    }),
  );
  return results.all;
}
