import type { Adapter } from '../adapters/adapter.ts';
import type { Dialect } from '../adapters/dialect.ts';
import { troubleIn } from '../adapters/driver.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { PublishedChange, Report } from '../core/run-event.ts';
import type { Built } from './build-node.ts';
import { Executor } from './executor.ts';
import type { Loads } from './load/loads.ts';
import type { Preparation, RunRequest } from './prepare.ts';
import { alteredInPlace } from './alter-in-place.ts';
import type { Change } from './changes.ts';
import { changesOf, publishedChanges } from './changes.ts';
import { publish } from './publish.ts';
import { replacementOf } from './replacement.ts';
import type { RetryOptions } from './retry.ts';
import { retried } from './retry.ts';
import { checkSideEffects } from './side-effects.ts';
import type { State } from './state.ts';
import { timestampText } from './time.ts';

export interface PublishPhase {
  readonly adapter: Adapter;
  readonly request: RunRequest;
  readonly preparation: Preparation;
  readonly state: State;
  readonly loads: Loads;
  readonly built: ReadonlyMap<string, Built>;
}

interface PublishOptions extends RetryOptions {
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Publishes a finished run: all of it in one transaction, on the connection that holds the warehouse. When that breaks
 * off, what the transaction itself wrote down tells whether it was committed. Throws a FaultError.
 */
export async function publishRun(phase: PublishPhase, options: PublishOptions): Promise<PublishedChange[]> {
  const { adapter, preparation, built, request, state } = phase;
  const { report, signal } = options;
  const changes = changesOf(preparation, built);
  let published: readonly Change[] = changes;
  await retried(
    (attempt) =>
      adapter.driver.withWriter(async (connection) => {
        const executor = new Executor(connection, report, undefined, signal);
        if (attempt > 1 && (await state.isPublished(executor, request.runId))) return;
        published = await alteredInPlace(changes, preparation, request.context.dialect, executor);
        if (attempt === 1) noteReplaced(published, request.context.dialect, report);
        await publishOnce(phase, published, options, executor);
      }),
    options,
  );
  return publishedChanges(published);
}

async function publishOnce(
  { request, preparation, state, loads }: PublishPhase,
  changes: readonly Change[],
  { now }: PublishOptions,
  executor: Executor,
): Promise<void> {
  const { context, replaceDependents, runId } = request;
  const { manifest, dialect } = context;
  await checkStillOurs(state, preparation.sequence, executor);
  const at = timestampText(now());
  await checkSideEffects(changes, preparation, dialect, executor);
  const replacement = await replacementOf(changes, { manifest, preparation, dialect, replaceDependents }, executor);
  const alsoPublish = await loads.publishStatements(runId, at, executor);
  await publish({ preparation, changes, replacement, alsoPublish, runId, at }, state, executor);
}

/** A connection that broke and was opened again may have let another run pass in between. */
async function checkStillOurs(state: State, sequence: number, executor: Executor): Promise<void> {
  const later = await state.runsAfter(executor, sequence);
  if (later.length === 0) return;
  throw new FaultError({
    code: 'run-overtaken',
    message: `run ${later.join(', ')} has begun on this warehouse since, while the connection was lost`,
    hint: 'run again: nothing of this run is published',
  });
}

/** Readers wait for a relation that is dropped and created again, where the engine has readers at the same time. */
function noteReplaced(changes: readonly Change[], { readers }: Dialect, report: Report): void {
  if (readers === undefined) return;
  for (const { plan, how } of changes) {
    const { reasons } = plan.publish;
    const why = reasons.join('; ');
    if (how === 'recreate') {
      const message = `${why === '' ? '' : `${why}: `}readers may have to wait while it is dropped and created again`;
      report({ type: 'note', uniqueId: plan.node.uniqueId, message });
    } else if (plan.publish.how === 'recreate' && how !== 'nothing')
      report({ type: 'note', uniqueId: plan.node.uniqueId, message: `its columns are altered in place: ${why}` });
  }
}

/** The connection was lost while the run published, and the run was stopped before it could ask what became of that. */
export function uncertain(error: FaultError): readonly Fault[] {
  if (troubleIn(error) !== 'lost') return [];
  return [
    {
      code: 'interrupted',
      message: 'the connection was lost while the run published: it is not known whether that was committed',
      hint: 'see when it was published last, or run again: sparkify-run debug',
    },
  ];
}
