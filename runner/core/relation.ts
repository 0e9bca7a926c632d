/** A table or view of the warehouse, unquoted; without a schema, one that only a session has. */
export interface Relation {
  readonly schema: string;
  readonly identifier: string;
}

/** `schema.identifier`, as a key and for people. */
export function relationName(relation: Relation): string {
  return `${relation.schema}.${relation.identifier}`;
}
