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
    throw ofNodes(error, all, input);
  });
}

/** The same error, said of the nodes that the refused statement is for, if it is for some of them. */
function ofNodes(error: unknown, sent: readonly MappedText[], input: PublishInput): unknown {
  if (!(error instanceof FaultError) || !(error.cause instanceof DatabaseError)) return error;
  const { cause, faults } = error;
  const refused = sent[cause.statement ?? -1];
  const owners = refused === undefined ? [] : nodesOf(refused, input).map(({ plan }) => plan.node);
  const [first, ...others] = owners;
  if (first === undefined) return error;
  const place = others.length === 0 ? fileStart(first.path) : undefined;
  const nodes = owners.map(({ uniqueId }) => uniqueId);
  const again = input.replacement.createdAgain.find(({ statement }) => statement === refused)?.fault(cause.message);
  if (again === undefined)
    return new FaultError(
      faults.map((fault) => ({ ...fault, at: fault.at ?? place, nodes })),
      { cause },
    );
  // A view that is created again for one that is replaced need not be of the run.
  const ofRun = again.nodes?.filter((id) => nodes.includes(id)) ?? [];
  return new FaultError({ ...again, nodes: ofRun.length > 0 ? ofRun : nodes }, { cause });
}

/** The node that a statement publishes; for one that drops or creates again what depends on them, all that are replaced. */
function nodesOf(statement: MappedText, { changes, replacement }: PublishInput): readonly Change[] {
  const owner = changes.find(({ statements, plan }) => [...statements, ...plan.publish.again].includes(statement));
  if (owner !== undefined) return [owner];
  const { before, ordered, after } = replacement;
  const isOfReplacement = [...before, ...ordered, ...after].includes(statement);
  return isOfReplacement ? changes.filter(({ drops }) => drops !== undefined) : [];
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
