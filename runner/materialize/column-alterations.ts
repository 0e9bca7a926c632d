import type { Dialect } from '../adapters/dialect.ts';

/** A column of a table as the catalog has it. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  /** Quoted, as it is written in SQL; undefined for a type without one. */
  readonly collation: string | undefined;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** What holds a text to its length in bytes. */
  readonly check: { readonly name: string; readonly definition: string } | undefined;
  /** Whether something else depends on it, such as a view or an index. */
  readonly isUsed: boolean;
}

/**
 * The clauses of the `alter table` that gives an empty table with the columns `before` the columns `after`; undefined where
 * that cannot be done in place. With `keepsNotNull`, a column that is not null remains so.
 */
export function columnAlterations(
  before: readonly TableColumn[],
  after: readonly TableColumn[],
  keepsNotNull: boolean,
  dialect: Pick<Dialect, 'identifier'>,
): string[] | undefined {
  const kept = before.filter(({ name }) => after.some((column) => column.name === name));
  // What is added comes last.
  if (!kept.every(({ name }, i) => after[i]?.name === name)) return undefined;
  const dropped = before.filter((column) => !kept.includes(column));
  const pairs = kept.flatMap((old, i): Pair[] => {
    const column = after[i];
    return column === undefined ? [] : [{ old, column }];
  });
  const isBlocked = dropped.some(({ isUsed }) => isUsed) || pairs.some((pair) => cannotChange(pair, keepsNotNull));
  if (isBlocked) return undefined;
  const id = (name: string): string => dialect.identifier(name);
  return [
    ...dropped.map(({ name }) => `drop column ${id(name)}`),
    ...pairs.flatMap((pair) => changed(pair, keepsNotNull, id)),
    ...after.slice(kept.length).flatMap((column) => added(column, id)),
  ];
}

/** A column as it is and as it is to be. */
interface Pair {
  readonly old: TableColumn;
  readonly column: TableColumn;
}

function cannotChange({ old, column }: Pair, keepsNotNull: boolean): boolean {
  const isRelied = isRetyped(old, column) || (old.notNull && !column.notNull && !keepsNotNull);
  return (old.isUsed && isRelied) || (old.hasDefault && isRetyped(old, column));
}

function isRetyped(old: TableColumn, { type, collation }: TableColumn): boolean {
  return old.type !== type || old.collation !== collation;
}

function changed({ old, column }: Pair, keepsNotNull: boolean, id: (name: string) => string): string[] {
  const name = id(column.name);
  const isOtherCheck = old.check?.name !== column.check?.name || old.check?.definition !== column.check?.definition;
  return [
    ...(isOtherCheck && old.check !== undefined ? [`drop constraint ${id(old.check.name)}`] : []),
    ...(isRetyped(old, column)
      ? [`alter column ${name} type ${typeText(column)} using cast(null as ${column.type})`]
      : []),
    ...(column.notNull && !old.notNull ? [`alter column ${name} set not null`] : []),
    ...(!column.notNull && old.notNull && !keepsNotNull ? [`alter column ${name} drop not null`] : []),
    ...(isOtherCheck ? checkClause(column, id) : []),
  ];
}

function added(column: TableColumn, id: (name: string) => string): string[] {
  const notNull = column.notNull ? ' not null' : '';
  return [`add column ${id(column.name)} ${typeText(column)}${notNull}`, ...checkClause(column, id)];
}

function checkClause({ check }: TableColumn, id: (name: string) => string): string[] {
  return check === undefined ? [] : [`add constraint ${id(check.name)} ${check.definition}`];
}

function typeText({ type, collation }: TableColumn): string {
  return collation === undefined ? type : `${type} collate ${collation}`;
}
