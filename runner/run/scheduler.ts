import TinyQueue from 'tinyqueue';
import type { Dag } from '../core/dag.ts';
import { descendants, heights } from '../core/dag.ts';

export interface Schedule {
  readonly dag: Dag;
  readonly threads: number;
  /** Stops new nodes from being started; those that run are for `work` to stop. */
  readonly signal: AbortSignal;
  /** Does the work of one node. An error that it throws ends the whole schedule, once what else runs has ended. */
  readonly work: (name: string) => Promise<'done' | 'failed'>;
  /** Told of each node that is not worked on, because one above it failed or because the schedule was stopped. */
  readonly skipped: (name: string, because: string | undefined) => void;
}

/**
 * Works through a graph, parents before children, as many nodes at a time as there are threads. Among those that
 * are ready, the one with the longest path below it goes first. A failed node takes all below it out, and does not
 * stop its siblings.
 */
export async function runSchedule({ dag, threads, signal, work, skipped }: Schedule): Promise<void> {
  const height = heights(dag);
  const waitsFor = new Map([...dag.parents].map(([name, parents]) => [name, parents.length]));
  const ready = new TinyQueue(
    [...waitsFor].filter(([, parents]) => parents === 0).map(([name]) => name),
    (a, b) => (height.get(b) ?? 0) - (height.get(a) ?? 0) || (a < b ? -1 : 1),
  );
  const settled = new Set<string>();
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];

  const skip = (name: string, because: string | undefined): void => {
    if (settled.has(name)) return;
    settled.add(name);
    skipped(name, because);
  };
  const start = async (name: string): Promise<void> => {
    settled.add(name);
    if ((await work(name)) === 'failed') {
      for (const below of [...descendants(dag, [name])].sort()) skip(below, name);
      return;
    }
    for (const child of dag.children.get(name) ?? []) {
      const waiting = (waitsFor.get(child) ?? 0) - 1;
      waitsFor.set(child, waiting);
      if (waiting === 0) ready.push(child);
    }
  };

  for (;;) {
    while (running.size < threads && !signal.aborted && errors.length === 0) {
      const name = ready.pop();
      if (name === undefined) break;
      const task: Promise<void> = start(name)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => running.delete(task));
      running.add(task);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (errors.length > 0) throw errors[0];
  for (const name of dag.parents.keys()) skip(name, undefined);
}
