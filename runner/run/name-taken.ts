import type { Dialect, OwnRelations } from '../adapters/dialect.ts';
import type { Fault } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { plain } from '../core/mapped-text.ts';
import type { NameHolder, Relation, RelationType } from '../core/relation.ts';
import { nameHolders, relationName } from '../core/relation.ts';
import type { Naming } from '../materialize/names.ts';
import { publishedRelation, rejectsRelation } from '../materialize/names.ts';
import type { Buildable } from '../project/manifest.ts';
import type { Executor } from './executor.ts';

/**
 * Faults for the names of a node that are taken; `holders` by `schema.identifier`. Nothing replaces what is no table or view:
 * columns and defaults elsewhere may use it.
 */
export function namesTaken(node: Buildable, naming: Naming, holders: ReadonlyMap<string, NameHolder>): Fault[] {
  const rejects = node.config.materialized === 'copy' ? [rejectsRelation(node, naming)] : [];
  return [publishedRelation(node, naming), ...rejects].flatMap((relation) => {
    const holder = holders.get(relationName(relation));
    return holder === undefined ? [] : [nameTaken(node, holder, relation)];
  });
}

function nameTaken({ name, path }: Buildable, holder: NameHolder, relation: Relation): Fault {
  return {
    ...taken(holder, relation, `no table or view for "${name}"`),
    at: fileStart(path),
    hint: `rename it or the model: alter ${holder} ${relationName(relation)} rename to …`,
  };
}

/** A fault for a name that has something which is never replaced. `forWhat` is what cannot have it. */
export function taken(holder: NameHolder | RelationType, relation: Relation, forWhat: string): Fault {
  const shown = relationName(relation);
  return {
    code: 'relation-foreign',
    message: `there is ${holder === 'index' ? 'an' : 'a'} ${holder} ${shown}: ${forWhat} can have this name`,
    hint: `rename it: alter ${holder === 'partitioned table' ? 'table' : holder} ${shown} rename to …`,
  };
}

/** What is no relation and has the name of one of the project's, by `schema.identifier`. Throws a FaultError. */
export async function readNameHolders(
  own: OwnRelations,
  dialect: Dialect,
  executor: Executor,
): Promise<Map<string, NameHolder>> {
  const query = dialect.nameHoldersQuery(own);
  if (query === undefined) return new Map();
  const { rows } = await executor.query(plain(query));
  return new Map(
    rows.map(([schema, identifier, holder]) => [
      relationName({ schema: String(schema), identifier: String(identifier) }),
      nameHolders.find((known) => known === holder) ?? 'type',
    ]),
  );
}
