import type { Dialect } from '../adapters/dialect.ts';
import type { Fault } from '../core/fault.ts';
import { relationName } from '../core/relation.ts';
import { failuresRelation } from '../materialize/data-test.ts';
import { stateTables } from '../materialize/state-statements.ts';
import type { Test } from '../project/manifest.ts';
import { taken } from './name-taken.ts';
import type { Warehouse } from './warehouse.ts';

/** Faults for the names that a run needs in the schema of the state, also for the failing rows of these tests. */
export function metaNamesTaken(
  tests: readonly Test[],
  metaSchema: string,
  dialect: Dialect,
  { catalog, nameHolders: holders }: Pick<Warehouse, 'catalog' | 'nameHolders'>,
): Fault[] {
  const ofState = Object.keys(stateTables).flatMap((identifier) => {
    const relation = { schema: metaSchema, identifier };
    const holder = holders.get(relationName(relation));
    return holder === undefined ? [] : [taken(holder, relation, 'no table for the state of the project')];
  });
  const ofTests = tests.flatMap((test) => {
    const relation = failuresRelation(test, metaSchema, dialect);
    const holder = holders.get(relationName(relation)) ?? catalog.get(relationName(relation))?.type ?? 'table';
    if (holder === 'table') return [];
    return [{ ...taken(holder, relation, `no table for the failing rows of "${test.name}"`), at: test.at }];
  });
  return [...ofState, ...ofTests];
}
