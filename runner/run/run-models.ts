import { join } from 'node:path';
import type { Adapter } from '../adapters/adapter.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { Outcome, PlannedNode, PublishedChange, Report } from '../core/run-event.ts';
import type { RunResult, Status } from '../core/run-result.ts';
import { isOk } from '../core/run-result.ts';
import { Statements } from '../materialize/statements.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';
import type { Built } from './build-node.ts';
import { buildNode } from './build-node.ts';
import { failuresRelation, runTest } from './data-test.ts';
import { Executor } from './executor.ts';
import type { CopyFiles } from './load/copy-files.ts';
import type { LoadedFile } from './load/ledger.ts';
import { loadCopy } from './load/load-copy.ts';
import { readSeed } from './load/read-seed.ts';
import type { Rejected } from './load/reread.ts';
import type { Preparation, RunRequest } from './prepare.ts';
import { publishedSchemas } from './prepare.ts';
import { publish, staleTables } from './publish.ts';
import { runGraph } from './run-graph.ts';
import { runSchedule } from './scheduler.ts';
import type { State } from './state.ts';
import { timestampText } from './time.ts';

/** How a run is carried out, besides what it does. */
export interface RunOptions {
  readonly threads: number;
  readonly command: string;
  /** Where files of the run's own may stand for a while. */
  readonly spoolFolder: string;
  readonly now: () => Date;
  readonly report: Report;
  /** Stops the run: what is under way is broken off, and nothing is published. */
  readonly signal: AbortSignal;
}

/** How a run ended. */
export interface RunSummary {
  readonly runId: string;
  readonly outcome: Outcome;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly results: readonly RunResult[];
  readonly changes: readonly PublishedChange[];
  /** Published tables that are now older than what they read. */
  readonly stale: readonly string[];
  /** Faults that belong to no node, such as a publish that the warehouse refused. */
  readonly faults: readonly Fault[];
}

/** Builds, tests and publishes what was prepared. Faults of nodes stand in the results; only bugs are thrown. */
export function runModels(adapter: Adapter, request: RunRequest, preparation: Preparation, state: State, options: RunOptions): Promise<RunSummary> {
  return new Run(adapter, request, preparation, state, options).run();
}

class Run {
  readonly #adapter: Adapter;
  readonly #request: RunRequest;
  readonly #preparation: Preparation;
  readonly #state: State;
  readonly #options: RunOptions;
  readonly #manifest: Manifest;
  readonly #sql: Statements;
  readonly #schemas: readonly string[];
  readonly #built = new Map<string, Built>();
  readonly #results = new Map<string, RunResult>();
  readonly #loaded = new Map<string, readonly LoadedFile[]>();
  readonly #rejects = new Map<string, readonly Rejected[]>();

  constructor(adapter: Adapter, request: RunRequest, preparation: Preparation, state: State, options: RunOptions) {
    this.#adapter = adapter;
    this.#request = request;
    this.#preparation = preparation;
    this.#state = state;
    this.#options = options;
    this.#manifest = request.context.manifest;
    this.#sql = new Statements(adapter.dialect);
    this.#schemas = publishedSchemas(this.#manifest, request.schemaPrefix);
  }

  async run(): Promise<RunSummary> {
    const { report, now, signal } = this.#options;
    const startedAt = now();
    const interrupt = (): void => this.#adapter.driver.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      await this.#begin(startedAt);
      await this.#build();
      const { outcome, changes, faults } = await this.#end();
      const changed = changes.filter(({ how }) => how !== 'nothing').map(({ uniqueId }) => uniqueId);
      const stale = staleTables(this.#manifest, this.#preparation, changed).map((id) => this.#node(id).name);
      const results = [...this.#results.values()];
      const seconds = (now().getTime() - startedAt.getTime()) / 1000;
      report({ type: 'run finished', run: this.#request.runId, outcome, seconds, results, stale, faults });
      return { runId: this.#request.runId, outcome, startedAt, seconds, results, changes, stale, faults };
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** Clears away what dead runs left, and makes this one known. */
  async #begin(startedAt: Date): Promise<void> {
    const { report, command, threads } = this.#options;
    const { warehouse, plans, tests, skippedTests, sequence } = this.#preparation;
    const nodes = [...[...plans.keys()].map((id) => this.#node(id)), ...tests, ...skippedTests.map(({ test }) => test)].map(plannedNode);
    report({ type: 'run started', run: this.#request.runId, command, target: this.#request.context.target.name, threads, nodes });
    report({ type: 'phase', phase: 'sweep' });
    await this.#withExecutor(async (executor) => {
      await this.#state.ensure(executor, warehouse);
      const relations = await this.#state.sweep(executor, this.#schemas, warehouse.runs);
      if (relations > 0) report({ type: 'swept', relations });
      for (const run of warehouse.unfinished) await executor.run(this.#state.statements.finishRun(run, 'killed', timestampText(startedAt)));
      await executor.run(this.#state.statements.insertRun(this.#request.runId, sequence, command.slice(0, 1000), timestampText(startedAt)));
      for (const schema of this.#schemas) await executor.run(this.#sql.createSchema(schema));
    });
  }

  async #build(): Promise<void> {
    const { report, threads, signal } = this.#options;
    const { plans, tests, skippedTests } = this.#preparation;
    report({ type: 'phase', phase: 'build' });
    for (const [id, { notes }] of plans) for (const message of notes) report({ type: 'note', uniqueId: id, message });
    for (const { test, missing } of skippedTests) this.#skip(test.uniqueId, `it reads "${missing}", which is not published yet`);
    await runSchedule({
      dag: runGraph(this.#manifest, [...plans.keys(), ...tests.map((test) => test.uniqueId)]),
      threads,
      signal,
      work: (id) => this.#work(id),
      skipped: (id, because) => this.#skip(id, because === undefined ? 'the run was stopped' : `"${this.#node(because).name}" failed`),
    });
  }

  async #work(id: string): Promise<'done' | 'failed'> {
    const node = plannedNode(this.#node(id));
    this.#options.report({ type: 'node started', node });
    const startedAt = this.#options.now();
    const outcome = await this.#attempt(id);
    const seconds = (this.#options.now().getTime() - startedAt.getTime()) / 1000;
    const result: RunResult = { uniqueId: id, name: node.name, startedAt, seconds, ...outcome };
    this.#results.set(id, result);
    this.#options.report({ type: 'node finished', node, result });
    return isOk(result.status) || result.status === 'fail' ? 'done' : 'failed';
  }

  async #attempt(id: string): Promise<Pick<RunResult, 'status' | 'faults'> & Partial<RunResult>> {
    try {
      return await this.#withExecutor((executor) => this.#do(id, executor), id);
    } catch (error) {
      if (this.#options.signal.aborted) return { status: 'skipped', faults: [] };
      if (!(error instanceof FaultError)) throw error;
      return { status: 'error', faults: error.faults };
    }
  }

  async #do(id: string, executor: Executor): Promise<Pick<RunResult, 'status' | 'faults'> & Partial<RunResult>> {
    const node = this.#node(id);
    if (node.resourceType === 'test') {
      const keep = failuresRelation(node, this.#state.statements.schema, this.#adapter.dialect);
      return runTest(node, this.#request.context, this.#preparation.building, executor, keep);
    }
    const plan = this.#preparation.plans.get(id);
    if (plan === undefined) throw new Error(`${id} is not planned`);
    const built = await buildNode(plan, executor, this.#sql, this.#adapter.dialect, (kind, into) => (kind === 'seed' ? this.#fillSeed(id, into, executor) : this.#fillCopy(id, into, executor)));
    this.#built.set(id, built);
    const rejected = this.#rejects.get(id)?.length ?? 0;
    const compiled = plan.steps.find((step) => step.kind === 'fill' || step.kind === 'create')?.statement.text;
    return {
      status: 'success',
      faults: [],
      ...(built.rows === undefined ? {} : { rows: built.rows }),
      ...(built.changes === undefined ? {} : { changes: built.changes }),
      ...(rejected === 0 ? {} : { rejected }),
      ...(compiled === undefined ? {} : { compiled }),
    };
  }

  async #fillSeed(id: string, into: Relation, executor: Executor): Promise<number> {
    const node = this.#node(id);
    if (node.resourceType !== 'seed') throw new Error(`${id} is no seed`);
    const rows = readSeed(this.#request.projectDir, node);
    await executor.append(into, node.contract.length, rows);
    return rows.length;
  }

  async #fillCopy(id: string, into: Relation, executor: Executor): Promise<number> {
    const node = this.#node(id);
    const copy = this.#preparation.copies.get(id);
    if (node.resourceType !== 'model' || copy === undefined) throw new Error(`${id} is no copy model`);
    const spoolFolder = join(this.#options.spoolFolder, node.name);
    const { report, signal } = this.#options;
    const { rows, loaded, rejected } = await loadCopy({ ...copy, model: node, context: this.#request.context, into, spoolFolder }, executor, report, signal);
    this.#loaded.set(id, loaded);
    if (rejected.length > 0) this.#rejects.set(id, rejected);
    return rows;
  }

  /** Publishes if nothing stands against it, and clears away what the run made for itself. */
  async #end(): Promise<{ outcome: Outcome; changes: readonly PublishedChange[]; faults: readonly Fault[] }> {
    const { signal, now, report } = this.#options;
    const failed = [...this.#results.values()].some(({ status }) => status === 'error' || status === 'fail');
    let outcome: Outcome = signal.aborted ? 'interrupted' : failed ? 'held' : 'published';
    let changes: readonly PublishedChange[] = [];
    let faults: readonly Fault[] = [];
    if (outcome === 'published') {
      try {
        changes = await this.#publish();
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        outcome = signal.aborted ? 'interrupted' : 'held';
        faults = error.faults;
      }
    }
    report({ type: 'phase', phase: 'clean' });
    await this.#withExecutor(async (executor) => {
      await this.#state.sweep(executor, this.#schemas, new Set([this.#request.runId]));
      if (outcome !== 'published') await executor.run(this.#state.statements.finishRun(this.#request.runId, outcome, timestampText(now())));
    });
    return { outcome, changes, faults };
  }

  async #publish(): Promise<PublishedChange[]> {
    const { report, now } = this.#options;
    report({ type: 'phase', phase: 'publish' });
    const startedAt = now();
    const nodes = await this.#withExecutor(async (executor) => {
      const pendingLedger = await this.#writeLedger(executor);
      const alsoPublish = await this.#writeRejects(executor);
      const reloaded = this.#request.fullRefresh ? [...this.#loaded.keys()] : [];
      return publish({ preparation: this.#preparation, built: this.#built, pendingLedger, reloaded, alsoPublish, runId: this.#request.runId, now: now() }, this.#state, executor);
    });
    report({ type: 'published', nodes, seconds: (now().getTime() - startedAt.getTime()) / 1000 });
    return nodes;
  }

  /** The rows of the ledger go into a table of this run first, so that the publish itself is short. */
  async #writeLedger(executor: Executor): Promise<Relation | undefined> {
    const at = timestampText(this.#options.now());
    const { sequence, copies } = this.#preparation;
    const row = (id: string, file: LoadedFile): string[] => [id, file.root, file.path, String(file.size), String(file.modifiedMs), file.hash, String(sequence), at];
    const rows = [...copies].flatMap(([id, copy]: [string, CopyFiles]) => [...(this.#loaded.get(id) ?? []), ...copy.foundAgain].map((file) => row(id, file)));
    if (rows.length === 0) return undefined;
    const pending = this.#state.statements.relation(`loaded_files__${this.#request.runId}`);
    await executor.run(this.#state.statements.createPending(pending));
    await executor.append(pending, rows[0]?.length ?? 0, rows);
    return pending;
  }

  async #writeRejects(executor: Executor): Promise<MappedText[]> {
    const statements: MappedText[] = [];
    for (const [id, rejected] of this.#rejects) {
      const { names } = this.#preparation.plans.get(id) ?? {};
      if (names === undefined) continue;
      const exists = this.#preparation.warehouse.catalog.has(relationName(names.rejects));
      await executor.run(this.#sql.createTable(names.newRejects, rejectColumns, ''));
      await executor.append(names.newRejects, rejectColumns.length, rejected.map((reject) => this.#rejectRow(reject)));
      statements.push(exists ? this.#sql.insertFrom(names.rejects, rejectColumns.map(({ name }) => name), names.newRejects) : this.#sql.rename(names.newRejects, names.rejects));
    }
    return statements;
  }

  #rejectRow({ file, problem, raw }: Rejected): (string | null)[] {
    const { line, column } = problem.at;
    return [file.path, String(line), String(column), problem.field?.name ?? null, problem.field?.value ?? null, problem.message, raw, String(this.#preparation.sequence)];
  }

  #skip(id: string, message: string): void {
    const node = this.#node(id);
    const result: RunResult = { uniqueId: id, name: node.name, status: 'skipped' satisfies Status, startedAt: this.#options.now(), seconds: 0, faults: [], message };
    this.#results.set(id, result);
    this.#options.report({ type: 'node finished', node: plannedNode(node), result });
  }

  #node(id: string): Node {
    const node = this.#manifest.nodes.get(id);
    if (node === undefined) throw new Error(`${id} is not in the manifest`);
    return node;
  }

  #withExecutor<T>(work: (executor: Executor) => Promise<T>, uniqueId?: string): Promise<T> {
    return this.#adapter.driver.withConnection((connection) => work(new Executor(connection, this.#options.report, uniqueId)));
  }
}

/** The columns of `<model>_rejects`: raw rows that were put aside, whole, and why. */
const rejectColumns: readonly Column[] = [
  { name: 'path', type: { kind: 'varchar', bytes: 4096 }, notNull: false },
  { name: 'line_number', type: { kind: 'bigint' }, notNull: false },
  { name: 'column_number', type: { kind: 'bigint' }, notNull: false },
  { name: 'field', type: { kind: 'varchar', bytes: 1024 }, notNull: false },
  { name: 'field_value', type: { kind: 'varchar', bytes: 65535 }, notNull: false },
  { name: 'problem', type: { kind: 'varchar', bytes: 65535 }, notNull: false },
  { name: 'raw_row', type: { kind: 'varchar', bytes: 65535 }, notNull: false },
  { name: '_load_id', type: { kind: 'bigint' }, notNull: false },
];

function plannedNode(node: Node): PlannedNode {
  const materialized = isBuildable(node) ? node.config.materialized : node.resourceType;
  return { uniqueId: node.uniqueId, name: node.name, resourceType: node.resourceType, materialized };
}
