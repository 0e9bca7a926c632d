import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Buildable, Model } from '../project/manifest.ts';
import type { EngineColumn } from '../core/engine-column.ts';
import type { ColumnDifference } from './column-differences.ts';
import { changeText, columnDifferences, queryColumns } from './column-differences.ts';
import { changedByOthers, contractDifferences } from './columns-changed.ts';
import type { Look, PlanInput, Shapes } from './plan.ts';
import { contractHash } from './plan.ts';

/** A column that the published table does not have yet. */
export interface AddedColumn {
  readonly name: string;
  readonly type: string;
  /** As it stands in `alter table … add column`. */
  readonly definition: string;
}

/**
 * What the columns of a new table are to those of the published one: the `same`; the same and others at the end, which
 * can be `added` in place; or `other` ones, so that the new table has to take the place of the published one.
 */
export type ColumnsChange =
  { readonly kind: 'same' } | { readonly kind: 'added'; readonly columns: readonly AddedColumn[] } | OtherColumns;

/** Columns that no statement brings to the new ones, and why; `isDrift` where somebody has changed the published ones. */
export interface OtherColumns {
  readonly kind: 'other';
  readonly reasons: readonly string[];
  readonly isDrift: boolean;
}

/** Looks at the columns of a model's query, of what is published for it, or of both: whatever is not known yet and matters. */
export function lookAt(
  model: Model,
  query: MappedText,
  { sql, names, published, context }: PlanInput,
): Look | undefined {
  const expected = model.contract;
  // The columns of a table with a contract are known. A view has those of its query, whatever its contract calls them.
  const isKnown = expected !== undefined && model.config.materialized !== 'view';
  if (isKnown) return { given: sql.columnsOf(query), published: undefined, expected };
  const isCompared = model.config.uniqueKey.length > 0 && !context.dialect.supports.comparesAllTypes;
  if (expected === undefined && published === undefined && !isCompared) return undefined;
  return {
    given: sql.columnsOf(query),
    published: published === undefined ? undefined : sql.columnsOf(sql.allRows(names.published)),
    expected,
  };
}

/** The columns of a node's new table and of the published one, as far as they are known: those of its contract, if it has one. */
export function comparedColumns(node: Buildable, shapes: Shapes | undefined, dialect: Dialect): EngineColumn[] {
  if (node.contract === undefined) return [...(shapes?.given ?? []), ...(shapes?.published ?? [])];
  return node.contract.map((column) =>
    withComparison({ name: column.name, type: dialect.columnType(column.type) }, dialect),
  );
}

/** A column with what is known of comparing its values by the name of its type alone. */
export function withComparison(column: EngineColumn, dialect: Dialect): EngineColumn {
  const comparison = dialect.comparison(column.type);
  return comparison === undefined ? column : { ...column, comparison };
}

/** Compares the columns of a node's new table or view with those that are published. */
export function columnsChange(node: Buildable, input: PlanInput): ColumnsChange {
  const isView = node.config.materialized === 'view';
  return node.contract === undefined || isView ? shapesChange(input) : contractChange(node, node.contract, input);
}

function contractChange(node: Buildable, contract: readonly Column[], input: PlanInput): ColumnsChange {
  const { published, context, ownColumns = [] } = input;
  const before = published?.columns ?? [];
  const now = [...contract.map(({ name }) => name), ...ownColumns];
  const kept = contract.slice(0, before.length);
  const isKnown = published?.state?.contract === contractHash({ ...node, contract: kept });
  const more = contract.slice(before.length);
  const differences = contractDifferences(node, input);
  // What is new at the end of the contract is no difference to what was published.
  const drifted = differences.filter(({ kind, name }) => kind !== 'missing' || !more.some((one) => one.name === name));
  // Rows that are there have no value for a new column.
  const isSame = isKnown && drifted.length === 0 && sameColumns(before, now.slice(0, before.length));
  if (!isSame || more.some(({ notNull }) => notNull)) return otherThanContract(node, differences, input);
  if (more.length === 0) return { kind: 'same' };
  return { kind: 'added', columns: more.map((column) => addedColumn(column, context.dialect)) };
}

/** Throws a FaultError where somebody has added columns to what this contract made: with the table they would be lost. */
function otherThanContract(node: Buildable, differences: readonly ColumnDifference[], input: PlanInput): OtherColumns {
  const { published, fullRefresh } = input;
  const isDrift = published?.type === 'table' && published.state?.contract === contractHash(node);
  if (isDrift && !fullRefresh && differences.some(({ kind }) => kind === 'extra'))
    throw changedByOthers(node, differences, input);
  return { kind: 'other', reasons: reasonsOf(differences, input), isDrift };
}

function reasonsOf(differences: readonly ColumnDifference[], { published }: PlanInput): string[] {
  if (published !== undefined && published.state === undefined) return [unknownTable];
  return differences.length === 0
    ? ['the order or the lengths of its columns have changed']
    : differences.map(changeText);
}

/** Why --full-refresh replaces a relation of which the state has no record. */
export const unknownTable = 'the state of this project does not know it';

/** Before anything is known, the columns are taken to be the same. */
function shapesChange(input: PlanInput): ColumnsChange {
  const { shapes, context } = input;
  if (shapes === undefined) return { kind: 'same' };
  const { given, published } = shapes;
  if (published === undefined) return { kind: 'other', reasons: ['it cannot be read any more'], isDrift: false };
  if (!published.every((column, i) => isSame(column, given[i]))) {
    const [found, expected] = [published, given].map((columns) => queryColumns(columns, context.dialect));
    const differences = columnDifferences(found ?? [], expected ?? []);
    return { kind: 'other', reasons: reasonsOf(differences, input), isDrift: false };
  }
  const more = given.slice(published.length);
  return more.length === 0
    ? { kind: 'same' }
    : { kind: 'added', columns: more.map((column) => addedEngineColumn(column, context.dialect)) };
}

function isSame(a: EngineColumn, b: EngineColumn | undefined): boolean {
  return a.name === b?.name && a.type === b.type;
}

export function addedColumn(column: Column, dialect: Dialect): AddedColumn {
  const type = dialect.columnType(column.type);
  return { name: column.name, type, definition: dialect.addedColumn(column) };
}

export function addedEngineColumn({ name, type }: EngineColumn, dialect: Dialect): AddedColumn {
  return { name, type, definition: `${dialect.identifier(name)} ${type}` };
}

export function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** The types of columns that a relation does not have, by their names. */
export function typesOf(columns: readonly AddedColumn[]): ReadonlyMap<string, string> {
  return new Map(columns.map(({ name, type }) => [name, type]));
}
