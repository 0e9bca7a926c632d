import type { ColumnType, TypeFamily } from '../core/column-type.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import type { Engine } from '../config/schema.ts';
import type { Field } from '../json/row.ts';

/**
 * How one warehouse writes SQL and what it can do. Pure text: a dialect knows no connection. Code asks a capability
 * and never the name.
 */
export interface Dialect {
  readonly name: Engine;
  /** Where its versions of macros stand, the nearest first. */
  readonly macroFolders: readonly string[];
  readonly supports: Capabilities;
  /** The longest name of a relation, in bytes. */
  readonly maxIdentifierBytes: number;
  identifier(name: string): string;
  relation(relation: Relation): string;
  literal(value: string | number | bigint | boolean | null): string;
  /** Literals for `in (…)`, which has none but null where there are no values. */
  list(values: readonly string[]): string;
  columnType(type: ColumnType): string;
  /** A column of a `create table`, with what the engine needs to hold it to its contract. */
  columnDefinition(column: Column): string;
  /** A column of an `alter table … add column`. */
  addedColumn(column: Column): string;
  /** The length of a text in bytes of UTF-8. */
  byteLength(expression: string): string;
  /** A query for those of these schemas that exist. */
  schemasQuery(schemas: readonly string[]): string;
  /** A query for the columns of our own relations, by position: schema, relation, 'table' or 'view', column; null for none. */
  catalogQuery(own: OwnRelations): string;
  /**
   * A query for the names of the columns that a query gives, as it gives them; undefined where the engine refuses two of
   * one name by itself.
   */
  readonly outputNames: ((query: MappedText) => MappedText) | undefined;
  /** Stands behind the query of a view. */
  readonly viewOptions: string;
  /** Drops what a run made for itself, if it is there. */
  dropLeftover(relation: Relation, type: 'table' | 'view'): string;
  /** A statement that lets a session name relations of these schemas, and functions of ours, without their schema. */
  searchPath(schemas: readonly string[], metaSchema: string): string;
  /** A statement that tells the planner what a new table holds; undefined where it finds out by itself. */
  analyze(relation: Relation): string | undefined;
  /** A query that gives the name and version of the engine, in one row. */
  readonly versionQuery: string;
  /** How to find out who reads a relation, before it makes way for another one; undefined where nobody can be at it. */
  readonly readers: ReaderQueries | undefined;
  /** What the engine calls the type of a column, as a family, to compare with a contract; undefined for one of its own. */
  typeFamily(engineType: string): TypeFamily | undefined;
  /** What `{{source}}` stands for in a copy model: these files. */
  files(paths: readonly string[]): string;
  /** The pieces of a copy statement for these fields of raw rows, of which nothing is known yet. */
  load(fields: readonly Field[]): LoadText;
  readonly reading: Reading;
}

/**
 * How raw rows come into a table: the engine reads `files` itself; rows are put in a `stream` to its copy statement; or it
 * reads `objects` of S3 that a manifest lists.
 */
export type Reading = FileReading | { readonly kind: 'stream' } | ObjectReading;

/** How an engine that reads objects of S3 by a manifest goes about it. */
export interface ObjectReading {
  readonly kind: 'objects';
  /** How a statement names the role by which the engine comes to S3. */
  role(name: string): string;
  /** A query for the number by which the engine's errors know a table. */
  tableId(relation: Relation): string;
  /** A query for what it said of raw rows of a table that it could not load: file, line, column, type, message. */
  errors(tableId: string): string;
}

/** How an engine that reads raw files itself goes about it. */
export interface FileReading {
  readonly kind: 'files';
  /** Whether it reads a file of this name exactly, and just that file; others are copied first, and unpacked. */
  canRead(path: string): boolean;
  /** Whether it reads these fields exactly as they are written; else the runner reads the files for it. */
  readsExactly(fields: readonly Field[]): boolean;
  /** The pieces of a copy statement for rows that the runner has written: for each column, under its name, a text that fits it or null. */
  loadChecked(columns: readonly Column[]): LoadText;
}

export interface Capabilities {
  /**
   * How finished tables reach their readers: `swap` drops the old table and renames the new one, where DDL is
   * transactional and the engine has one process; `merge` writes only the rows that differ, so that readers are
   * never blocked and keep their grants and views.
   */
  readonly publish: 'swap' | 'merge';
  /**
   * What becomes of a table that another one takes the place of: it is dropped; or it is set aside under a name of the run
   * and dropped after the publish, where a drop would break off whoever is reading it.
   */
  readonly makeWay: 'drop' | 'set aside';
}

/** Queries for what hangs on relations, and goes with them when they are dropped. */
export interface ReaderQueries {
  /**
   * The relations themselves and all that depends on them, the outermost first: depth, kind ('table', 'view',
   * 'materialized view', 'index' or 'other'), schema, relation, description, definition.
   */
  dependents(relations: readonly Relation[]): string;
  /**
   * Rights on them: schema, relation, column or null, privilege, grantee or null for all, whether it may be passed on, and
   * what stands before the name of the grantee, such as `group`.
   */
  grants(relations: readonly Relation[]): string;
}

/** Which relations of a warehouse are ours: others are not looked at, since somebody may be dropping them just then. */
export interface OwnRelations {
  readonly schemas: readonly string[];
  /** The names of relations in these schemas. */
  readonly names: readonly string[];
  /** The schema of the state: all in it is ours. */
  readonly metaSchema: string;
  /** A regular expression for the names of relations that runs made for themselves. */
  readonly ofRun: string;
}

/** What a copy macro puts together. */
export interface LoadText {
  /** The columns that are loaded, as a list. */
  readonly columns: string;
  /** For each column, the expression that makes it of what is read, as a list. */
  readonly values: string;
  /** What is read of each object, in the engine's own form. */
  readonly fields: string;
}
