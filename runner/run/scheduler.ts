import type { Dag } from '../core/dag.ts';
import { descendants, heights } from '../core/dag.ts';

/** What became of a node: `failed` and `skipped` ones take all below them along. */
export type Verdict = 'done' | 'failed' | 'skipped';

export interface Schedule {
  readonly dag: Dag;
  readonly threads: number;
  /** Stops new nodes from being started; those that run are for `work` to stop. */
  readonly signal: AbortSignal;
  /** Does the work of one node. An error that it throws ends the whole schedule. */
  readonly work: (name: string) => Promise<'done' | 'failed'>;
  /** Told of each node that is not worked on, because one above it failed or because the schedule was stopped. */
  readonly skipped: (name: string, because: string | undefined) => void;
}

/**
 * Works through a graph, parents before children, as many nodes at a time as there are threads. Among those that
 * are ready, the one with the longest path below it goes first. A failed node does not stop its siblings.
 */
export async function runSchedule(schedule: Schedule): Promise<ReadonlyMap<string, Verdict>> {
  const { dag, threads, signal } = schedule;
  const height = heights(dag);
  const waitsFor = new Map([...dag.parents].map(([name, parents]) => [name, new Set(parents)]));
  const verdicts = new Map<string, Verdict>();
  const running = new Map<string, Promise<void>>();

  const skip = (name: string, because: string | undefined): void => {
    if (verdicts.has(name)) return;
    verdicts.set(name, 'skipped');
    schedule.skipped(name, because);
  };
  const nextReady = (): string | undefined =>
    [...waitsFor]
      .filter(([name, parents]) => parents.size === 0 && !verdicts.has(name) && !running.has(name))
      .map(([name]) => name)
      .toSorted((a, b) => (height.get(b) ?? 0) - (height.get(a) ?? 0) || (a < b ? -1 : 1))[0];
  const start = async (name: string): Promise<void> => {
    const verdict = await schedule.work(name);
    verdicts.set(name, verdict);
    for (const child of dag.children.get(name) ?? []) waitsFor.get(child)?.delete(name);
    if (verdict === 'failed') for (const below of [...descendants(dag, [name])].sort()) skip(below, name);
  };

  for (;;) {
    while (running.size < threads && !signal.aborted) {
      const name = nextReady();
      if (name === undefined) break;
      running.set(
        name,
        start(name).finally(() => running.delete(name)),
      );
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  for (const name of dag.parents.keys()) skip(name, undefined);
  return verdicts;
}
