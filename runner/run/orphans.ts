import type { OwnRelations } from '../adapters/dialect.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { Report } from '../core/run-event.ts';
import { publishedRelation } from '../materialize/names.ts';
import type { Executor } from './executor.ts';
import { isMaterialized, isWhole } from './run-graph.ts';
import type { Preparation, RunRequest } from './prepare.ts';
import { State } from './state.ts';

/**
 * Reports relations that were published and belong to no node any more, since a model or seed was renamed, deleted, moved to
 * another schema or made ephemeral. A run of a part of the project leaves that alone. Throws a FaultError.
 */
export async function noteOrphans(
  { warehouse }: Pick<Preparation, 'warehouse'>,
  { context, naming, selected }: Pick<RunRequest, 'context' | 'naming' | 'selected'>,
  executor: Executor,
  report: Report,
): Promise<void> {
  const { dialect, manifest } = context;
  if (!isWhole(manifest, selected)) return;
  const nodes = [...manifest.nodes.values()].filter(isMaterialized);
  const current = new Set(nodes.map((node) => relationName(publishedRelation(node, naming))));
  const left = [...warehouse.published.values()].filter(({ relation }) => !current.has(relationName(relation)));
  if (left.length === 0) return;
  const catalog = await new State(dialect, ownOf(left.map(({ relation }) => relation))).readCatalog(executor);
  const there = left.filter(({ relation, type }) => catalog.get(relationName(relation))?.type === type);
  for (const { relation, type } of there) {
    const drop = `drop ${type} ${dialect.relation(relation)}`;
    const message = `the ${type} ${relationName(relation)} was published, and belongs to no model or seed any more; to drop it: ${drop}`;
    report({ type: 'note', uniqueId: undefined, message });
  }
}

/** Has the catalog be asked for these relations, and no others. */
function ownOf(relations: readonly Relation[]): OwnRelations {
  const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
  return {
    schemas: distinct(relations.map(({ schema }) => schema)),
    names: distinct(relations.map(({ identifier }) => identifier)),
    metaSchema: '',
    ofRun: '^$',
  };
}
