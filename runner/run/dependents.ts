import type { ReaderQueries } from '../adapters/dialect.ts';
import type { Cell } from '../adapters/driver.ts';
import { plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import type { Executor } from './executor.ts';

/** Something that goes when a relation is dropped, or the relation itself. */
export interface Dependent {
  readonly kind: 'table' | 'view' | 'materialized view' | 'index' | 'other';
  readonly relation: Relation;
  readonly description: string;
  readonly definition: string;
}

/** Reads the relations and all that depends on them, the outermost first. Throws a FaultError. */
export async function dependentsOf(
  relations: readonly Relation[],
  readers: ReaderQueries,
  executor: Executor,
): Promise<Dependent[]> {
  if (relations.length === 0) return [];
  const { rows } = await executor.query(plain(readers.dependents(relations)));
  return rows.map(dependentOf);
}

function dependentOf([, kind, schema, identifier, description, definition]: readonly Cell[]): Dependent {
  return {
    kind: kind as Dependent['kind'],
    relation: { schema: String(schema ?? ''), identifier: String(identifier ?? '') },
    description: String(description),
    definition: String(definition ?? '').replace(/;\s*$/, ''),
  };
}
