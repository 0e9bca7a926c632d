import type { Dag } from '../core/dag.ts';
import { dagOf } from '../core/dag.ts';
import type { Buildable, Manifest, Node, Test } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';

/** Whether a node becomes a relation of the warehouse. */
export function isMaterialized(node: Node): node is Buildable {
  return isBuildable(node) && node.config.materialized !== 'ephemeral';
}

/** Whether these are all nodes that become relations. */
export function isWhole({ nodes }: Manifest, selected: ReadonlySet<string>): boolean {
  return [...nodes.values()].every((node) => !isMaterialized(node) || selected.has(node.uniqueId));
}

/** The relations that a node reads: its parents, and those of the ephemeral models among them. */
export function relationsRead(manifest: Manifest, uniqueId: string): Set<string> {
  const read = new Set<string>();
  const ephemeral = new Set([uniqueId]);
  // Grows while it is gone through.
  for (const reader of ephemeral) {
    for (const parent of manifest.nodes.get(reader)?.dependsOn ?? []) {
      const node = manifest.nodes.get(parent);
      if (node === undefined || node.resourceType === 'source') continue;
      if (isMaterialized(node)) read.add(parent);
      else ephemeral.add(parent);
    }
  }
  return read;
}

/** The data tests that a run of these nodes has to make: those that read one of them. */
export function testsOf(manifest: Manifest, nodes: ReadonlySet<string>): Test[] {
  return [...manifest.nodes.values()].filter((node): node is Test => {
    if (node.resourceType !== 'test') return false;
    return (
      [...relationsRead(manifest, node.uniqueId)].some((id) => nodes.has(id)) ||
      node.dependsOn.some((id) => nodes.has(id))
    );
  });
}

/** The graph of what a run does: nodes that are built and tests, each after what it reads of this run. */
export function runGraph(manifest: Manifest, ids: Iterable<string>): Dag {
  const wanted = new Set(ids);
  return dagOf(
    new Map([...wanted].map((id) => [id, [...relationsRead(manifest, id)].filter((parent) => wanted.has(parent))])),
  );
}
