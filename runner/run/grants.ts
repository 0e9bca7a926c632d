import type { Dialect } from '../adapters/dialect.ts';
import type { Cell } from '../adapters/driver.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import { Statements } from '../materialize/statements.ts';
import type { Executor } from './executor.ts';

/**
 * The statements that give relations which are created again the grants that they have now and no others, but for columns that `successor`, which has the columns
 * that a relation will have, lacks. Throws a FaultError.
 */
export async function grantsOf(
  relations: readonly Relation[],
  successor: (relation: Relation) => Relation,
  dialect: Dialect,
  executor: Executor,
): Promise<MappedText[]> {
  if (dialect.readers === undefined || relations.length === 0) return [];
  const { rows } = await executor.query(plain(dialect.readers.grants(relations)));
  const columns = await columnsGranted(rows, successor, dialect, executor);
  const granted = rows.flatMap(([schema, identifier, column, privilege, grantee, isGrantable, kind]) => {
    const relation = { schema: String(schema), identifier: String(identifier) };
    if (column !== null && columns.get(relationName(relation))?.has(String(column)) !== true) return [];
    const on = column === null ? '' : ` (${dialect.identifier(String(column))})`;
    const to = grantee === null ? 'public' : `${String(kind)} ${dialect.identifier(String(grantee))}`.trimStart();
    const option = isGrantable === true ? ' with grant option' : '';
    const right = String(privilege).toLowerCase();
    return [plain(`grant ${right}${on} on ${dialect.relation(relation)} to ${to}${option}`)];
  });
  return [...(await defaultsRevoked(relations, dialect, executor)), ...granted];
}

/** A relation that is created again must not be open to more users than it was. */
async function defaultsRevoked(
  relations: readonly Relation[],
  dialect: Dialect,
  executor: Executor,
): Promise<MappedText[]> {
  const query = dialect.readers?.defaultGrants?.(relations);
  if (query === undefined) return [];
  const { rows } = await executor.query(plain(query));
  return rows.map(([schema, identifier, grantee]) => {
    const relation = dialect.relation({ schema: String(schema), identifier: String(identifier) });
    const from = grantee === null ? 'public' : dialect.identifier(String(grantee));
    return plain(`revoke all on ${relation} from ${from}`);
  });
}

/** The columns of the new relations, for those with rights on single columns. */
async function columnsGranted(
  grants: readonly (readonly Cell[])[],
  successor: (relation: Relation) => Relation,
  dialect: Dialect,
  executor: Executor,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const sql = new Statements(dialect);
  const found = new Map<string, ReadonlySet<string>>();
  for (const [schema, identifier, column] of grants) {
    const relation = { schema: String(schema), identifier: String(identifier) };
    if (column === null || found.has(relationName(relation))) continue;
    const { columns } = await executor.query(sql.columnsOf(sql.allRows(successor(relation))));
    found.set(relationName(relation), new Set(columns.map(({ name }) => name)));
  }
  return found;
}
