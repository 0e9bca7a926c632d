import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat, plain } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import { loadIdColumn } from '../core/node.ts';
import type { Relation, RelationType } from '../core/relation.ts';
import { ChangeStatements } from './change-statements.ts';
import type { EngineColumn } from '../core/engine-column.ts';
import type { RelationNames } from './names.ts';
import { Quoted } from './quoted.ts';

/** The SQL that the runner writes itself, one function for each statement. */
export class Statements extends Quoted {
  /** Those that compare a table with what is published, and bring the one to the other. */
  readonly changes: ChangeStatements;

  /** `columns` are those of the tables that are compared, as far as they are known. */
  constructor(dialect: Dialect, columns: readonly EngineColumn[] = []) {
    super(dialect);
    this.changes = new ChangeStatements(dialect, columns);
  }

  createSchema(schema: string): MappedText {
    return plain(`create schema if not exists ${this.id(schema)}`);
  }

  /** A table as its contract has it. With a load id, each row that is put in is marked with it. */
  createTable(relation: Relation, columns: readonly Column[], attributes: string, loadId?: number): MappedText {
    const definitions = columns.map((column) => this.dialect.columnDefinition(column));
    if (loadId !== undefined) definitions.push(`${this.id(loadIdColumn)} bigint default ${loadId}`);
    return plain(
      `create table ${this.relation(relation)} (\n    ${definitions.join(',\n    ')}\n)${attributes === '' ? '' : `\n${attributes}`}`,
    );
  }

  /** A table that goes with the session, and that nobody else sees. */
  createTemporary(relation: Relation, columns: readonly Column[]): MappedText {
    const definitions = columns.map((column) => this.dialect.columnDefinition(column));
    return plain(`create temporary table ${this.relation(relation)} (\n    ${definitions.join(',\n    ')}\n)`);
  }

  createTableAs(relation: Relation, query: MappedText, attributes: string): MappedText {
    return concat(
      `create table ${this.relation(relation)}${attributes === '' ? '' : `\n${attributes}\n`} as\n\n`,
      query,
    );
  }

  createView(relation: Relation, query: MappedText): MappedText {
    return concat(`create view ${this.relation(relation)} as\n\n`, query, this.dialect.viewOptions);
  }

  replaceView(relation: Relation, query: MappedText): MappedText {
    return concat(`create or replace view ${this.relation(relation)} as\n\n`, query, this.dialect.viewOptions);
  }

  /** The query's columns and no rows. */
  columnsOf(query: MappedText): MappedText {
    return concat('select * from (\n\n', query, '\n\n) as model\nlimit 0');
  }

  insertQuery(relation: Relation, columns: readonly string[], query: MappedText): MappedText {
    const list = this.list(columns);
    return concat(
      `insert into ${this.relation(relation)} (${list})\nselect ${list}\nfrom (\n\n`,
      query,
      '\n\n) as model',
    );
  }

  /** Rows of a query that break a contract in themselves: a null where there must be none, or too many bytes. */
  contractViolations(query: MappedText, columns: readonly Column[]): MappedText {
    const conditions = columns.flatMap(({ name, type, notNull }) => [
      ...(notNull ? [`${this.id(name)} is null`] : []),
      ...(type.kind === 'varchar' || type.kind === 'char'
        ? [`${this.dialect.byteLength(`cast(${this.id(name)} as varchar)`)} > ${type.bytes}`]
        : []),
    ]);
    const list = this.list(columns.map((column) => column.name));
    return concat(
      `select ${list}\nfrom (\n\n`,
      query,
      `\n\n) as model\nwhere ${conditions.length === 0 ? 'false' : conditions.join('\n    or ')}\nlimit 3`,
    );
  }

  /** The beginning of a statement that adds the rows of the query behind it. */
  insertInto(relation: Relation, columns: readonly string[]): string {
    return `insert into ${this.relation(relation)} (${this.list(columns)})\n`;
  }

  insertFrom(relation: Relation, columns: readonly string[], from: Relation): MappedText {
    return plain(`${this.insertInto(relation, columns)}select ${this.list(columns)}\nfrom ${this.relation(from)}`);
  }

  drop(relation: Relation, type: RelationType): MappedText {
    return plain(`drop ${type === 'partitioned table' ? 'table' : type} ${this.relation(relation)}`);
  }

  /** Takes what is published out of the way of another one. */
  makeWay({ published, setAside }: RelationNames, type: RelationType): MappedText {
    const isKept = type === 'table' && this.dialect.supports.makeWay === 'set aside';
    return isKept ? this.rename(published, setAside) : this.drop(published, type);
  }

  dropIfExists(relation: Relation, type: 'table' | 'view'): MappedText {
    return plain(`drop ${type} if exists ${this.relation(relation)}`);
  }

  addColumn(relation: Relation, definition: string): MappedText {
    return plain(`alter table ${this.relation(relation)} add column ${definition}`);
  }

  alterTable(relation: Relation, clauses: readonly string[]): MappedText {
    return plain(`alter table ${this.relation(relation)}\n    ${clauses.join(',\n    ')}`);
  }

  analyze(relation: Relation): MappedText | undefined {
    const statement = this.dialect.analyze(relation);
    return statement === undefined ? undefined : plain(statement);
  }

  rename(relation: Relation, to: Relation): MappedText {
    return plain(`alter table ${this.relation(relation)} rename to ${this.id(to.identifier)}`);
  }

  count(relation: Relation): MappedText {
    return plain(`select count(*) as row_count from ${this.relation(relation)}`);
  }

  /** Counts a row that has a value in one of these columns, as soon as one is found: gives 1 or 0. */
  countWithValue(relation: Relation, columns: readonly string[]): MappedText {
    const hasValue = columns.map((column) => `${this.id(column)} is not null`).join('\n    or ');
    return plain(
      `select count(*) as row_count from (\nselect 1 as found\nfrom ${this.relation(relation)}\nwhere ${hasValue}\nlimit 1\n) as rows_with_value`,
    );
  }

  allRows(relation: Relation): MappedText {
    return plain(`select *\nfrom ${this.relation(relation)}`);
  }

  firstRows(query: MappedText, limit: number): MappedText {
    return concat('select * from (\n\n', query, `\n\n) as first_rows\nlimit ${limit}`);
  }
}
