import type { Driver } from '../adapters/driver.ts';
import type { Dag } from '../core/dag.ts';
import type { Node } from '../project/manifest.ts';
import { Executor } from './executor.ts';
import type { NodeOutcome, NodeResults } from './node-results.ts';
import { stoppedMessage } from './node-results.ts';
import type { RetryOptions } from './retry.ts';
import { retried } from './retry.ts';
import { runSchedule } from './scheduler.ts';
import type { ScanOptions, Scanned, Unit } from './test-scans.ts';
import { TestScans } from './test-scans.ts';

export interface GraphWork extends ScanOptions, RetryOptions {
  /** What is to be worked on, the tests among it. */
  readonly dag: Dag;
  readonly nodeOf: (uniqueId: string) => Node;
  readonly driver: Driver;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly results: NodeResults;
  /** The work of one node; of a test with what a scan says of it. Throws a FaultError. */
  readonly work: (
    node: Node,
    executor: Executor,
    attempt: number,
    scanned: Scanned | undefined,
  ) => Promise<NodeOutcome>;
}

/** Works through nodes and data tests, parents first. Tests that share a scan wait for it, and those that pass need no more. */
export async function workGraph(run: GraphWork): Promise<void> {
  const { driver, nodeOf, report, results, signal, threads, work } = run;
  const scans = new TestScans(run);
  const unit: Unit = (id, part) =>
    retried(
      (attempt) => driver.withConnection((connection) => part(new Executor(connection, report, id, signal), attempt)),
      run,
      id,
    );
  const workOn = async (id: string): Promise<'done' | 'failed'> => {
    const scan = scans.get(id);
    if (scan !== undefined) return scans.run(scan, unit).then(() => 'done');
    const [node, scanned] = [nodeOf(id), scans.of(id)];
    return results.work(
      node,
      () => unit(id, (executor, attempt) => work(node, executor, attempt, scanned)),
      scanned?.seconds,
    );
  };
  await runSchedule({
    dag: scans.in(run.dag),
    threads,
    signal,
    work: (id) =>
      workOn(id).catch((bug: unknown) => {
        driver.interrupt();
        throw bug;
      }),
    skipped: (id, because) => {
      if (scans.get(id) !== undefined) return;
      const isStopped = because === undefined || signal.aborted;
      results.skip(nodeOf(id), isStopped ? stoppedMessage : `"${nodeOf(because).name}" failed`);
    },
  });
}
