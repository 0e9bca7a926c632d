import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import type { Comparison, EngineColumn } from '../core/engine-column.ts';
import { Quoted } from './quoted.ts';

/** A relation to read columns from, and the types of those that it lacks: they are null in all of its rows. */
export interface Side {
  readonly relation: Relation;
  readonly lacks: ReadonlyMap<string, string>;
}

/** A relation that has all columns. */
export function whole(relation: Relation): Side {
  return { relation, lacks: new Map() };
}

/** The SQL that compares a new table with the published one, and brings the one to the other. */
export class ChangeStatements extends Quoted {
  /** The names of columns that are compared as text. */
  readonly #asText: ReadonlySet<string>;
  /** The comparison of the others, by their names; of two columns of one name that of the later one. */
  readonly #comparison: ReadonlyMap<string, Comparison | undefined>;

  constructor(dialect: Dialect, columns: readonly EngineColumn[]) {
    super(dialect);
    const asText = columns.filter(({ comparison }) => comparison === 'text');
    this.#asText = new Set(asText.map(({ name }) => name));
    this.#comparison = new Map(columns.map(({ name, comparison }) => [name, comparison]));
  }

  /** The future of a table to which rows are only added: what is published, then the delta. */
  appended(columns: readonly string[], published: Side, delta: Side): MappedText {
    return plain(`select ${this.#columns(columns, published)}
from ${this.relation(published.relation)}

union all

select ${this.#columns(columns, delta)}
from ${this.relation(delta.relation)}`);
  }

  /** The future of a table in which the delta replaces the rows of the same keys. */
  replaced(columns: readonly string[], key: readonly string[], published: Side, delta: Side): MappedText {
    return plain(`select ${this.#columns(columns, published)}
from ${this.relation(published.relation)} as published
where not exists (
    select 1
    from ${this.relation(delta.relation)} as new_rows
    where ${this.#equal(key, 'new_rows', 'published')}
)

union all

select ${this.#columns(columns, delta)}
from ${this.relation(delta.relation)}`);
  }

  /** The keys that have a null in them or, if they should be unique, stand for more than one row. */
  keyViolations(relation: Relation, key: readonly string[], isUnique: boolean): MappedText {
    const compared = key.map((column) => this.#compared(column));
    const wrong = [...(isUnique ? ['count(*) > 1'] : []), ...compared.map((value) => `${value} is null`)];
    return plain(`select ${key.map((column) => this.#comparedColumn(column)).join(', ')}, count(*) as row_count
from ${this.relation(relation)}
group by ${compared.join(', ')}
having ${wrong.join(' or ')}
limit 5`);
  }

  /**
   * The rows that stand on one side only, `_difference_side` times more often in the new table than in the old one. Grouping is
   * null-safe on every engine; what is written differently is a difference, even where it is equal. With `keys`, only old
   * rows whose keys are among those of the new ones count.
   */
  difference(columns: readonly string[], newRows: Side, oldRows: Side, keys?: readonly string[]): string {
    const list = this.list(columns);
    const touched =
      keys === undefined
        ? ''
        : ` as published
    where exists (
        select 1
        from ${this.relation(newRows.relation)} as new_rows
        where ${this.#equal(keys, 'new_rows', 'published')}
    )`;
    return `select ${list}, sum("_difference_side") as "_difference_side"
from (
    select ${this.#comparedColumns(columns, newRows)}, 1 as "_difference_side"
    from ${this.relation(newRows.relation)}

    union all

    select ${this.#comparedColumns(columns, oldRows)}, -1 as "_difference_side"
    from ${this.relation(oldRows.relation)}${touched}
) as both_sides
group by ${[list, ...this.#written(columns)].join(', ')}
having sum("_difference_side") <> 0`;
  }

  createDifference(relation: Relation, difference: string): MappedText {
    return plain(`create table ${this.relation(relation)} as\n\n${difference}`);
  }

  /** Rows added, changed and removed. `difference` is a relation or a query; rows of one key are one row. */
  differenceCounts(difference: Relation | string, key: readonly string[]): MappedText {
    const from = typeof difference === 'string' ? `(\n\n${difference}\n\n)` : this.relation(difference);
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
    select ${this.list(key)}, min("_difference_side") as least_side, max("_difference_side") as most_side
    from ${from} as difference
    group by ${this.list(key)}
) as keys`);
  }

  /** Takes the rows out of a table whose keys are in another relation. */
  deleteKeys(relation: Relation, key: readonly string[], keys: Relation): MappedText {
    return plain(`delete from ${this.relation(relation)}
using ${this.relation(keys)} as keys
where ${key.map((column) => `${this.#compared(column, `${this.relation(relation)}.`)} = ${this.#compared(column, 'keys.')}`).join('\n    and ')}`);
  }

  deleteAll(relation: Relation): MappedText {
    return plain(`delete from ${this.relation(relation)}`);
  }

  /** Takes the rows out of a table whose key has a null in it, if another relation has such rows: no key is equal to it. */
  deleteNullKeys(relation: Relation, key: readonly string[], keys: Relation): MappedText {
    const hasNull = (of: string): string => key.map((column) => `${of}${this.id(column)} is null`).join(' or ');
    return plain(`delete from ${this.relation(relation)}
where (${hasNull('')})
    and exists (
        select 1
        from ${this.relation(keys)} as keys
        where ${hasNull('keys.')}
    )`);
  }

  /**
   * Puts in the rows of a relation whose keys are in another one. Not only those that are new: where a key stood for several
   * published rows, the one that stays was taken out with the others.
   */
  insertKeys(
    relation: Relation,
    columns: readonly string[],
    key: readonly string[],
    from: Relation,
    keys: Relation,
  ): MappedText {
    return plain(`insert into ${this.relation(relation)} (${this.list(columns)})
select ${this.list(columns)}
from ${this.relation(from)} as new_rows
where exists (
    select 1
    from ${this.relation(keys)} as keys
    where ${this.#equal(key, 'keys', 'new_rows')}
)`);
  }

  /** The columns as a side has them. */
  #columns(columns: readonly string[], { lacks }: Side): string {
    return columns
      .map((column) => {
        const type = lacks.get(column);
        return type === undefined ? this.id(column) : `cast(null as ${type}) as ${this.id(column)}`;
      })
      .join(', ');
  }

  /** The same as they are compared. */
  #comparedColumns(columns: readonly string[], side: Side): string {
    return columns
      .map((column) => {
        if (!this.#asText.has(column)) return this.#columns([column], side);
        return side.lacks.has(column) ? `cast(null as text) as ${this.id(column)}` : this.#comparedColumn(column);
      })
      .join(', ');
  }

  #comparedColumn(column: string): string {
    return this.#asText.has(column) ? `${this.#compared(column)} as ${this.id(column)}` : this.id(column);
  }

  /** What tells equal values of columns apart. */
  #written(columns: readonly string[]): string[] {
    return columns.flatMap((column) => {
      const written = this.dialect.written(this.id(column));
      const comparison = this.#comparison.get(column);
      if (comparison === 'value and text') return [written];
      // Only zeros are written out, since that takes long.
      return comparison === 'value and zero' ? [`case when ${this.id(column)} = 0 then ${written} end`] : [];
    });
  }

  /** A value of a column as it is compared; `of` is what it is read from, with a dot. */
  #compared(column: string, of = ''): string {
    const value = `${of}${this.id(column)}`;
    return this.#asText.has(column) ? `cast(${value} as text)` : value;
  }

  #equal(columns: readonly string[], left: string, right: string): string {
    return columns
      .map((column) => `${this.#compared(column, `${left}.`)} = ${this.#compared(column, `${right}.`)}`)
      .join(' and ');
  }
}
