import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import { cutToBytes } from '../core/cut.ts';
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
  readonly publishedAt: string;
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
  readonly #dialect: Dialect;
  readonly #sql: Statements;
  readonly schema: string;

  constructor(dialect: Dialect, schema: string) {
    this.#dialect = dialect;
    this.#sql = new Statements(dialect);
    this.schema = schema;
  }

  relation(table: string): Relation {
    return { schema: this.schema, identifier: table };
  }

  create(table: StateTable): MappedText {
    return this.#sql.createTable(this.relation(table), stateTables[table], '');
  }

  /** A table of this run alone, for rows of the ledger that are published later. */
  createPending(table: Relation): MappedText {
    return this.#sql.createTable(table, stateTables.loaded_files, '');
  }

  select(table: StateTable, uniqueId?: string): MappedText {
    const columns = stateTables[table].map(({ name }) => this.#dialect.identifier(name)).join(', ');
    const where = uniqueId === undefined ? '' : `\nwhere unique_id = ${this.#dialect.literal(uniqueId)}`;
    return plain(`select ${columns}\nfrom ${this.#table(table)}${where}`);
  }

  insertRun({ runId, sequence, command, startedAt }: NewRun): MappedText {
    const values = this.#values([runId, sequence, cutToBytes(command, commandBytes), 'running', startedAt, null]);
    return plain(`insert into ${this.#table('runs')}\nvalues ${values}`);
  }

  finishRun(runId: string, status: string, finishedAt: string): MappedText {
    const { literal } = this.#dialect;
    return plain(
      `update ${this.#table('runs')}\nset status = ${literal(status)}, finished_at = ${literal(finishedAt)}\nwhere run_id = ${literal(runId)}`,
    );
  }

  deletePublished(uniqueIds: readonly string[]): MappedText {
    return plain(
      `delete from ${this.#table('published_nodes')}\nwhere unique_id in (${uniqueIds.map((id) => this.#dialect.literal(id)).join(', ')})`,
    );
  }

  insertPublished(rows: readonly PublishedRow[]): MappedText {
    const values = rows.map((row) =>
      this.#values([
        row.uniqueId,
        row.relation.schema,
        row.relation.identifier,
        row.type,
        row.runId,
        row.loadedUpTo,
        row.fingerprint,
        row.contract,
        row.publishedAt,
      ]),
    );
    return plain(`insert into ${this.#table('published_nodes')}\nvalues\n    ${values.join(',\n    ')}`);
  }

  /** Forgets the files of a model, or those of these paths. */
  deleteLoaded(uniqueId: string, paths?: readonly string[]): MappedText {
    const { literal } = this.#dialect;
    const which = paths === undefined ? '' : `\n    and path in (${paths.map((path) => literal(path)).join(', ')})`;
    return plain(`delete from ${this.#table('loaded_files')}\nwhere unique_id = ${literal(uniqueId)}${which}`);
  }

  /** Files that are loaded, or found again as they were, take the place of what was known of them. */
  mergeLoaded(pending: Relation): MappedText[] {
    const columns = stateTables.loaded_files.map(({ name }) => name);
    const loaded = this.relation('loaded_files');
    return [
      this.#sql.deleteKeys(loaded, ['unique_id', 'path'], pending),
      this.#sql.insertFrom(loaded, columns, pending),
    ];
  }

  #table(table: StateTable): string {
    return this.#dialect.relation(this.relation(table));
  }

  #values(values: readonly (string | number | null)[]): string {
    return `(${values.map((value) => this.#dialect.literal(value)).join(', ')})`;
  }
}
