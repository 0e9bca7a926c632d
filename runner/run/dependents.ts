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
  /** Those of the relations found that it reads directly, by `schema.identifier`; empty where the engine does not know. */
  readonly reads: readonly string[];
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

function dependentOf([, kind, schema, identifier, description, definition, reads]: readonly Cell[]): Dependent {
  return {
    kind: kind as Dependent['kind'],
    relation: { schema: String(schema ?? ''), identifier: String(identifier ?? '') },
    description: String(description),
    definition: String(definition ?? '').replace(/;\s*$/, ''),
    reads: namesIn(reads),
  };
}

function namesIn(reads: Cell | undefined): string[] {
  const names: unknown = typeof reads === 'string' ? JSON.parse(reads) : [];
  return Array.isArray(names) ? names.map(String) : [];
}
