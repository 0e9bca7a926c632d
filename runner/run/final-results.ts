import type { Fault } from '../core/fault.ts';
import type { Outcome } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';

/** How a run ended: what became of its publish, and the faults that belong to that. */
interface Ended {
  readonly outcome: Outcome;
  readonly faults: readonly Fault[];
}

/**
 * What became of each node when the run is over. Who reads `success` takes what is published for up to date: a node that was
 * built but not published is `skipped` and says why, and one that the publish failed for is an `error`. A fault that names
 * no node, such as a lost lease, is one of all that were to be published.
 */
export function finalResults(results: readonly RunResult[], { outcome, faults }: Ended): readonly RunResult[] {
  if (outcome === 'published' || outcome === 'tested') return results;
  const isOf = (fault: Fault, id: string): boolean => fault.nodes?.includes(id) ?? true;
  const why = outcome === 'interrupted' ? 'the run was stopped' : whyHeld(results, faults);
  return results.map((result) => {
    if (result.status !== 'success') return result;
    // Rows that were counted in the build are not in what readers see.
    const { rows: _rows, changes: _changes, rejected: _rejected, ...built } = result;
    const own = faults.filter((fault) => isOf(fault, result.uniqueId));
    return own.length > 0
      ? { ...built, status: 'error', faults: own }
      : { ...built, status: 'skipped', message: `built, not published: ${why}` };
  });
}

function whyHeld(results: readonly RunResult[], faults: readonly Fault[]): string {
  const refused = new Set(faults.flatMap(({ nodes = [] }) => nodes));
  if (refused.size > 0)
    return `the publish failed for ${listed(results.filter(({ uniqueId }) => refused.has(uniqueId)))}`;
  return `${listed(results.filter(({ status }) => status === 'error' || status === 'fail'))} failed`;
}

function listed(results: readonly RunResult[]): string {
  const [first] = results;
  const name = first === undefined ? 'another node' : `"${first.name}"`;
  return results.length > 1 ? `${name} and ${results.length - 1} more` : name;
}
