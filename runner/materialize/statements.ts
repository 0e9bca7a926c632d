import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat, plain } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';

/** The column that tells which run loaded a row. It is the table's own affair: a raw file has no such field. */
export const loadIdColumn = '_load_id';

/** The SQL that the runner writes itself, one function for each statement. */
export class Statements {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  createSchema(schema: string): MappedText {
    return plain(`create schema if not exists ${this.#id(schema)}`);
  }

  /** A table as its contract has it. With a load id, each row that is put in is marked with it. */
  createTable(relation: Relation, columns: readonly Column[], attributes: string, loadId?: number): MappedText {
    const definitions = columns.map((column) => this.#dialect.columnDefinition(column));
    if (loadId !== undefined) definitions.push(`${this.#id(loadIdColumn)} bigint default ${loadId}`);
    return plain(
      `create table ${this.#relation(relation)} (\n    ${definitions.join(',\n    ')}\n)${attributes === '' ? '' : `\n${attributes}`}`,
    );
  }

  createTableAs(relation: Relation, query: MappedText, attributes: string): MappedText {
    return concat(
      `create table ${this.#relation(relation)}${attributes === '' ? '' : `\n${attributes}\n`} as\n\n`,
      query,
    );
  }

  createView(relation: Relation, query: MappedText): MappedText {
    return concat(`create view ${this.#relation(relation)} as\n\n`, query);
  }

  replaceView(relation: Relation, query: MappedText): MappedText {
    return concat(`create or replace view ${this.#relation(relation)} as\n\n`, query);
  }

  /** The query's columns and no rows. */
  columnsOf(query: MappedText): MappedText {
    return concat('select * from (\n\n', query, '\n\n) as model\nlimit 0');
  }

  insertQuery(relation: Relation, columns: readonly string[], query: MappedText): MappedText {
    const list = this.#list(columns);
    return concat(
      `insert into ${this.#relation(relation)} (${list})\nselect ${list}\nfrom (\n\n`,
      query,
      '\n\n) as model',
    );
  }

  /** Rows of a query that break a contract in themselves: a null where there must be none, or too many bytes. */
  contractViolations(query: MappedText, columns: readonly Column[]): MappedText {
    const conditions = columns.flatMap(({ name, type, notNull }) => [
      ...(notNull ? [`${this.#id(name)} is null`] : []),
      ...(type.kind === 'varchar' || type.kind === 'char'
        ? [`${this.#dialect.byteLength(`cast(${this.#id(name)} as varchar)`)} > ${type.bytes}`]
        : []),
    ]);
    const list = this.#list(columns.map((column) => column.name));
    return concat(
      `select ${list}\nfrom (\n\n`,
      query,
      `\n\n) as model\nwhere ${conditions.length === 0 ? 'false' : conditions.join('\n    or ')}\nlimit 3`,
    );
  }

  insertFrom(relation: Relation, columns: readonly string[], from: Relation): MappedText {
    const list = this.#list(columns);
    return plain(`insert into ${this.#relation(relation)} (${list})\nselect ${list}\nfrom ${this.#relation(from)}`);
  }

  drop(relation: Relation, type: 'table' | 'view'): MappedText {
    return plain(`drop ${type} ${this.#relation(relation)}`);
  }

  rename(relation: Relation, to: Relation): MappedText {
    return plain(`alter table ${this.#relation(relation)} rename to ${this.#id(to.identifier)}`);
  }

  count(relation: Relation): MappedText {
    return plain(`select count(*) as row_count from ${this.#relation(relation)}`);
  }

  allRows(relation: Relation): MappedText {
    return plain(`select *\nfrom ${this.#relation(relation)}`);
  }

  firstRows(query: MappedText, limit: number): MappedText {
    return concat('select * from (\n\n', query, `\n\n) as first_rows\nlimit ${limit}`);
  }

  /** The future of a table to which rows are only added: what is published, then the delta. */
  appendedView(view: Relation, columns: readonly string[], published: Relation, delta: Relation): MappedText {
    const list = this.#list(columns);
    return plain(`create view ${this.#relation(view)} as

select ${list}
from ${this.#relation(published)}

union all

select ${list}
from ${this.#relation(delta)}`);
  }

  /** The future of a table in which the delta replaces the rows of the same keys. */
  replacedView(
    view: Relation,
    columns: readonly string[],
    key: readonly string[],
    published: Relation,
    delta: Relation,
  ): MappedText {
    const list = this.#list(columns);
    return plain(`create view ${this.#relation(view)} as

select ${list}
from ${this.#relation(published)} as published
where not exists (
    select 1
    from ${this.#relation(delta)} as delta
    where ${this.#equal(key, 'delta', 'published')}
)

union all

select ${list}
from ${this.#relation(delta)}`);
  }

  /** The keys that have a null in them or, if they should be unique, stand for more than one row. */
  keyViolations(relation: Relation, key: readonly string[], isUnique: boolean): MappedText {
    const list = this.#list(key);
    const wrong = [...(isUnique ? ['count(*) > 1'] : []), ...key.map((column) => `${this.#id(column)} is null`)];
    return plain(`select ${list}, count(*) as row_count
from ${this.#relation(relation)}
group by ${list}
having ${wrong.join(' or ')}
limit 5`);
  }

  /**
   * The rows that stand on one side only, `_difference_side` times more often in the new table than in the old one. Grouping is
   * null-safe on every engine. With `keys`, only old rows whose keys are among those of the new ones count.
   */
  difference(columns: readonly string[], newRows: Relation, oldRows: Relation, keys?: readonly string[]): string {
    const list = this.#list(columns);
    const touched =
      keys === undefined
        ? ''
        : ` as published
    where exists (
        select 1
        from ${this.#relation(newRows)} as delta
        where ${this.#equal(keys, 'delta', 'published')}
    )`;
    return `select ${list}, sum("_difference_side") as "_difference_side"
from (
    select ${list}, 1 as "_difference_side"
    from ${this.#relation(newRows)}

    union all

    select ${list}, -1 as "_difference_side"
    from ${this.#relation(oldRows)}${touched}
) as both_sides
group by ${list}
having sum("_difference_side") <> 0`;
  }

  createDifference(relation: Relation, difference: string): MappedText {
    return plain(`create table ${this.#relation(relation)} as\n\n${difference}`);
  }

  /** Rows added, changed and removed. `difference` is a relation or a query; rows of one key are one row. */
  differenceCounts(difference: Relation | string, key: readonly string[]): MappedText {
    const from = typeof difference === 'string' ? `(\n\n${difference}\n\n)` : this.#relation(difference);
    if (key.length === 0) {
      return plain(`select
    coalesce(sum(case when "_difference_side" > 0 then "_difference_side" end), 0) as added,
    0 as changed,
    coalesce(sum(case when "_difference_side" < 0 then -"_difference_side" end), 0) as removed
from ${from} as difference`);
    }
    return plain(`select
    coalesce(sum(case when least_side > 0 then 1 end), 0) as added,
    coalesce(sum(case when least_side < 0 and most_side > 0 then 1 end), 0) as changed,
    coalesce(sum(case when most_side < 0 then 1 end), 0) as removed
from (
    select ${this.#list(key)}, min("_difference_side") as least_side, max("_difference_side") as most_side
    from ${from} as difference
    group by ${this.#list(key)}
) as keys`);
  }

  /** Takes the rows out of a table whose keys are in another relation. */
  deleteKeys(relation: Relation, key: readonly string[], keys: Relation): MappedText {
    return plain(`delete from ${this.#relation(relation)}
using ${this.#relation(keys)} as keys
where ${key.map((column) => `${this.#relation(relation)}.${this.#id(column)} = keys.${this.#id(column)}`).join('\n    and ')}`);
  }

  deleteAll(relation: Relation): MappedText {
    return plain(`delete from ${this.#relation(relation)}`);
  }

  /** Puts in the rows that only the new table has. */
  insertDifference(relation: Relation, columns: readonly string[], difference: Relation): MappedText {
    const list = this.#list(columns);
    return plain(
      `insert into ${this.#relation(relation)} (${list})\nselect ${list}\nfrom ${this.#relation(difference)}\nwhere "_difference_side" > 0`,
    );
  }

  #relation(relation: Relation): string {
    return this.#dialect.relation(relation);
  }

  #id(name: string): string {
    return this.#dialect.identifier(name);
  }

  #list(columns: readonly string[]): string {
    return columns.map((column) => this.#id(column)).join(', ');
  }

  #equal(columns: readonly string[], left: string, right: string): string {
    return columns.map((column) => `${left}.${this.#id(column)} = ${right}.${this.#id(column)}`).join(' and ');
  }
}
