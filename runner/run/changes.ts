import { descendants } from '../core/dag.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { RelationType } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { PublishedChange } from '../core/run-event.ts';
import type { RowChanges } from '../core/run-result.ts';
import type { NodePlan } from '../materialize/plan.ts';
import type { Manifest } from '../project/manifest.ts';
import type { Built } from './build-node.ts';
import type { Preparation } from './prepare.ts';
import { isMaterialized } from './run-graph.ts';

/** What publishing will do for a node. */
export interface Change {
  readonly plan: NodePlan;
  readonly how: PublishedChange['how'];
  readonly statements: readonly MappedText[];
  /** What stands in its place and goes first. */
  readonly drops: RelationType | undefined;
  readonly rowChanges: RowChanges | undefined;
  readonly rows: number | undefined;
}

/** What publishing does for each node of a run: nothing where no row differs from what readers see. */
export function changesOf({ plans, warehouse }: Preparation, built: ReadonlyMap<string, Built>): Change[] {
  return [...plans.values()].map((planned) => {
    const { rows, changes, plan = planned } = built.get(planned.node.uniqueId) ?? {};
    const { how, statements, drops } = plan.publish;
    const isNew = !warehouse.catalog.has(relationName(plan.names.published));
    const rowChanges = changes ?? (isNew && rows !== undefined ? { added: rows, changed: 0, removed: 0 } : undefined);
    const same = changes !== undefined && changes.added + changes.changed + changes.removed === 0;
    // A new column is a change, though it be null in all rows.
    const isNothing = how === 'nothing' || (same && !plan.publish.widens);
    return isNothing
      ? { plan, how: 'nothing', statements: [], drops: undefined, rowChanges, rows }
      : { plan, how, statements, drops, rowChanges, rows };
  });
}

/** What a publish did, for whoever is told of it. */
export function publishedChanges(changes: readonly Change[]): PublishedChange[] {
  return changes.map(({ plan, how, rowChanges, rows }) => ({
    uniqueId: plan.node.uniqueId,
    name: plan.node.name,
    relation: relationName(plan.names.published),
    how,
    changes: rowChanges,
    rows,
  }));
}

/** The published tables below those that a run changed which are now older than what they read. */
export function staleTables(
  manifest: Manifest,
  { plans, warehouse }: Preparation,
  changed: Iterable<string>,
): string[] {
  const below = descendants(manifest.graph, [...changed]);
  return [...below]
    .filter((id) => {
      const node = manifest.nodes.get(id);
      const isTable = node !== undefined && isMaterialized(node) && node.config.materialized !== 'view';
      return isTable && warehouse.published.has(id) && !plans.has(id);
    })
    .sort();
}
