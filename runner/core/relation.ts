/** A table or view of the warehouse, unquoted; without a schema, one that only a session has. */
export interface Relation {
  readonly schema: string;
  readonly identifier: string;
}

/** `schema.identifier`, as a key and for people. */
export function relationName(relation: Relation): string {
  return `${relation.schema}.${relation.identifier}`;
}

/** What a relation can be, in the words of the engine. The runner itself makes tables and views. */
export const relationTypes = ['table', 'view', 'materialized view', 'partitioned table', 'foreign table'] as const;
export type RelationType = (typeof relationTypes)[number];

/** What is no relation, and keeps a table or view from having its name. */
export const nameHolders = ['sequence', 'index', 'type'] as const;
export type NameHolder = (typeof nameHolders)[number];
