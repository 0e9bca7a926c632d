import { dagOf, topological } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { Manifest, Model } from '../project/manifest.ts';
import { maxEphemeralDepth } from '../template/limits.ts';

/** Ephemeral models that read one another through too many: the first of each chain that goes beyond the limit. */
export function checkEphemeral({ nodes }: Manifest): Fault[] {
  const ephemeral = new Map<string, Model>();
  for (const node of nodes.values())
    if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') ephemeral.set(node.uniqueId, node);
  const graph = dagOf(new Map([...ephemeral].map(([id, { dependsOn }]) => [id, dependsOn])));
  const depths = new Map<string, number>();
  for (const id of topological(graph)) depths.set(id, 1 + deepest(graph.parents.get(id) ?? [], depths));
  return [...ephemeral.values()]
    .filter(({ uniqueId }) => depths.get(uniqueId) === maxEphemeralDepth + 1)
    .map((model) => ({
      code: 'template-limit',
      message: `"${model.name}" reads a chain of ephemeral models that is longer than ${maxEphemeralDepth}`,
      at: locationAt(model.template, model.facts.refs[0]?.at ?? 0, (model.facts.refs[0]?.name.length ?? 0) + 2),
      hint: 'make one of them a view or a table',
    }));
}

function deepest(ids: readonly string[], depths: ReadonlyMap<string, number>): number {
  return ids.reduce((most, id) => Math.max(most, depths.get(id) ?? 0), 0);
}
