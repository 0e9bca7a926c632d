import { join } from 'node:path';
import type { Reading } from '../../adapters/dialect.ts';
import { cutToBytes } from '../../core/cut.ts';
import type { MappedText } from '../../core/mapped-text.ts';
import type { Column } from '../../core/node.ts';
import { assertNever } from '../../core/never.ts';
import { loadIdColumn } from '../../core/node.ts';
import type { Relation } from '../../core/relation.ts';
import { relationName } from '../../core/relation.ts';
import type { Report } from '../../core/run-event.ts';
import type { CompileContext } from '../../materialize/compile.ts';
import type { NodePlan } from '../../materialize/plan.ts';
import { stateTables } from '../../materialize/state-statements.ts';
import { Statements } from '../../materialize/statements.ts';
import type { Buildable, Model } from '../../project/manifest.ts';
import type { Executor } from '../executor.ts';
import type { Preparation } from '../prepare.ts';
import type { State } from '../state.ts';
import type { CopyInput, CopyOutcome } from './copy-input.ts';
import type { LoadedFile } from './ledger.ts';
import { contentCell } from './ledger.ts';
import { noFieldsNote } from './no-fields.ts';
import { objectCopy } from './object-copy.ts';
import { readCopy } from './read-copy.ts';
import { readSeed } from './read-seed.ts';
import type { Rejected } from './rejects.ts';
import { Repeats } from './repeats.ts';
import { streamCopy } from './stream-copy.ts';

/** What loading needs besides the plan. */
export interface LoadOptions {
  readonly context: CompileContext;
  readonly projectDir: string;
  /** Where files of this run's own may stand for a while. */
  readonly spoolFolder: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The columns of `<model>_rejects`: raw rows that were put aside, and why. */
export const rejectColumns: readonly Column[] = [
  { name: 'path', type: { kind: 'varchar', bytes: 4096 }, notNull: false },
  { name: 'line_number', type: { kind: 'bigint' }, notNull: false },
  { name: 'column_number', type: { kind: 'bigint' }, notNull: false },
  { name: 'field', type: { kind: 'varchar', bytes: 1024 }, notNull: false },
  { name: 'problem', type: { kind: 'varchar', bytes: 4096 }, notNull: false },
  { name: 'raw_row', type: { kind: 'varchar', bytes: 65535 }, notNull: false },
  { name: loadIdColumn, type: { kind: 'bigint' }, notNull: false },
];

/** Loads raw files in the way of the engine at hand. */
function load(
  input: CopyInput,
  reading: Reading,
  ...rest: [executor: Executor, report: Report, signal: AbortSignal]
): Promise<CopyOutcome> {
  switch (reading.kind) {
    case 'files':
      return readCopy(input, ...rest);
    case 'stream':
      return streamCopy(input, ...rest);
    case 'objects':
      return objectCopy(input, reading, ...rest);
    default:
      return assertNever(reading);
  }
}

/** Puts the rows of files into the tables of a run, and remembers what the publish has to say about them. */
export class Loads {
  readonly #preparation: Preparation;
  readonly #state: State;
  readonly #options: LoadOptions;
  readonly #sql: Statements;
  readonly #loaded = new Map<string, readonly LoadedFile[]>();
  readonly #rejected = new Map<string, readonly Rejected[]>();

  constructor(preparation: Preparation, state: State, options: LoadOptions) {
    this.#preparation = preparation;
    this.#state = state;
    this.#options = options;
    this.#sql = new Statements(options.context.dialect);
  }

  /** How many raw rows of a model were put aside. */
  rejected(uniqueId: string): number {
    return this.#rejected.get(uniqueId)?.length ?? 0;
  }

  /** The files that are loaded into a model, published or by this run, each with its load. Throws a FaultError. */
  async files({ uniqueId }: Model, executor: Executor): Promise<readonly LoadedFile[]> {
    const { sequence, warehouse } = this.#preparation;
    const ofRun = this.#loaded.get(uniqueId) ?? [];
    return [
      ...(await this.#state.readLedger(executor, warehouse.catalog, uniqueId)),
      ...ofRun.map((file) => ({ ...file, loadId: sequence })),
    ];
  }

  /** Fills the table of a seed or copy model. Gives the number of rows. */
  async fill(node: Buildable, into: Relation, executor: Executor): Promise<number> {
    if (node.resourceType === 'seed') {
      const rows = readSeed(this.#options.projectDir, node);
      await executor.append(into, node.contract, rows);
      return rows.length;
    }
    const copy = this.#preparation.copies.get(node.uniqueId);
    if (copy === undefined) throw new Error(`${node.uniqueId} has no files`);
    const { context, spoolFolder, report, signal } = this.#options;
    const repeats = new Repeats(copy);
    const files = await repeats.select();
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const spool = join(spoolFolder, node.name);
    const input: CopyInput = { ...copy, files, bytes, repeats, model: node, context, into, spoolFolder: spool };
    const { reading } = context.dialect;
    const { rows, hasAnyField, loaded, rejected } = await load(input, reading, executor, report, signal);
    const { note } = repeats;
    if (note !== undefined) report({ type: 'note', uniqueId: node.uniqueId, message: note });
    const noFields = rows > 0 && !hasAnyField ? await noFieldsNote({ ...input, model: node.name, rows }) : undefined;
    if (noFields !== undefined) report({ type: 'note', uniqueId: node.uniqueId, message: noFields });
    this.#loaded.set(node.uniqueId, loaded);
    this.#rejected.set(node.uniqueId, rejected);
    return rows;
  }

  /**
   * What the publish has to do so that files count as loaded exactly when their rows can be seen. The rows of the
   * ledger are written to tables of this run first, so that the publish itself is short.
   */
  async publishStatements(runId: string, at: string, executor: Executor): Promise<MappedText[]> {
    const { statements } = this.#state;
    const whole = [...this.#loaded.keys()].filter(this.#isWhole);
    const rows = this.#ledgerRows(at);
    if (rows.length === 0 && whole.length === 0) return this.#rejectStatements(executor);
    const pending = statements.relation(`loaded_files__${runId}`);
    await executor.drop(this.#sql.dropIfExists(pending, 'table'));
    await executor.run(statements.createPending('loaded_files', pending));
    if (whole.length > 0) await executor.run(statements.forgetLoaded(pending, whole));
    await executor.append(pending, stateTables.loaded_files, rows);
    return [...statements.mergeLoaded(pending), ...(await this.#rejectStatements(executor))];
  }

  /** Rows of the ledger: files with their load, and without one those that are known by another path now. */
  #ledgerRows(at: string): (string | null)[][] {
    const { sequence, copies } = this.#preparation;
    return [...copies].flatMap(([id, { foundAgain, renamed }]) => [
      ...renamed.map((path) => [id, null, path, null, null, null, null, null]),
      ...[...(this.#loaded.get(id) ?? []), ...foundAgain].map((file) => [
        id,
        file.root,
        file.path,
        String(file.size),
        String(file.modifiedMs),
        contentCell(file),
        String(file.loadId ?? sequence),
        at,
      ]),
    ]);
  }

  /** The rejects of a table that is loaded as a whole take the place of the older ones. */
  async #rejectStatements(executor: Executor): Promise<MappedText[]> {
    const statements: MappedText[] = [];
    for (const id of this.#loaded.keys()) {
      const { rejects, newRejects } = this.#plan(id).names;
      const exists = this.#preparation.warehouse.catalog.has(relationName(rejects));
      if (exists && this.#isWhole(id)) statements.push(this.#sql.changes.deleteAll(rejects));
      const rejected = this.#rejected.get(id) ?? [];
      if (rejected.length === 0) continue;
      await executor.drop(this.#sql.dropIfExists(newRejects, 'table'));
      await executor.run(this.#sql.createTable(newRejects, rejectColumns, ''));
      await executor.append(
        newRejects,
        rejectColumns,
        rejected.map((reject) => this.#rejectRow(reject)),
      );
      const columns = rejectColumns.map(({ name }) => name);
      statements.push(
        exists ? this.#sql.insertFrom(rejects, columns, newRejects) : this.#sql.rename(newRejects, rejects),
      );
    }
    return statements;
  }

  #isWhole = (id: string): boolean => !this.#plan(id).keepsRows;

  #plan(id: string): NodePlan {
    const plan = this.#preparation.plans.get(id);
    if (plan === undefined) throw new Error(`${id} is not planned`);
    return plan;
  }

  #rejectRow({ file, problem, raw }: Rejected): (string | null)[] {
    const { line, column } = problem.at;
    return [
      file.path,
      String(line),
      String(column),
      problem.field ?? null,
      cutToBytes(problem.message, 4096),
      cutToBytes(raw, 65535),
      String(this.#preparation.sequence),
    ];
  }
}
