import type { Adapter } from '../adapters/adapter.ts';
import { interruptible } from '../adapters/interruptible.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { Outcome, PublishedChange, Report } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
import { graceAfter } from '../core/stop.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import { Executor } from './executor.ts';
import { finalResults } from './final-results.ts';
import { Loads } from './load/loads.ts';
import { RunFiles } from './load/run-files.ts';
import { NodeResults, plannedNode } from './node-results.ts';
import type { Preparation, RunRequest } from './prepare.ts';
import { publishRun, uncertain } from './publish-phase.ts';
import { staleTables } from './changes.ts';
import type { RetryOptions } from './retry.ts';
import { retried } from './retry.ts';
import { RowPlaces } from './row-places.ts';
import { noteOrphans } from './orphans.ts';
import { runGraph } from './run-graph.ts';
import type { State } from './state.ts';
import { timestampText } from './time.ts';
import type { NodeWork } from './work-node.ts';
import { workGraph } from './work-graph.ts';
import { workNode } from './work-node.ts';

/** How a run is carried out, besides what it does. */
export interface RunOptions extends RetryOptions {
  readonly threads: number;
  readonly command: string;
  /** Holds a folder for each run that has files of its own. */
  readonly spoolRoot: string;
  readonly now: () => Date;
  readonly report: Report;
  /** Stops the run: what is under way is broken off, and nothing is published. */
  readonly signal: AbortSignal;
}

/** How a run ended. */
export interface RunSummary {
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly results: readonly RunResult[];
  readonly changes: readonly PublishedChange[];
  /** How long the publish took; 0 when there was none. */
  readonly publishSeconds: number;
  /** Published tables that are now older than what they read. */
  readonly stale: readonly string[];
  /** Faults that belong to no node, such as a publish that the warehouse refused. */
  readonly faults: readonly Fault[];
}

/** Builds, tests and publishes what was prepared. Throws a FaultError when the warehouse cannot be readied for it. */
export function runModels(
  adapter: Adapter,
  request: RunRequest,
  preparation: Preparation,
  state: State,
  options: RunOptions,
): Promise<RunSummary> {
  return new Run(adapter, request, preparation, state, options).run();
}

/** What the last part of a run gives. */
type End = Pick<RunSummary, 'outcome' | 'changes' | 'publishSeconds' | 'faults'>;

class Run {
  readonly #adapter: Adapter;
  readonly #request: RunRequest;
  readonly #preparation: Preparation;
  readonly #state: State;
  readonly #options: RunOptions;
  readonly #manifest: Manifest;
  readonly #results: NodeResults;
  readonly #files: RunFiles;
  readonly #loads: Loads;
  readonly #work: NodeWork;

  constructor(adapter: Adapter, request: RunRequest, preparation: Preparation, state: State, options: RunOptions) {
    this.#adapter = adapter;
    this.#request = request;
    this.#preparation = preparation;
    this.#state = state;
    this.#options = options;
    this.#manifest = request.context.manifest;
    this.#results = new NodeResults(options);
    this.#files = new RunFiles({ ...options, ...request });
    this.#loads = new Loads(preparation, state, {
      ...request,
      ...options,
      spoolFolder: this.#files.spoolFolder(request.runId),
    });
    this.#work = {
      preparation,
      context: request.context,
      state,
      loads: this.#loads,
      built: new Map(),
      report: options.report,
      places: new RowPlaces({
        ...request,
        ...options,
        names: preparation.building,
        filesOf: (model, executor) => this.#loads.files(model, executor),
      }),
    };
  }

  async run(): Promise<RunSummary> {
    const { report, now, signal } = this.#options;
    const startedAt = now();
    const end = await interruptible(this.#adapter.driver, signal, async () => {
      await this.#begin(startedAt);
      await this.#build();
      return this.#publishUnlessHeld();
    });
    const stop = graceAfter(signal);
    await interruptible(this.#adapter.driver, stop, () => this.#clean(end.outcome, stop));
    const changed = end.changes.filter(({ how }) => how !== 'nothing').map(({ uniqueId }) => uniqueId);
    const stale = staleTables(this.#manifest, this.#preparation, changed).map((id) => this.#node(id).name);
    const results = this.#results.all;
    const seconds = (now().getTime() - startedAt.getTime()) / 1000;
    const { outcome, faults } = end;
    const finished = { run: this.#request.runId, outcome, seconds, stale, faults };
    report({ type: 'run finished', ...finished, results: finalResults(results, end) });
    return { ...end, seconds, results, stale };
  }

  /** Clears away what dead runs left, and makes this one known. */
  async #begin(startedAt: Date): Promise<void> {
    const { report, signal, command, threads } = this.#options;
    const { warehouse, plans, tests, skippedTests, sequence } = this.#preparation;
    const { runId, context } = this.#request;
    const nodes = [...[...plans.keys()].map((id) => this.#node(id)), ...tests, ...skippedTests.map(({ test }) => test)];
    report({
      type: 'run started',
      run: runId,
      command,
      target: context.target.name,
      threads,
      nodes: nodes.map(plannedNode),
    });
    report({ type: 'phase', phase: 'sweep' });
    await retried(() => this.#adapter.driver.endRuns(warehouse.unfinished), this.#options);
    await this.#files.clear(warehouse.unfinished);
    const { name } = this.#adapter.dialect;
    const scripts = this.#manifest.sessions.flatMap(({ dialect, script }) => (dialect === name ? [script] : []));
    const run = { runId, sequence, command, startedAt: timestampText(startedAt) };
    const swept = await retried(
      () =>
        this.#adapter.driver.withConnection((connection) =>
          this.#state.begin(new Executor(connection, report, undefined, signal), warehouse, scripts, run),
        ),
      this.#options,
    );
    if (swept > 0) report({ type: 'swept', relations: swept });
  }

  async #build(): Promise<void> {
    const { report } = this.#options;
    const { plans, tests, skippedTests } = this.#preparation;
    report({ type: 'phase', phase: 'build' });
    for (const { test, missing } of skippedTests)
      this.#results.skip(test, `it reads "${missing}", which is not published yet`);
    await workGraph({
      ...this.#options,
      tests,
      context: this.#request.context,
      names: this.#preparation.building,
      dag: runGraph(this.#manifest, [...plans.keys(), ...tests.map((test) => test.uniqueId)]),
      nodeOf: (id) => this.#node(id),
      driver: this.#adapter.driver,
      results: this.#results,
      ask: (executor, query) => executor.query(query),
      work: (node, executor, attempt, scanned) => workNode(node, executor, this.#work, attempt, scanned),
    });
  }

  /** Clears away what the run made for itself, as far as it comes until `stop`. */
  async #clean(outcome: Outcome, stop: AbortSignal): Promise<void> {
    const { now, report } = this.#options;
    const { runId } = this.#request;
    report({ type: 'phase', phase: 'clean' });
    await this.#unit(async (executor) => {
      await this.#state.sweep(executor, new Set([runId]));
      if (outcome === 'published') await noteOrphans(this.#preparation, this.#request, executor, report);
      else await executor.run(this.#state.statements.finishRun(runId, outcome, timestampText(now())));
    }, stop).catch((error: unknown) => {
      // What is published is published: the next run sweeps.
      if (!(error instanceof FaultError)) throw error;
      const message = `what the run made for itself is left for the next one to clear away: ${error.faults[0]?.message}`;
      report({ type: 'note', uniqueId: undefined, message });
    });
    await this.#files.removeSpool(runId);
  }

  /** Publishes if nothing stands against it. */
  async #publishUnlessHeld(): Promise<End> {
    const { signal } = this.#options;
    const unpublished = { changes: [], publishSeconds: 0, faults: [] };
    if (signal.aborted) return { ...unpublished, outcome: 'interrupted' };
    const isHeld = this.#results.all.some(({ status }) => status === 'error' || status === 'fail');
    if (isHeld) return { ...unpublished, outcome: 'held' };
    try {
      return { ...(await this.#publish()), outcome: 'published', faults: [] };
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      if (signal.aborted) return { ...unpublished, outcome: 'interrupted', faults: uncertain(error) };
      return { ...unpublished, outcome: 'held', faults: error.faults };
    }
  }

  async #publish(): Promise<Pick<End, 'changes' | 'publishSeconds'>> {
    const { report, now } = this.#options;
    report({ type: 'phase', phase: 'publish' });
    const startedAt = now();
    const phase = {
      adapter: this.#adapter,
      request: this.#request,
      preparation: this.#preparation,
      state: this.#state,
    };
    const changes = await publishRun({ ...phase, loads: this.#loads, built: this.#work.built }, this.#options);
    const publishSeconds = (now().getTime() - startedAt.getTime()) / 1000;
    report({ type: 'published', nodes: changes, seconds: publishSeconds });
    return { changes, publishSeconds };
  }

  #node(id: string): Node {
    const node = this.#manifest.nodes.get(id);
    if (node === undefined) throw new Error(`${id} is not in the manifest`);
    return node;
  }

  #unit<T>(work: (executor: Executor) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { report } = this.#options;
    const options = { ...this.#options, signal };
    return retried(
      () => this.#adapter.driver.withConnection((connection) => work(new Executor(connection, report))),
      options,
    );
  }
}
