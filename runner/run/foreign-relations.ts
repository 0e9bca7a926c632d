import type { Fault } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { relationName } from '../core/relation.ts';
import type { Naming } from '../materialize/names.ts';
import { publishedRelation } from '../materialize/names.ts';
import type { Buildable } from '../project/manifest.ts';
import type { Warehouse } from './warehouse.ts';
import { publishedNode } from './state.ts';

/** A relation that has the name under which a node is published, and that nothing says was published for it. */
interface Foreign {
  readonly node: Buildable;
  readonly name: string;
  readonly type: string;
}

/**
 * Faults for what has taken the place of published relations: that is not ours to drop unless it is asked for. Where the state
 * knows of no relation at all, it is more likely that the state was lost, and one fault names all of them.
 */
export function foreignRelations(
  nodes: readonly Buildable[],
  naming: Naming,
  metaSchema: string,
  warehouse: Warehouse,
): Fault[] {
  const foreign = nodes.flatMap((node): Foreign[] => {
    const relation = publishedRelation(node, naming);
    const found = publishedNode(warehouse, node.uniqueId, relation);
    if (found === undefined || found.state !== undefined) return [];
    return [{ node, name: relationName(relation), type: found.type }];
  });
  if (foreign.length > 1 && warehouse.published.size === 0) return [stateLost(foreign, metaSchema)];
  return foreign.map((one) => relationForeign(one, warehouse));
}

const shownRelations = 10;

function stateLost(foreign: readonly Foreign[], metaSchema: string): Fault {
  const names = foreign.slice(0, shownRelations).map(({ type, name }) => `${type} ${name}`);
  const more = foreign.length - names.length;
  const shown = [...names, ...(more === 0 ? [] : [`and ${more} more`])].join(', ');
  return {
    code: 'relation-foreign',
    message: `the state of this project (schema ${metaSchema}) knows of no published relation, and these are there: ${shown}`,
    hint: 'if the state was lost, build all of it as a whole: sparkify-run models --full-refresh; else rename them',
  };
}

function relationForeign({ node, name, type }: Foreign, { published }: Warehouse): Fault {
  const record = published.get(node.uniqueId);
  const isReplaced = record !== undefined && relationName(record.relation) === name;
  return {
    code: 'relation-foreign',
    message: isReplaced
      ? `${name} is a ${type}, and was published as a ${record.type} for "${node.name}": somebody has replaced it since`
      : `there is a ${type} ${name}, and nothing says that it was published for "${node.name}"`,
    at: fileStart(node.path),
    hint: `rename it, or have it replaced: sparkify-run models ${node.name} --full-refresh`,
  };
}

/** Whether a relation was published for a node, and somebody has dropped it since. */
export function isDropped(node: Buildable, naming: Naming, { published, catalog }: Warehouse): boolean {
  const record = published.get(node.uniqueId);
  const name = relationName(publishedRelation(node, naming));
  return record !== undefined && relationName(record.relation) === name && !catalog.has(name);
}

/** What a run says of a node whose relation was dropped. */
export function droppedNote(node: Buildable, naming: Naming): string {
  const how = node.config.materialized === 'view' ? 'it is created again' : 'it is built as a whole';
  return `${relationName(publishedRelation(node, naming))} was published and is not there any more: ${how}`;
}
