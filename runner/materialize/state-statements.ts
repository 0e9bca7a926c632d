import type { Knex } from 'knex';
import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import { cutToBytes } from '../core/cut.ts';
import { Bookkeeping } from './bookkeeping.ts';
import { Statements } from './statements.ts';

const commandBytes = 4096;
const text = (name: string, bytes = 256): Column => ({ name, type: { kind: 'varchar', bytes }, notNull: false });
const whole = (name: string): Column => ({ name, type: { kind: 'bigint' }, notNull: false });
const time = (name: string): Column => ({ name, type: { kind: 'timestamp' }, notNull: false });

/** The tables that a warehouse keeps about its runs. What is said of nodes and files changes with the publish only. */
export const stateTables = {
  /** Each run, from its beginning: a dead one is known by its status. */
  runs: [
    text('run_id', 16),
    whole('sequence_number'),
    text('command', commandBytes),
    text('status', 16),
    time('started_at'),
    time('finished_at'),
  ],
  /** Each node as readers see it. Its rows hold what every run up to `loaded_up_to` loaded. */
  published_nodes: [
    text('unique_id'),
    text('schema_name'),
    text('identifier'),
    text('relation_type', 16),
    text('run_id', 16),
    whole('loaded_up_to'),
    text('fingerprint', 64),
    text('contract_hash', 64),
    time('published_at'),
  ],
  /** The raw files whose rows are published. */
  loaded_files: [
    text('unique_id'),
    text('root', 4096),
    text('path', 4096),
    whole('size_bytes'),
    whole('modified_ms'),
    text('content_hash', 64),
    whole('load_id'),
    time('loaded_at'),
  ],
} as const satisfies Record<string, readonly Column[]>;

export type StateTable = keyof typeof stateTables;

/** What a run publishes of a node, as a row of `published_nodes`. */
export interface PublishedRow {
  readonly uniqueId: string;
  readonly relation: Relation;
  readonly type: 'table' | 'view';
  readonly runId: string;
  readonly loadedUpTo: number;
  readonly fingerprint: string;
  readonly contract: string;
  readonly design: string;
  readonly publishedAt: string;
}

/** What is kept in `contract_hash`: that of the contract and, where a table is laid out in some way, that of its design. */
function contractCell({ contract, design }: Pick<PublishedRow, 'contract' | 'design'>): string {
  return design === '' ? contract : `${contract}.${design}`;
}

/** Reads what `contractCell` wrote. */
export function readContractCell(cell: string): { readonly contract: string; readonly design: string } {
  const [contract = '', design = ''] = cell.split('.');
  return { contract, design };
}

/** A run at its beginning, as a row of `runs`. */
export interface NewRun {
  readonly runId: string;
  readonly sequence: number;
  readonly command: string;
  readonly startedAt: string;
}

/** The SQL of the runner's own bookkeeping. */
export class StateStatements {
  readonly #sql: Statements;
  readonly #books: Bookkeeping;
  readonly schema: string;

  constructor(dialect: Dialect, schema: string) {
    this.#sql = new Statements(dialect);
    this.#books = new Bookkeeping(dialect);
    this.schema = schema;
  }

  relation(table: string): Relation {
    return { schema: this.schema, identifier: table };
  }

  create(table: StateTable): MappedText {
    return this.#sql.createTable(this.relation(table), stateTables[table], '');
  }

  /** A table of this run alone, for rows of a state table that are published later. */
  createPending(table: StateTable, pending: Relation): MappedText {
    return this.#sql.createTable(pending, stateTables[table], '');
  }

  select(table: StateTable, uniqueId?: string): MappedText {
    const columns = stateTables[table].map(({ name }) => name);
    const all = this.#on(table).select(columns);
    return this.#books.text(uniqueId === undefined ? all : all.where('unique_id', uniqueId));
  }

  insertRun({ runId, sequence, command, startedAt }: NewRun): MappedText {
    return this.#books.text(
      this.#on('runs').insert({
        run_id: runId,
        sequence_number: sequence,
        command: cutToBytes(command, commandBytes),
        status: 'running',
        started_at: startedAt,
        finished_at: null,
      }),
    );
  }

  forgetRun(runId: string): MappedText {
    return this.#books.text(this.#on('runs').where('run_id', runId).delete());
  }

  selectStatus(runId: string): MappedText {
    return this.#books.text(this.#on('runs').where('run_id', runId).select('status'));
  }

  selectRunsAfter(sequence: number): MappedText {
    return this.#books.text(this.#on('runs').where('sequence_number', '>', sequence).select('run_id'));
  }

  /** The latest runs: command, status, when each began and ended. */
  selectLastRuns(limit: number): MappedText {
    const columns = ['command', 'status', 'started_at', 'finished_at'];
    return this.#books.text(this.#on('runs').select(columns).orderBy('sequence_number', 'desc').limit(limit));
  }

  finishRun(runId: string, status: string, finishedAt: string): MappedText {
    return this.#books.text(this.#on('runs').where('run_id', runId).update({ status, finished_at: finishedAt }));
  }

  /** What is published of these nodes takes the place of what was known of them. */
  mergePublished(rows: readonly PublishedRow[]): MappedText[] {
    const known = this.#on('published_nodes').whereIn(
      'unique_id',
      rows.map(({ uniqueId }) => uniqueId),
    );
    return [this.#books.text(known.delete()), this.insertPublished(rows, this.relation('published_nodes'))];
  }

  /** The same by way of a table of this run, where that holds the rows. */
  mergePublishedFrom(pending: Relation): MappedText[] {
    const columns = stateTables.published_nodes.map(({ name }) => name);
    const published = this.relation('published_nodes');
    return [
      this.#sql.changes.deleteKeys(published, ['unique_id'], pending),
      this.#sql.insertFrom(published, columns, pending),
    ];
  }

  insertPublished(rows: readonly PublishedRow[], into: Relation): MappedText {
    return this.#books.text(
      this.#books.on(into).insert(
        rows.map((row) => ({
          unique_id: row.uniqueId,
          schema_name: row.relation.schema,
          identifier: row.relation.identifier,
          relation_type: row.type,
          run_id: row.runId,
          loaded_up_to: row.loadedUpTo,
          fingerprint: row.fingerprint,
          contract_hash: contractCell(row),
          published_at: row.publishedAt,
        })),
      ),
    );
  }

  /** Has all files of these models be forgotten, but for those that are pending. */
  forgetLoaded(pending: Relation, uniqueIds: readonly string[]): MappedText {
    const key = ['unique_id', 'path'];
    const loaded = this.#on('loaded_files').select(key).whereIn('unique_id', uniqueIds);
    return concat(this.#sql.insertInto(pending, key), this.#books.text(loaded));
  }

  /**
   * Files that are loaded, or found again as they were, take the place of what was known of them; those without a load are
   * forgotten.
   */
  mergeLoaded(pending: Relation): MappedText[] {
    const columns = stateTables.loaded_files.map(({ name }) => name);
    const loaded = this.relation('loaded_files');
    return [
      this.#sql.changes.deleteKeys(loaded, ['unique_id', 'path'], pending),
      concat(this.#sql.insertFrom(loaded, columns, pending), '\nwhere load_id is not null'),
    ];
  }

  #on(table: StateTable): Knex.QueryBuilder {
    return this.#books.on(this.relation(table));
  }
}
