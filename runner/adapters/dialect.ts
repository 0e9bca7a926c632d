import type { ColumnType, TypeFamily } from '../core/column-type.ts';
import type { Comparison } from '../core/engine-column.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation, RelationType } from '../core/relation.ts';
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
  /** Whether a backslash escapes the next character in every text, and not only in one that begins with E. */
  readonly escapesInTexts: boolean;
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
  /**
   * A query for the columns of our own relations, by position: schema, relation, a `RelationType`; column, type, whether it is
   * not null. The last three are null for a relation without columns.
   */
  catalogQuery(own: OwnRelations): string;
  /**
   * A query for what is no relation and yet keeps a table from having its name: schema, name, a `NameHolder`. Undefined where
   * a table may be called like anything else.
   */
  nameHoldersQuery(own: OwnRelations): string | undefined;
  /**
   * A query for the names of the columns that a query gives, as it gives them; undefined where the engine refuses two of
   * one name by itself.
   */
  readonly outputNames: OutputNameQueries | undefined;
  /** Stands behind the query of a view. */
  readonly viewOptions: string;
  /** Drops what a run made for itself, if it is there. */
  dropLeftover(relation: Relation, type: RelationType): string;
  /** A statement that lets a session name relations of these schemas, and functions of ours, without their schema. */
  searchPath(schemas: readonly string[], metaSchema: string): string;
  /** A statement that tells the planner what a new table holds; undefined where it finds out by itself. */
  analyze(relation: Relation): string | undefined;
  /** A query that gives the name and version of the engine, in one row. */
  readonly versionQuery: string;
  /** How to find out who reads a relation, before it makes way for another one; undefined where nobody can be at it. */
  readonly readers: ReaderQueries | undefined;
  /**
   * A query for the columns of tables and of their successors, in their order, to alter the tables in place: number of the table
   * in the list, 1 for its successor and else 0, whether it may be altered, and a `TableColumn`. Undefined where a table of other
   * columns is always replaced.
   */
  readonly columnsQuery: ((tables: readonly KeptRelation[]) => string) | undefined;
  /** One name for a type, whether it is written as in `columnType` or as the catalog of the engine has it. */
  typeName(type: string): string;
  /** What the engine calls the type of a column, as a family, to compare with a contract; undefined for one of its own. */
  typeFamily(engineType: string): TypeFamily | undefined;
  /** How values of a type are compared, as far as its name alone tells; undefined where equal values are the same. */
  comparison(engineType: string): Comparison | undefined;
  /** What tells values apart that are equal and written differently. */
  written(expression: string): string;
  /**
   * A query for what the names of these types do not tell: as the driver names them, their names in SQL, and their `Comparison`
   * or null. Undefined where there is nothing to ask.
   */
  readonly typesQuery: ((engineTypes: readonly string[]) => string | undefined) | undefined;
  /** What `{{source}}` stands for in a copy model: these files. */
  files(paths: readonly string[]): string;
  /** The pieces of a copy statement for these fields of raw rows, of which nothing is known yet. */
  load(fields: readonly Field[]): LoadText;
  readonly reading: Reading;
}

/**
 * How raw rows come into a table: the runner reads raw files, and writes their rows to `files` that the engine reads, or
 * into a `stream` to its copy statement; or the engine reads `objects` of S3 that a manifest lists.
 */
export type Reading = { readonly kind: 'files' | 'stream' } | ObjectReading;

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

/** How to find columns of one name, where the engine gives all but the first another name without a word. */
export interface OutputNameQueries {
  /** A query for the names of the columns that a query gives, a row each. */
  describe(query: MappedText): MappedText;
  /** The name that a column may have had inside of a query, before the engine renamed it. */
  original(name: string): string | undefined;
  /** A query for those of these names that columns of the database have. */
  known(names: readonly string[]): string;
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
  /** Whether every type has `=` and can be grouped by. */
  readonly comparesAllTypes: boolean;
}

/** Queries for what hangs on relations, and goes with them when they are dropped. */
export interface ReaderQueries {
  /**
   * The relations themselves and all that depends on them, the outermost first: depth, kind ('table', 'view',
   * 'materialized view', 'index' or 'other'), schema, relation, description, definition, and where the engine knows them the
   * `schema.identifier` of those of all these relations that it reads directly, as a JSON array.
   */
  dependents(relations: readonly Relation[]): string;
  /**
   * Privileges on them: schema, relation, column or null, privilege, grantee or null for all, whether it has the grant option,
   * and the keyword before the name of the grantee, such as `group`. Where the engine keeps who granted it: that role, or null
   * for the user of the target, whether this user can grant as that role, and whether it is the owner.
   */
  grants(relations: readonly Relation[]): string;
  /**
   * Who has privileges on a new relation in the place of one of these before any are granted, where they may differ from
   * those on that one: schema, relation, grantee or null for all. Undefined where that is not looked at.
   */
  readonly defaultGrants: ((relations: readonly Relation[]) => string) | undefined;
  /** What else is lost with a relation, and how it is given to its successor; undefined where nothing of it is looked at. */
  readonly properties: PropertyReader | undefined;
  /**
   * What others have made that can change or suppress rows as they are written to a relation, or rows of published ones by that:
   * schema, relation, description, and the statement that disables it. Undefined where the engine has nothing like it.
   */
  readonly sideEffects: ((written: readonly Relation[], published: readonly Relation[]) => string) | undefined;
  /** What a user needs for `grants` to be complete; empty where every user sees all grants. */
  readonly sights: readonly GrantSight[];
}

/** A permission without which a user sees only some of the grants on a relation. */
export interface GrantSight {
  /** A query for the name of the user, and a number: above 0 if it sees all grants. */
  readonly query: string;
  readonly permission: string;
  /** The statement by which a superuser gives it to a user, whose name is quoted. */
  grant(user: string): string;
}

/** Reads the properties of relations that are about to be replaced, and writes the statements that set them again. */
export interface PropertyReader {
  /**
   * A query for the properties, in the order in which they are set again: schema, relation, type, column or null, a
   * `PropertyName`, name or null, value, and whether this user can set it again.
   */
  query(relations: readonly KeptRelation[]): string;
  /** The statement that sets a property. */
  restore(property: RelationProperty): string;
}

/** A relation that gives its name away, and what has its columns from then on: itself, where it is created as it was. */
export interface KeptRelation {
  readonly relation: Relation;
  readonly successor: Relation;
  /** Whether others have made its columns not null, and no contract. */
  readonly keepsNotNull: boolean;
}

/** What a relation or one of its columns can have besides columns, rows and rights. */
export const propertyNames = [
  'owner',
  'row security',
  'option',
  'toast option',
  'persistence',
  'access method',
  'tablespace',
  'replica identity',
  'cluster',
  'not null',
  'statistics',
  'storage',
  'compression',
  'default',
  'comment',
  'security label',
] as const;
export type PropertyName = (typeof propertyNames)[number];

/** A property as the catalog has it. */
export interface RelationProperty {
  readonly relation: Relation;
  /** What the successor is, in the words of the engine. */
  readonly type: string;
  readonly column: string | undefined;
  readonly property: PropertyName;
  /** Which one, where there can be several: the name of an option, an index or a provider of labels, the number of a
   * column of an index; else empty. */
  readonly name: string;
  readonly value: string;
  readonly canReturn: boolean;
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
