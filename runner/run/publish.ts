import { descendants } from '../core/dag.ts';
import type { PublishedChange } from '../core/run-event.ts';
import type { RowChanges } from '../core/run-result.ts';
import { relationName } from '../core/relation.ts';
import type { NodePlan } from '../materialize/plan.ts';
import { contractText } from '../materialize/plan.ts';
import type { PublishedRow } from '../materialize/state-statements.ts';
import type { Manifest } from '../project/manifest.ts';
import type { Built } from './build-node.ts';
import type { Executor } from './executor.ts';
import type { Preparation } from './prepare.ts';
import { isMaterialized } from './run-graph.ts';
import type { State } from './state.ts';
import { timestampText } from './time.ts';

/** A finished run, all of it ready for its readers. */
export interface PublishInput {
  readonly preparation: Preparation;
  readonly built: ReadonlyMap<string, Built>;
  /** The table that holds this run's rows of the ledger, and the models that were loaded anew as a whole. */
  readonly pendingLedger: Parameters<State['statements']['mergeLoaded']>[0] | undefined;
  readonly reloaded: readonly string[];
  /** Statements that belong to the publish besides the nodes' own, such as those for rejected rows. */
  readonly alsoPublish: readonly NodePlan['publish']['statements'][number][];
  readonly runId: string;
  readonly now: Date;
}

/** Publishes everything in one transaction, together with the state: readers see all of it or none. */
export async function publish(input: PublishInput, state: State, executor: Executor): Promise<PublishedChange[]> {
  const { preparation, runId, now } = input;
  const changes = [...preparation.plans.values()].map((plan) => changeOf(plan, input));
  const rows = changes.map((change): PublishedRow => publishedRow(change, input));
  await executor.transaction(async () => {
    for (const { statements } of changes) for (const statement of statements) await executor.run(statement);
    for (const statement of input.alsoPublish) await executor.run(statement);
    for (const id of input.reloaded) await executor.run(state.statements.deleteLoaded(id));
    if (input.pendingLedger !== undefined) for (const statement of state.statements.mergeLoaded(input.pendingLedger)) await executor.run(statement);
    if (rows.length > 0) {
      await executor.run(state.statements.deletePublished(rows.map((row) => row.uniqueId)));
      await executor.run(state.statements.insertPublished(rows));
    }
    await executor.run(state.statements.finishRun(runId, 'published', timestampText(now)));
  });
  return changes.map(({ plan, how, rowChanges, rows: count }) => ({
    uniqueId: plan.node.uniqueId,
    name: plan.node.name,
    relation: relationName(plan.names.published),
    how,
    changes: rowChanges,
    rows: count,
  }));
}

interface Change {
  readonly plan: NodePlan;
  readonly how: PublishedChange['how'];
  readonly statements: NodePlan['publish']['statements'];
  readonly rowChanges: RowChanges | undefined;
  readonly rows: number | undefined;
}

/** What publishing does for a node: nothing where no row differs from what readers see. */
function changeOf(plan: NodePlan, { built, preparation }: PublishInput): Change {
  const { rows, changes, recreate = false } = built.get(plan.node.uniqueId) ?? {};
  const isNew = !preparation.warehouse.catalog.has(relationName(plan.names.published));
  const rowChanges = changes ?? (isNew && rows !== undefined ? { added: rows, changed: 0, removed: 0 } : undefined);
  const same = !recreate && changes !== undefined && changes.added + changes.changed + changes.removed === 0;
  if (same || plan.publish.how === 'nothing') return { plan, how: 'nothing', statements: [], rowChanges, rows };
  if (recreate) return { plan, how: 'swap', statements: plan.publish.recreate, rowChanges: undefined, rows };
  return { plan, how: plan.publish.how, statements: plan.publish.statements, rowChanges, rows };
}

function publishedRow({ plan, how }: Change, { preparation, runId, now }: PublishInput): PublishedRow {
  const before = preparation.warehouse.published.get(plan.node.uniqueId);
  return {
    uniqueId: plan.node.uniqueId,
    relation: plan.names.published,
    type: plan.publish.type,
    runId,
    sequence: preparation.sequence,
    changedIn: how === 'nothing' ? (before?.changedIn ?? preparation.sequence) : preparation.sequence,
    fingerprint: plan.fingerprint,
    contract: contractText(plan.node.contract),
    publishedAt: timestampText(now),
  };
}

/** The published tables below those that a run changed which are now older than what they read. */
export function staleTables(manifest: Manifest, { plans, warehouse }: Preparation, changed: Iterable<string>): string[] {
  const below = descendants(manifest.graph, [...changed]);
  return [...below].filter((id) => {
    const node = manifest.nodes.get(id);
    const isTable = node !== undefined && isMaterialized(node) && node.config.materialized !== 'view';
    return isTable && warehouse.published.has(id) && !plans.has(id);
  }).sort();
}
