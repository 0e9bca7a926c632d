import { FaultError } from '../core/fault.ts';
import type { RunResult } from '../core/run-result.ts';
import { newRunId } from '../materialize/names.ts';
import type { Node, Test } from '../project/manifest.ts';
import { Executor } from '../run/executor.ts';
import { plannedNode } from '../run/node-results.ts';
import { publishedSchemas } from '../run/prepare.ts';
import { testsOf } from '../run/run-graph.ts';
import { runTests } from '../run/run-tests.ts';
import { State } from '../run/state.ts';
import { publishedNames } from './compile.ts';
import type { Surroundings } from './models.ts';
import type { Project, ProjectOptions } from './open-project.ts';
import { openProject, withWarehouse } from './open-project.ts';
import type { SelectionOptions } from './selection.ts';
import { selectNodes } from './selection.ts';
import { writeRunResults } from './write-artifacts.ts';

export interface TestOptions extends ProjectOptions, SelectionOptions {
  readonly threads: number;
  readonly wait: boolean;
  readonly command: string;
}

/** What the data tests found in what is published. */
export interface TestSummary {
  readonly seconds: number;
  readonly results: readonly RunResult[];
}

/** Runs data tests on what is published: those that are selected, and those of the models that are. */
export async function test(options: TestOptions, around: Surroundings): Promise<TestSummary> {
  const { now, report, signal, random } = around;
  const project = await openProject(options);
  const { manifest, context, dialect, metaSchema, schemaPrefix, target } = project;
  const tests = selectedTests(project, options);
  const [runId, startedAt] = [newRunId(now(), random), now()];
  const { command, threads } = options;
  const wait = options.wait ? (holder: string): void => report({ type: 'waiting', holder }) : undefined;
  return withWarehouse(project, { access: 'read', command, now, wait, signal }, async (adapter) => {
    report({ type: 'run started', run: runId, command, target: target.name, threads, nodes: tests.map(plannedNode) });
    const state = new State(dialect, metaSchema);
    const warehouse = await adapter.driver.withConnection((connection) =>
      state.read(new Executor(connection, report), publishedSchemas(manifest, schemaPrefix)),
    );
    const results = await runTests(adapter, {
      tests,
      context,
      names: publishedNames(project),
      warehouse,
      threads,
      now,
      report,
      signal,
    });
    const seconds = (now().getTime() - startedAt.getTime()) / 1000;
    report({ type: 'run finished', run: runId, outcome: 'tested', seconds, results, stale: [], faults: [] });
    await writeRunResults(project, runId, results, seconds, { ...options, outcome: 'tested' }, now());
    return { seconds, results };
  });
}

function selectedTests(project: Project, options: TestOptions): Test[] {
  const nodes = selectNodes(
    project.manifest,
    project.projectDir,
    options,
    (node): node is Node => node.resourceType !== 'source',
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
