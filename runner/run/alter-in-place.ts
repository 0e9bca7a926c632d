import type { Dialect } from '../adapters/dialect.ts';
import type { Cell } from '../adapters/driver.ts';
import { plain } from '../core/mapped-text.ts';
import type { TableColumn } from '../materialize/column-alterations.ts';
import { columnAlterations } from '../materialize/column-alterations.ts';
import { redesigned } from '../materialize/physical-design.ts';
import { contractHash } from '../materialize/plan.ts';
import { Statements } from '../materialize/statements.ts';
import type { Buildable } from '../project/manifest.ts';
import type { Change } from './changes.ts';
import type { Executor } from './executor.ts';
import type { Preparation } from './prepare.ts';

/**
 * The same changes, but that a table of other columns is altered in place where the engine can do that, so that it keeps all
 * that it has: its catalog entry is brought to that of the new table, and its rows are replaced. Throws a FaultError.
 */
export async function alteredInPlace(
  changes: readonly Change[],
  preparation: Preparation,
  dialect: Dialect,
  executor: Executor,
): Promise<Change[]> {
  const candidates = changes.filter((change) => mayBeAltered(change, preparation));
  const tables = candidates.map(({ plan: { node, names } }) => ({
    relation: names.published,
    successor: names.build,
    keepsNotNull: isWithoutContract(node, preparation),
  }));
  const query = tables.length === 0 ? undefined : dialect.columnsQuery?.(tables);
  if (query === undefined) return [...changes];
  const { rows } = await executor.query(plain(query));
  const altered = new Map(
    candidates.flatMap((change, i): [Change, Change][] => {
      const ofTable = rows.filter(([number]) => Number(number) === i);
      if (!ofTable.every(([, , canAlter]) => canAlter === true)) return [];
      const [before, after] = [0, 1].map((side) => ofTable.filter(([, isNew]) => Number(isNew) === side).map(columnOf));
      if (before === undefined || after === undefined || before.length === 0 || after.length === 0) return [];
      const clauses = columnAlterations(before, after, tables[i]?.keepsNotNull ?? false, dialect);
      return clauses === undefined ? [] : [[change, inPlace(change, clauses, after, dialect)]];
    }),
  );
  return changes.map((change) => altered.get(change) ?? change);
}

/** Whether no contract says, or has said, which of the columns that are published may be null. */
export function isWithoutContract(node: Buildable, { warehouse }: Preparation): boolean {
  return node.contract === undefined && warehouse.published.get(node.uniqueId)?.contract === contractHash(node);
}

/** A table that was not published by this project, or is laid out in another way, is always replaced. */
function mayBeAltered({ plan, how, drops }: Change, { warehouse }: Preparation): boolean {
  const isTable = how === 'recreate' && drops === 'table' && plan.publish.type === 'table';
  return isTable && warehouse.published.has(plan.node.uniqueId) && !plan.notes.includes(redesigned);
}

/** Where no row is left, a column may get any type, and be not null. */
function inPlace(change: Change, clauses: readonly string[], after: readonly TableColumn[], dialect: Dialect): Change {
  const sql = new Statements(dialect);
  const { published, build } = change.plan.names;
  const columns = after.map(({ name }) => name);
  const statements = [
    sql.changes.deleteAll(published),
    ...(clauses.length === 0 ? [] : [sql.alterTable(published, clauses)]),
    sql.insertFrom(published, columns, build),
  ];
  return { ...change, how: 'replace rows', statements, drops: undefined };
}

function columnOf([
  ,
  ,
  ,
  name,
  type,
  collation,
  notNull,
  hasDefault,
  check,
  definition,
  isUsed,
]: readonly Cell[]): TableColumn {
  return {
    name: String(name),
    type: String(type),
    collation: collation === null ? undefined : String(collation),
    notNull: notNull === true,
    hasDefault: hasDefault === true,
    check: check === null ? undefined : { name: String(check), definition: String(definition) },
    isUsed: isUsed === true,
  };
}
