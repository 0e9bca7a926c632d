import type { Dialect } from '../adapters/dialect.ts';
import type { CatalogColumn, EngineColumn } from '../core/engine-column.ts';
import { didYouMean, nearest } from '../core/nearest.ts';
import type { Column } from '../core/node.ts';

/** In what the columns that a relation has differ from those that it should have. */
export type ColumnDifference =
  | { readonly kind: 'missing' | 'extra'; readonly name: string; readonly type: string }
  | { readonly kind: 'type'; readonly name: string; readonly found: string; readonly expected: string }
  | { readonly kind: 'null'; readonly name: string; readonly notNull: boolean };

/** The columns of a contract as the catalog has them once the table is made. */
export function contractColumns(contract: readonly Column[], dialect: Dialect): CatalogColumn[] {
  return contract.map(({ name, type, notNull }) => ({
    name,
    type: dialect.typeName(dialect.columnType(type)),
    notNull,
  }));
}

/** The columns of a query, which do not tell whether they may be null. */
export function queryColumns(columns: readonly EngineColumn[], dialect: Dialect): CatalogColumn[] {
  return columns.map(({ name, type }) => ({ name, type: dialect.typeName(type), notNull: false }));
}

/** Compares columns by their names. Those that should be there come first, in their order. */
export function columnDifferences(
  found: readonly CatalogColumn[],
  expected: readonly CatalogColumn[],
): ColumnDifference[] {
  const there = new Map(found.map((column) => [column.name, column]));
  const wanted = new Set(expected.map(({ name }) => name));
  return [
    ...expected.flatMap((column) => differencesOf(column, there.get(column.name))),
    ...found.filter(({ name }) => !wanted.has(name)).map(({ name, type }) => ({ kind: 'extra' as const, name, type })),
  ];
}

function differencesOf({ name, type, notNull }: CatalogColumn, found: CatalogColumn | undefined): ColumnDifference[] {
  if (found === undefined) return [{ kind: 'missing', name, type }];
  return [
    ...(found.type === type ? [] : [{ kind: 'type' as const, name, found: found.type, expected: type }]),
    ...(found.notNull === notNull ? [] : [{ kind: 'null' as const, name, notNull }]),
  ];
}

/** What a run does about a difference, such as `column id: integer -> bigint`. */
export function changeText(difference: ColumnDifference): string {
  const { name } = difference;
  switch (difference.kind) {
    case 'missing':
      return `column ${name} (${difference.type}) is added`;
    case 'extra':
      return `column ${name} (${difference.type}) is dropped`;
    case 'type':
      return `column ${name}: ${difference.found} -> ${difference.expected}`;
    case 'null':
      return `column ${name}: ${difference.notNull ? 'nullable -> not null' : 'not null -> nullable'}`;
  }
}

/** A difference as what is wrong with a relation; `others` are all that it has. */
export function differenceText(difference: ColumnDifference, others: readonly ColumnDifference[]): string {
  const { name } = difference;
  switch (difference.kind) {
    case 'missing': {
      const extra = others.flatMap((other) => (other.kind === 'extra' ? [other.name] : []));
      const close = nearest(name, extra);
      return `column ${name} (${difference.type}) is expected and not there${close === undefined ? '' : `: ${didYouMean(name, close)}`}`;
    }
    case 'extra':
      return `column ${name} (${difference.type}) is there and not expected`;
    case 'type':
      return `column ${name}: ${difference.expected} expected, ${difference.found} found`;
    case 'null': {
      const [expected, found] = difference.notNull ? ['not null', 'nullable'] : ['nullable', 'not null'];
      return `column ${name}: ${expected} expected, ${found} found`;
    }
  }
}
