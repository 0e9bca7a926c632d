import { descendants } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { NodePlan, PublishedNode } from '../materialize/plan.ts';
import type { Manifest } from '../project/manifest.ts';
import type { LoadHorizon } from './load-horizon.ts';

interface AppendInput {
  readonly manifest: Manifest;
  readonly horizon: LoadHorizon;
  /** Unique ids of what the run builds. */
  readonly inRun: ReadonlySet<string>;
  readonly published: (uniqueId: string) => PublishedNode | undefined;
}

/** What stands against a plan that appends rows: they cannot be told apart later, and must neither come twice nor be missed. */
export function appendFaults({ node, keepsRows }: NodePlan, input: AppendInput): Fault[] {
  if (node.resourceType !== 'model') return [];
  const { manifest, horizon, inRun } = input;
  const nameOf = (id: string): string => manifest.nodes.get(id)?.name ?? id;
  const at = fileStart(node.path);
  const faults: Fault[] = [];
  if (keepsRows && node.config.materialized === 'incremental' && node.config.strategy === 'append') {
    const behind = horizon.behind(node.uniqueId).map(nameOf);
    if (behind.length > 0)
      faults.push({
        code: 'relation-behind',
        message: `"${node.name}" appends rows, and of what it reads ${behind.join(', ')} is older than the rest: rows would be missed or come twice`,
        at,
        hint: `build what it needs as well: sparkify-run models +${node.name}`,
      });
  }
  if (node.config.materialized !== 'copy' || keepsRows) return faults;
  const doubled = [...descendants(manifest.graph, [node.uniqueId])]
    .filter((id) => !inRun.has(id) && isKeptByAppend(id, input))
    .map(nameOf);
  if (doubled.length > 0)
    faults.push({
      code: 'relation-behind',
      message: `"${node.name}" is loaded anew as a whole, and ${doubled.join(', ')} would append its rows a second time`,
      at,
      hint: `build them anew as well: sparkify-run models ${node.name}+ --full-refresh`,
    });
  return faults;
}

function isKeptByAppend(id: string, { manifest, published }: AppendInput): boolean {
  const node = manifest.nodes.get(id);
  if (node?.resourceType !== 'model' || node.config.materialized !== 'incremental') return false;
  return node.config.strategy === 'append' && published(id)?.state !== undefined;
}
