import { FaultError } from '../core/fault.ts';
import type { Place } from '../core/location.ts';
import { fileStart } from '../core/location.ts';
import type { PlannedNode, Report } from '../core/run-event.ts';
import type { RunResult, Work } from '../core/run-result.ts';
import { isOk } from '../core/run-result.ts';
import type { Node } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';

/** What working on a node gave. */
export type NodeOutcome = Omit<RunResult, 'uniqueId' | 'name' | 'work' | 'startedAt' | 'seconds'>;

/** Keeps the result of each node of a run, and tells of each when it begins and ends. */
export class NodeResults {
  readonly #now: () => Date;
  readonly #report: Report;
  readonly #signal: AbortSignal;
  readonly #results = new Map<string, RunResult>();

  constructor(around: { now: () => Date; report: Report; signal: AbortSignal }) {
    this.#now = around.now;
    this.#report = around.report;
    this.#signal = around.signal;
  }

  get all(): readonly RunResult[] {
    return [...this.#results.values()];
  }

  /**
   * Does the work of one node. Faults become its result; what went wrong because the run was stopped is none.
   * A test that finds bad data has done its work. `sharedSeconds` is what has been done for it together with others, which
   * counts as if it had come right before.
   */
  async work(node: Node, work: () => Promise<NodeOutcome>, sharedSeconds = 0): Promise<'done' | 'failed'> {
    this.#report({ type: 'node started', node: plannedNode(node) });
    const startedAt = this.#now();
    const outcome = await work().catch((error: unknown): NodeOutcome => {
      if (this.#signal.aborted) return stopped;
      if (error instanceof FaultError)
        return { status: 'error', faults: error.faults.map((fault) => ({ ...fault, at: fault.at ?? placeOf(node) })) };
      throw error;
    });
    this.#finish(node, outcome, startedAt, sharedSeconds);
    return isOk(outcome.status) || outcome.status === 'fail' ? 'done' : 'failed';
  }

  skip(node: Node, message: string): void {
    this.#finish(node, { ...stopped, message }, this.#now());
  }

  #finish(node: Node, outcome: NodeOutcome, workedFrom: Date, sharedSeconds = 0): void {
    const seconds = (this.#now().getTime() - workedFrom.getTime()) / 1000 + sharedSeconds;
    const startedAt = new Date(workedFrom.getTime() - sharedSeconds * 1000);
    const result: RunResult = {
      uniqueId: node.uniqueId,
      name: node.name,
      work: workOf(node),
      startedAt,
      seconds,
      ...outcome,
    };
    this.#results.set(node.uniqueId, result);
    this.#report({ type: 'node finished', node: plannedNode(node), result });
  }
}

/** Why a node was skipped when the user stopped the run. */
export const stoppedMessage = 'the run was stopped';
const stopped: NodeOutcome = { status: 'skipped', faults: [], message: stoppedMessage };

/** Where a node is written, for a fault that knows no better place. */
function placeOf(node: Node): Place {
  return node.resourceType === 'test' ? node.at : fileStart(node.path);
}

function workOf(node: Node): Work {
  if (!isBuildable(node)) return 'test';
  return node.config.materialized === 'copy' || node.config.materialized === 'seed' ? 'load' : 'build';
}

export function plannedNode(node: Node): PlannedNode {
  const materialized = isBuildable(node) ? node.config.materialized : node.resourceType;
  return { uniqueId: node.uniqueId, name: node.name, resourceType: node.resourceType, materialized };
}
