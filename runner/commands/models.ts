import { join } from 'node:path';
import { onConnection } from '../adapters/interruptible.ts';
import { removeLeftovers } from '../artifacts/leftovers.ts';
import { checkArtifact, targetFolder } from '../artifacts/write-artifact.ts';
import { FaultError } from '../core/fault.ts';
import type { Report } from '../core/run-event.ts';
import { newRunId } from '../materialize/names.ts';
import { isBuildable } from '../project/manifest.ts';
import { Executor } from '../run/executor.ts';
import { finalResults } from '../run/final-results.ts';
import type { Preparation, RunRequest } from '../run/prepare.ts';
import { prepareRun } from '../run/prepare.ts';
import type { RunSummary } from '../run/run-models.ts';
import { defaultRetryDelayMs, retried } from '../run/retry.ts';
import { runModels } from '../run/run-models.ts';
import { State } from '../run/state.ts';
import { emptyWarehouse } from '../run/warehouse.ts';
import { locatedProject } from './located-project.ts';
import type { LocatedProject, Project, ProjectOptions } from './open-project.ts';
import { openProject, withWarehouse } from './open-project.ts';
import { beginResults, orNoResults } from './no-results.ts';
import type { SelectionOptions } from './selection.ts';
import { excludedNodes, selectNodes } from './selection.ts';
import { writeManifest, writeRunResults } from './write-artifacts.ts';

export interface ModelsOptions extends ProjectOptions, SelectionOptions {
  readonly fullRefresh: boolean;
  readonly replaceDependents: boolean;
  readonly threads: number;
  /** Whether to wait for a run that has the warehouse. */
  readonly wait: boolean;
  /** The command line as the user gave it. */
  readonly command: string;
}

/** What a command needs of the world: the clock, chance, someone to tell, and a way to be stopped. */
export interface Surroundings {
  readonly now: () => Date;
  readonly random: () => number;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** How long to wait before something is tried again; as long as it takes a server to come back, if not given. */
  readonly retryDelayMs?: number;
}

/** The main job: loads, builds, tests and publishes. Throws a FaultError when the run cannot begin. */
export function models(options: ModelsOptions, around: Surroundings): Promise<RunSummary> {
  return orNoResults(options, around, () => run(options, around));
}

async function run(options: ModelsOptions, around: Surroundings): Promise<RunSummary> {
  const { now, report, signal, retryDelayMs = defaultRetryDelayMs } = around;
  const project = await locatedProject(await openProject(options), around);
  const request = runRequest(project, options, around);
  report({ type: 'phase', phase: 'open' });
  const wait = options.wait ? (holder: string): void => report({ type: 'waiting', holder }) : undefined;
  return withWarehouse(
    project,
    {
      access: 'write',
      command: options.command,
      run: request.runId,
      now,
      wait,
      signal,
      threads: options.threads,
      report,
      retryDelayMs,
    },
    async (adapter) => {
      const state = new State(project.dialect, project.own);
      report({ type: 'phase', phase: 'plan' });
      const retry = { report, signal, retryDelayMs };
      const preparation = await retried(
        () => onConnection(adapter.driver, signal, (on) => prepare(new Executor(on, report), state, request)),
        retry,
      );
      await removeLeftovers(join(project.projectDir, targetFolder));
      // Before anything is built: a project folder that may not be written to is told now, and not after the publish.
      await writeManifest(project, request.runId, now());
      checkArtifact(project.projectDir, 'run_results.json');
      beginResults(options, around);
      const spoolRoot = join(project.projectDir, targetFolder, 'spool');
      const summary = await runModels(adapter, request, preparation, state, {
        ...options,
        ...retry,
        signal,
        now,
        spoolRoot,
      });
      const { outcome, seconds } = summary;
      const results = finalResults(summary.results, summary);
      const ended = { runId: request.runId, results, seconds, args: { ...options, outcome }, now: now() };
      await writeRunResults(project, ended, report);
      return summary;
    },
  );
}

/** What `models` would do, without doing it: nothing is written but caches. */
export async function planModels(
  options: ModelsOptions,
  around: Surroundings,
): Promise<{ project: Project; preparation: Preparation }> {
  const project = await locatedProject(await openProject(options), around);
  const request = runRequest(project, options, around);
  const state = new State(project.dialect, project.own);
  const { now, report, signal } = around;
  try {
    const preparation = await withWarehouse(
      project,
      { access: 'read', command: options.command, now, wait: undefined, signal },
      ({ driver }) => onConnection(driver, signal, (on) => prepare(new Executor(on, report), state, request)),
    );
    return { project, preparation };
  } catch (error) {
    if (!(error instanceof FaultError) || error.faults[0]?.code !== 'nothing-published') throw error;
    return { project, preparation: await prepareRun(request, emptyWarehouse, () => Promise.resolve([])) };
  }
}

async function prepare(executor: Executor, state: State, request: RunRequest): Promise<Preparation> {
  const warehouse = await state.read(executor);
  return prepareRun(request, warehouse, (id) => state.readLedger(executor, warehouse.catalog, id));
}

function runRequest(
  project: LocatedProject,
  options: ModelsOptions,
  { now, random, signal }: Surroundings,
): RunRequest {
  const { manifest, projectDir, target, context, naming, own } = project;
  const nodes = selectNodes(manifest, projectDir, options, isBuildable, 'model or seed');
  const selected = new Set(nodes.map((node) => node.uniqueId));
  return {
    context,
    projectDir,
    target,
    naming,
    metaSchema: own.metaSchema,
    runId: newRunId(now(), random),
    selected,
    fullRefresh: options.fullRefresh,
    replaceDependents: options.replaceDependents,
    excludedTests: excludedNodes(manifest, projectDir, options),
    signal,
  };
}
