import type { Cell } from '../adapters/driver.ts';
import type { Dialect, OwnRelations } from '../adapters/dialect.ts';
import type { CatalogColumn } from '../core/engine-column.ts';
import type { MappedText, Origin } from '../core/mapped-text.ts';
import { copied, plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { relationName, relationTypes } from '../core/relation.ts';
import { statementsOf } from '../core/sql-script.ts';
import { runOfRelation } from '../materialize/names.ts';
import type { PublishedNode } from '../materialize/plan.ts';
import type { NewRun, PublishedRow, StateTable } from '../materialize/state-statements.ts';
import { readContractCell, StateStatements, stateTables } from '../materialize/state-statements.ts';
import { Statements } from '../materialize/statements.ts';
import type { Executor } from './executor.ts';
import { readNameHolders } from './name-taken.ts';
import type { LoadedFile } from './load/ledger.ts';
import { readContentCell } from './load/ledger.ts';
import type { CatalogRelation, PublishedRecord, Catalog, Warehouse } from './warehouse.ts';

/** A row of a published node takes some 300 bytes, and the shortest statement that a road takes is 100 KB. */
const rowsInStatement = 150;

/** Reads and writes what a warehouse keeps about itself. */
export class State {
  readonly statements: StateStatements;
  readonly #dialect: Dialect;
  readonly #sql: Statements;
  readonly #own: OwnRelations;

  constructor(dialect: Dialect, own: OwnRelations) {
    this.#dialect = dialect;
    this.#sql = new Statements(dialect);
    this.#own = own;
    this.statements = new StateStatements(dialect, own.metaSchema);
  }

  /** Reads the catalog and the state tables, as far as they exist. */
  async read(executor: Executor): Promise<Warehouse> {
    const catalog = await this.readCatalog(executor);
    const runs = await this.#readTable(executor, catalog, 'runs');
    const published = await this.#readTable(executor, catalog, 'published_nodes');
    return {
      catalog,
      nameHolders: await readNameHolders(this.#own, this.#dialect, executor),
      published: new Map(published.map((row) => [row.text('unique_id'), publishedRecord(row)])),
      unfinished: runs.filter((row) => row.text('status') === 'running').map((row) => row.text('run_id')),
      runs: new Set(runs.map((row) => row.text('run_id'))),
      lastSequence: runs.reduce((last, row) => Math.max(last, row.number('sequence_number')), 0),
    };
  }

  /** The files that are loaded for a copy model. */
  async readLedger(executor: Executor, catalog: Catalog, uniqueId: string): Promise<LoadedFile[]> {
    const rows = await this.#readTable(executor, catalog, 'loaded_files', uniqueId);
    return rows.map((row) => ({
      path: row.text('path'),
      root: row.text('root'),
      size: row.number('size_bytes'),
      modifiedMs: row.number('modified_ms'),
      loadId: row.number('load_id'),
      ...readContentCell(row.text('path'), row.text('root'), row.text('content_hash')),
    }));
  }

  /**
   * Readies a warehouse for a run, once what the server did for dead ones has ended: makes what is missing, runs the session scripts, drops what dead runs left, and makes
   * the run known. Gives the number of relations that were dropped.
   */
  async begin(executor: Executor, warehouse: Warehouse, scripts: readonly Origin[], run: NewRun): Promise<number> {
    for (const schema of await this.#missingSchemas(executor)) await executor.run(this.#sql.createSchema(schema));
    for (const table of Object.keys(stateTables) as StateTable[]) {
      const isThere = warehouse.catalog.has(relationName(this.statements.relation(table)));
      if (!isThere) await executor.run(this.statements.create(table));
    }
    const { escapesInTexts } = this.#dialect;
    for (const statement of scripts.flatMap((script) => statementsOf(copied(script), escapesInTexts)))
      await executor.run(statement);
    const swept = await this.sweep(executor, warehouse.runs);
    for (const dead of warehouse.unfinished)
      await executor.run(this.statements.finishRun(dead, 'killed', run.startedAt));
    // When all of this is done once more, the run may be known already.
    await executor.run(this.statements.forgetRun(run.runId));
    await executor.run(this.statements.insertRun(run));
    return swept;
  }

  /**
   * The statements that note down what is published. So many rows that they make a long statement are put into a table of
   * this run first, so that each statement of the publish is short.
   */
  async publishNodes(executor: Executor, runId: string, rows: readonly PublishedRow[]): Promise<MappedText[]> {
    if (rows.length === 0) return [];
    if (rows.length <= rowsInStatement) return this.statements.mergePublished(rows);
    const pending = this.statements.relation(`published_nodes__${runId}`);
    await executor.drop(this.#sql.dropIfExists(pending, 'table'));
    await executor.run(this.statements.createPending('published_nodes', pending));
    for (let i = 0; i < rows.length; i += rowsInStatement)
      await executor.run(this.statements.insertPublished(rows.slice(i, i + rowsInStatement), pending));
    return this.statements.mergePublishedFrom(pending);
  }

  /** Whether a run has published: what its transaction wrote down says so, and nothing else. */
  async isPublished(executor: Executor, runId: string): Promise<boolean> {
    const { rows } = await executor.query(this.statements.selectStatus(runId));
    return rows[0]?.[0] === 'published';
  }

  /** The runs that began after the one of this number. */
  async runsAfter(executor: Executor, sequence: number): Promise<string[]> {
    const { rows } = await executor.query(this.statements.selectRunsAfter(sequence));
    return rows.map(([id]) => String(id));
  }

  /** Drops these relations, if they are there. */
  async drop(executor: Executor, relations: readonly Relation[]): Promise<void> {
    const catalog = await this.readCatalog(executor);
    for (const relation of relations) {
      const found = catalog.get(relationName(relation));
      if (found !== undefined) await executor.drop(plain(this.#dialect.dropLeftover(relation, found.type)));
    }
  }

  /** Drops whatever these runs made for themselves and did not publish. Gives the number of relations. */
  async sweep(executor: Executor, runs: ReadonlySet<string>): Promise<number> {
    const catalog = await this.readCatalog(executor);
    const leftovers = [...catalog.values()].filter(({ relation }) =>
      runs.has(runOfRelation(relation.identifier) ?? ''),
    );
    // Views first: they read the tables.
    for (const { relation, type } of leftovers.toSorted((a, b) => (a.type < b.type ? 1 : -1)))
      await executor.drop(plain(this.#dialect.dropLeftover(relation, type)));
    return leftovers.length;
  }

  /** Only those that are missing are made: even `if not exists` asks for a right that who may build here need not have. */
  async #missingSchemas(executor: Executor): Promise<string[]> {
    const wanted = [...this.#own.schemas, this.#own.metaSchema];
    const { rows } = await executor.query(plain(this.#dialect.schemasQuery(wanted)));
    const there = new Set(rows.map(([name]) => name));
    return wanted.filter((schema) => !there.has(schema));
  }

  /** Reads the catalog alone: the engine shows it to every user, while state tables take a permission. */
  async readCatalog(executor: Executor): Promise<Catalog> {
    const { rows } = await executor.query(plain(this.#dialect.catalogQuery(this.#own)));
    const catalog = new Map<string, CatalogRelation & { columns: CatalogColumn[] }>();
    for (const [schema, identifier, kind, ...column] of rows) {
      const relation = { schema: String(schema), identifier: String(identifier) };
      const type = relationTypes.find((known) => known === kind) ?? 'table';
      const columns: CatalogColumn[] = catalog.get(relationName(relation))?.columns ?? [];
      columns.push(...this.#column(column));
      catalog.set(relationName(relation), { relation, type, columns });
    }
    return catalog;
  }

  #column([name, type, notNull]: readonly Cell[]): CatalogColumn[] {
    if (name === null || name === undefined) return [];
    return [{ name: String(name), type: this.#dialect.typeName(String(type)), notNull: notNull === true }];
  }

  async #readTable(executor: Executor, catalog: Catalog, table: StateTable, uniqueId?: string): Promise<StateRow[]> {
    if (!catalog.has(relationName(this.statements.relation(table)))) return [];
    const { columns, rows } = await executor.query(this.statements.select(table, uniqueId));
    const index = new Map(columns.map(({ name }, i) => [name, i]));
    return rows.map((row) => new StateRow(row, index));
  }
}

/**
 * What is known of a node before a run; undefined when there is no relation where it would be published. What stands
 * there counts as published only if that is where the node was published last.
 */
export function publishedNode(warehouse: Warehouse, uniqueId: string, relation: Relation): PublishedNode | undefined {
  const found = warehouse.catalog.get(relationName(relation));
  if (found === undefined) return undefined;
  const record = warehouse.published.get(uniqueId);
  // Of another kind than was published, somebody has put it there since.
  const isSame = record?.type === found.type && relationName(record.relation) === relationName(relation);
  const columns = found.columns.map(({ name }) => name);
  return { type: found.type, columns, catalogColumns: found.columns, state: isSame ? record : undefined };
}

/** A row of a state table, by the names of its columns. */
class StateRow {
  readonly #cells: readonly Cell[];
  readonly #index: ReadonlyMap<string, number>;

  constructor(cells: readonly Cell[], index: ReadonlyMap<string, number>) {
    this.#cells = cells;
    this.#index = index;
  }

  text(column: string): string {
    return String(this.#cells[this.#index.get(column) ?? -1] ?? '');
  }

  number(column: string): number {
    return Number(this.text(column));
  }
}

function publishedRecord(row: StateRow): PublishedRecord {
  return {
    relation: { schema: row.text('schema_name'), identifier: row.text('identifier') },
    type: row.text('relation_type') === 'view' ? 'view' : 'table',
    fingerprint: row.text('fingerprint'),
    ...readContractCell(row.text('contract_hash')),
    loadedUpTo: row.number('loaded_up_to'),
  };
}
