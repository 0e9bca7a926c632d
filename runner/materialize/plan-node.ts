import type { Buildable } from '../project/manifest.ts';
import { planCopy } from './copy.ts';
import { planIncremental } from './incremental.ts';
import { outputNames } from './output-names.ts';
import type { NodePlan, PlanInput } from './plan.ts';
import { planSeed, planTable } from './table.ts';
import { planView } from './view.ts';

/**
 * Plans one node that becomes a relation. Throws a FaultError when its template cannot be compiled, or when an
 * incremental table cannot take what the model now gives.
 */
export function planNode(node: Buildable, input: PlanInput): NodePlan {
  if (node.resourceType === 'seed') return planSeed(node, input);
  switch (node.config.materialized) {
    case 'view':
      return { ...planView(node, input), outputs: outputNames(node, input) };
    case 'table':
      return { ...planTable(node, input), outputs: outputNames(node, input) };
    case 'incremental':
      return { ...planIncremental(node, input), outputs: outputNames(node, input) };
    case 'copy':
      return planCopy(node, input);
    case 'ephemeral':
      throw new Error(`${node.name} is ephemeral: there is nothing to build`);
  }
}
