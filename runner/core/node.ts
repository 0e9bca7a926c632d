import type { ColumnType } from './column-type.ts';
import type { ValueRange } from './value-range.ts';

/** The kinds of vertex that the graph of a project has. */
export const resourceTypes = ['source', 'seed', 'model', 'test', 'analysis'] as const;
export type ResourceType = (typeof resourceTypes)[number];

/** How a model becomes a relation. A seed has the materialization `seed`. */
export const materializations = ['table', 'view', 'incremental', 'ephemeral', 'copy'] as const;
export type Materialization = (typeof materializations)[number] | 'seed';

/** How the delta of an incremental model meets the rows that are published. */
export const strategies = ['append', 'delete+insert', 'merge'] as const;
export type Strategy = (typeof strategies)[number];

/** What becomes of an incremental table when the columns of its model change. */
export const schemaChanges = ['fail', 'append', 'ignore'] as const;
export type OnSchemaChange = (typeof schemaChanges)[number];

/** What `dist` may say instead of naming a column, and what `sort` may. */
export const distStyles: readonly string[] = ['all', 'even', 'auto'];
export const sortStyle = 'auto';

/** Whether COPY works out the encodings of columns, by the rows or by their types alone. */
export const compUpdates = ['on', 'off', 'preset'] as const;
export type CompUpdate = (typeof compUpdates)[number];

/** A failing test of severity `warn` is shown and does not hold the publish. */
export const severities = ['error', 'warn'] as const;
export type Severity = (typeof severities)[number];

/** The column of a copy model that tells which run loaded a row. It is the table's own affair: a raw file has no such field. */
export const loadIdColumn = '_load_id';

/** A column of a contract. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  /** What its test `accepted_range` accepts, if that holds the publish: a raw value outside is refused when it is read. */
  readonly range?: ValueRange;
  /** Redshift's compression encoding, such as `az64`. */
  readonly encode?: string;
}

/** Names that every warehouse takes unquoted and folds alike: lower case, at most 63 bytes. */
export const namePattern = /^[a-z_][a-z0-9_]{0,62}$/;

/** The key of a node everywhere, such as `model.sparkify.songplays`. */
export function uniqueId(type: ResourceType, project: string, ...names: readonly string[]): string {
  return [type, project, ...names].join('.');
}
