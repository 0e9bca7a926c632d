import type { MappedText } from '../core/mapped-text.ts';
import type { PublishedRow } from '../materialize/state-statements.ts';
import type { Change } from './changes.ts';
import type { Executor } from './executor.ts';
import type { Preparation } from './prepare.ts';
import type { Replacement } from './replacement.ts';
import type { State } from './state.ts';

/** A finished run, all of it ready for its readers. */
export interface PublishInput {
  readonly preparation: Preparation;
  readonly changes: readonly Change[];
  readonly replacement: Replacement;
  /** What belongs to the publish besides the nodes themselves: the ledger, and rows that were put aside. */
  readonly alsoPublish: readonly MappedText[];
  readonly runId: string;
  readonly at: string;
}

/** Publishes everything in one transaction, together with the state: readers see all of it or none. */
export async function publish(input: PublishInput, state: State, executor: Executor): Promise<void> {
  const { changes, replacement, runId, at } = input;
  const rows = changes.map((change) => publishedRow(change, input));
  const { statements } = state;
  const all = [
    ...replacement.before,
    ...replacement.ordered,
    ...replacement.after,
    ...input.alsoPublish,
    ...(await state.publishNodes(executor, runId, rows)),
    statements.finishRun(runId, 'published', at),
  ];
  await executor.transaction(all);
}

function publishedRow({ plan }: Change, { preparation, runId, at }: PublishInput): PublishedRow {
  const { uniqueId } = plan.node;
  return {
    uniqueId,
    relation: plan.names.published,
    type: plan.publish.type,
    runId,
    loadedUpTo: preparation.horizon.toPublish(uniqueId),
    fingerprint: plan.fingerprint,
    contract: plan.contract,
    design: plan.design,
    publishedAt: at,
  };
}
