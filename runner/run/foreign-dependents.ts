import type { Fault } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { relationName } from '../core/relation.ts';
import type { Buildable } from '../project/manifest.ts';
import type { CreatedAgain } from './created-again.ts';
import type { Dependent } from './dependents.ts';

/**
 * Faults for what others have built upon relations that are replaced; none where all of it may be, and can be, created again
 * afterwards. `replaced` are the nodes whose relations are dropped.
 */
export function foreignFaults(
  foreign: readonly Dependent[],
  replaced: readonly Buildable[],
  replaceDependents: boolean,
): Fault[] {
  const lost = foreign.filter(({ kind }) => kind === 'other' || kind === 'table');
  const canReturn = lost.length === 0;
  if (foreign.length === 0 || (replaceDependents && canReturn)) return [];
  const names = replaced.map(({ name }) => `"${name}"`).join(', ');
  const shown = foreign.map(({ description }) => `  ${description}`).join('\n');
  return [
    {
      code: 'dependent-objects',
      nodes: replaced.map(({ uniqueId }) => uniqueId),
      message: `${names} would be dropped and created again, and objects that are not of this project depend on it:\n${shown}`,
      hint: canReturn
        ? 'drop them, or have them dropped and created again: --replace-dependents'
        : `drop ${lost.map(({ description }) => description).join(', ')} yourself, and create them afterwards: only views, materialized views and indexes can be created again by a run`,
    },
  ];
}

/** A view or an index of others. `nodes` are those whose relations it reads. */
export function foreignCreatedAgain(
  { kind, relation, description }: Dependent,
  nodes: readonly Buildable[],
  statement: MappedText,
): CreatedAgain {
  const [first] = nodes;
  const reads = nodes.map(({ name }) => `"${name}"`).join(' and ');
  return {
    statement,
    fault: (refusal) => ({
      code: 'dependent-objects',
      nodes: nodes.map(({ uniqueId }) => uniqueId),
      message: `${description}, which is not of this project, depends on ${reads} and cannot be created again: ${refusal}`,
      at: first === undefined ? undefined : fileStart(first.path),
      hint: `keep in ${reads} what it uses, or have its owner change it or drop it: drop ${kind} ${kind === 'index' ? description.replace(/^index /, '') : relationName(relation)}`,
    }),
  };
}

/**
 * The nodes whose relations something reads, directly or by way of what is not of the project; `nodes` by
 * `schema.identifier`. All of them where that is not known.
 */
export function nodesRead(
  { reads }: Dependent,
  found: readonly Dependent[],
  nodes: ReadonlyMap<string, Buildable>,
): Buildable[] {
  const read = reads.flatMap((name) => {
    const node = nodes.get(name);
    const between = found.find(({ relation }) => relationName(relation) === name);
    return node === undefined ? (between === undefined ? [] : nodesRead(between, found, nodes)) : [node];
  });
  return read.length > 0 ? [...new Set(read)] : [...nodes.values()];
}
