import type { Dialect } from '../adapters/dialect.ts';
import type { Cell } from '../adapters/driver.ts';
import type { Fault } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import { Statements } from '../materialize/statements.ts';
import type { Executor } from './executor.ts';

/** A privilege on a relation or one of its columns, as the catalog has it. */
interface Grant {
  readonly relation: Relation;
  readonly column: string | undefined;
  readonly privilege: string;
  /** Undefined for public. */
  readonly grantee: string | undefined;
  readonly granteeKind: string;
  readonly isGrantable: boolean;
  /** Who granted it; undefined for the user of the target. */
  readonly grantor: string | undefined;
  readonly canGrant: boolean;
  readonly isByOwner: boolean;
}

/** How relations that are created again get the privileges that they have now. */
export interface RestoredGrants {
  readonly statements: readonly MappedText[];
  /** Names those that this user cannot grant. */
  readonly faults: readonly Fault[];
}

/**
 * Gives relations which are created again the privileges that they have now and no others, but for those on columns that
 * `successor`, which has the columns that a relation will have, lacks. Throws a FaultError.
 */
export async function grantsOf(
  relations: readonly Relation[],
  successor: (relation: Relation) => Relation,
  dialect: Dialect,
  executor: Executor,
): Promise<RestoredGrants> {
  if (dialect.readers === undefined || relations.length === 0) return { statements: [], faults: [] };
  const { rows } = await executor.query(plain(dialect.readers.grants(relations)));
  const all = rows.map(grantOf);
  const columns = await columnsGranted(all, successor, dialect, executor);
  const granted = inOrder(
    all.filter(
      ({ relation, column }) => column === undefined || columns.get(relationName(relation))?.has(column) !== false,
    ),
  );
  return {
    statements: [
      ...(await defaultsRevoked(relations, dialect, executor)),
      ...granted.flatMap((grant, i) => grantStatements(grant, granted[i - 1], granted[i + 1], dialect)),
    ],
    faults: lostGrants(granted),
  };
}

/** A privilege can only be passed on by a role that has it already with the grant option, or by the owner. */
function inOrder(grants: readonly Grant[]): Grant[] {
  const ordered: Grant[] = [];
  let rest = [...grants];
  while (rest.length > 0) {
    const next = rest.filter((grant) => grant.isByOwner || ordered.some((earlier) => allows(earlier, grant)));
    if (next.length === 0) return [...ordered, ...rest];
    ordered.push(...next);
    rest = rest.filter((grant) => !next.includes(grant));
  }
  return ordered;
}

function allows(earlier: Grant, { relation, column, privilege, grantor }: Grant): boolean {
  return (
    earlier.isGrantable &&
    earlier.grantee === grantor &&
    earlier.privilege === privilege &&
    relationName(earlier.relation) === relationName(relation) &&
    (earlier.column === undefined || earlier.column === column)
  );
}

/** The role is set for as long as grants of the same grantor follow each other. */
function grantStatements(
  grant: Grant,
  before: Grant | undefined,
  after: Grant | undefined,
  dialect: Dialect,
): MappedText[] {
  const { relation, column, privilege, grantee, granteeKind, isGrantable, grantor } = grant;
  const on = column === undefined ? '' : ` (${dialect.identifier(column)})`;
  const to = grantee === undefined ? 'public' : `${granteeKind} ${dialect.identifier(grantee)}`.trimStart();
  const option = isGrantable ? ' with grant option' : '';
  const statement = plain(`grant ${privilege}${on} on ${dialect.relation(relation)} to ${to}${option}`);
  if (grantor === undefined) return [statement];
  return [
    ...(before?.grantor === grantor ? [] : [plain(`set local role ${dialect.identifier(grantor)}`)]),
    statement,
    ...(after?.grantor === grantor ? [] : [plain('reset role')]),
  ];
}

function lostGrants(grants: readonly Grant[]): Fault[] {
  const lost = grants.filter(({ canGrant }) => !canGrant);
  if (lost.length === 0) return [];
  return [
    {
      code: 'dependent-objects',
      message: `relations would be dropped and created again, and this user cannot grant then what others have granted:\n${lost.map((grant) => `  ${describe(grant)}`).join('\n')}`,
      hint: 'let the user of the target set role to the grantor, and the grantor use the schema; or have the owner grant it instead',
    },
  ];
}

function describe({ relation, column, privilege, grantee, grantor }: Grant): string {
  const on = `${column === undefined ? '' : ` (${column})`} on ${relationName(relation)}`;
  return `${privilege}${on} to ${grantee ?? 'public'}, granted by ${grantor}`;
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

/** The columns of the new relations, for those with privileges on single columns that are not created again as they are. */
async function columnsGranted(
  grants: readonly Grant[],
  successor: (relation: Relation) => Relation,
  dialect: Dialect,
  executor: Executor,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const sql = new Statements(dialect);
  const found = new Map<string, ReadonlySet<string>>();
  for (const { relation, column } of grants) {
    const next = successor(relation);
    if (column === undefined || found.has(relationName(relation)) || relationName(next) === relationName(relation))
      continue;
    const { columns } = await executor.query(sql.columnsOf(sql.allRows(next)));
    found.set(relationName(relation), new Set(columns.map(({ name }) => name)));
  }
  return found;
}

function grantOf([
  schema,
  identifier,
  column,
  privilege,
  grantee,
  isGrantable,
  granteeKind,
  grantor,
  canGrant,
  isByOwner,
]: readonly Cell[]): Grant {
  const optional = (cell: Cell | undefined): string | undefined =>
    cell === null || cell === undefined ? undefined : String(cell);
  return {
    relation: { schema: String(schema), identifier: String(identifier) },
    column: optional(column),
    privilege: String(privilege).toLowerCase(),
    grantee: optional(grantee),
    granteeKind: String(granteeKind),
    isGrantable: isGrantable === true,
    grantor: optional(grantor),
    canGrant: canGrant !== false,
    isByOwner: isByOwner !== false,
  };
}
