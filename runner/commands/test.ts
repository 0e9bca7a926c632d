import { onConnection } from '../adapters/interruptible.ts';
import { FaultError } from '../core/fault.ts';
import { newRunId } from '../materialize/names.ts';
import type { Test } from '../project/manifest.ts';
import { Executor } from '../run/executor.ts';
import { plannedNode } from '../run/node-results.ts';
import { RowPlaces } from '../run/row-places.ts';
import { testsOf } from '../run/run-graph.ts';
import { defaultRetryDelayMs, retried } from '../run/retry.ts';
import type { RunSummary } from '../run/run-models.ts';
import { runTests } from '../run/run-tests.ts';
import { State } from '../run/state.ts';
import type { Surroundings } from './models.ts';
import { locatedProject } from './located-project.ts';
import type { Project, ProjectOptions } from './open-project.ts';
import { requireAnyPublished } from './not-published.ts';
import { openProject, withWarehouse } from './open-project.ts';
import { beginResults, orNoResults } from './no-results.ts';
import type { SelectionOptions } from './selection.ts';
import { selectNodes } from './selection.ts';
import { writeRunResults } from './write-artifacts.ts';

export interface TestOptions extends ProjectOptions, SelectionOptions {
  readonly threads: number;
  readonly wait: boolean;
  readonly command: string;
}

/** Runs data tests on what is published: those that are selected, and those of the models that are. */
export function test(options: TestOptions, around: Surroundings): Promise<RunSummary> {
  return orNoResults(options, around, () => run(options, around));
}

async function run(options: TestOptions, around: Surroundings): Promise<RunSummary> {
  const { now, report, signal, random } = around;
  const project = await locatedProject(await openProject(options), around);
  const { context, dialect, own, projectDir, published, target } = project;
  const tests = selectedTests(project, options);
  const [runId, startedAt] = [newRunId(now(), random), now()];
  const { command, threads } = options;
  const wait = options.wait ? (holder: string): void => report({ type: 'waiting', holder }) : undefined;
  return withWarehouse(project, { access: 'read', command, now, wait, signal, threads }, async (adapter) => {
    beginResults(options, around);
    report({ type: 'run started', run: runId, command, target: target.name, threads, nodes: tests.map(plannedNode) });
    const state = new State(dialect, own);
    const retry = { report, signal, retryDelayMs: around.retryDelayMs ?? defaultRetryDelayMs };
    const catalog = await retried(
      () => onConnection(adapter.driver, signal, (connection) => state.readCatalog(new Executor(connection, report))),
      retry,
    );
    requireAnyPublished(project, catalog);
    const results = await runTests(adapter, {
      tests,
      context,
      names: published,
      catalog,
      places: new RowPlaces({
        context,
        projectDir,
        names: published,
        filesOf: ({ uniqueId }, executor) => state.readLedger(executor, catalog, uniqueId),
        signal,
      }),
      threads,
      now,
      ...retry,
      signal,
    });
    const seconds = (now().getTime() - startedAt.getTime()) / 1000;
    const outcome = signal.aborted ? 'interrupted' : 'tested';
    report({ type: 'run finished', run: runId, outcome, seconds, results, stale: [], faults: [] });
    await writeRunResults(project, { runId, results, seconds, args: { ...options, outcome }, now: now() }, report);
    return { outcome, seconds, results, changes: [], publishSeconds: 0, stale: [], faults: [] };
  });
}

function selectedTests(project: Project, options: TestOptions): Test[] {
  const nodes = selectNodes(
    project.manifest,
    project.projectDir,
    options,
    (node) => node.resourceType !== 'source',
    'test',
  );
  const models = new Set(nodes.filter((node) => node.resourceType !== 'test').map((node) => node.uniqueId));
  const named = nodes.filter((node): node is Test => node.resourceType === 'test');
  const tests = [
    ...new Map([...named, ...testsOf(project.manifest, models)].map((node) => [node.uniqueId, node])).values(),
  ];
  if (tests.length === 0)
    throw new FaultError({
      code: 'selection-empty',
      message: 'the selection picks no test, and nothing that is tested',
    });
  return tests;
}
