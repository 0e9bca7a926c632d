import { DatabaseError } from '../adapters/driver.ts';
import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
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
  await executor.transaction(all).catch((error: unknown) => {
    throw ofNode(error, all, input);
  });
}

/** The same error, said of the node that the refused statement publishes, or of what it would have created again. */
function ofNode(error: unknown, sent: readonly MappedText[], { changes, replacement }: PublishInput): unknown {
  if (!(error instanceof FaultError) || !(error.cause instanceof DatabaseError)) return error;
  const refused = sent[error.cause.statement ?? -1];
  const again = replacement.createdAgain.find(({ statement }) => statement === refused);
  if (again !== undefined) return new FaultError(again.fault(error.cause.message), { cause: error.cause });
  const owner = changes.find(({ statements }) => statements.some((statement) => statement === refused));
  if (owner === undefined) return error;
  const { uniqueId, path } = owner.plan.node;
  const faults = error.faults.map((fault) => ({ ...fault, at: fault.at ?? fileStart(path), nodes: [uniqueId] }));
  return new FaultError(faults, { cause: error.cause });
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
