import type { CatalogColumn } from '../core/engine-column.ts';
import type { NameHolder, Relation, RelationType } from '../core/relation.ts';
import type { PublishedState } from '../materialize/plan.ts';

/** A relation of the warehouse as its catalog has it. */
export interface CatalogRelation {
  readonly relation: Relation;
  readonly type: RelationType;
  readonly columns: readonly CatalogColumn[];
}

/** A node as it was published last, as far as the state tables know. */
export interface PublishedRecord extends PublishedState {
  readonly relation: Relation;
  readonly type: RelationType;
}

/** The relations of a warehouse, by `schema.identifier`. */
export type Catalog = ReadonlyMap<string, CatalogRelation>;

/** What a warehouse is like before a run. */
export interface Warehouse {
  readonly catalog: Catalog;
  /** What is no relation and has the name of one of ours, or is in the schema of the state, by `schema.identifier`. */
  readonly nameHolders: ReadonlyMap<string, NameHolder>;
  /** By unique id. */
  readonly published: ReadonlyMap<string, PublishedRecord>;
  /** Runs that never came to their end. */
  readonly unfinished: readonly string[];
  /** Every run there was: relations that are named for one of them and are still there are leftovers. */
  readonly runs: ReadonlySet<string>;
  readonly lastSequence: number;
}

/** A warehouse that holds nothing yet. */
export const emptyWarehouse: Warehouse = {
  catalog: new Map(),
  nameHolders: new Map(),
  published: new Map(),
  unfinished: [],
  runs: new Set(),
  lastSequence: 0,
};
