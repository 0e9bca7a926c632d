import type { Fault } from '../core/fault.ts';
import type { NodePlan } from '../materialize/plan.ts';
import type { Dependent } from './dependents.ts';

/**
 * Faults for what others have built upon relations that are replaced; none where all of it may be, and can be, created again
 * afterwards. `replaced` are the plans of the nodes whose relations are dropped.
 */
export function foreignFaults(
  foreign: readonly Dependent[],
  replaced: readonly NodePlan[],
  replaceDependents: boolean,
): Fault[] {
  const lost = foreign.filter(({ kind }) => kind === 'other' || kind === 'table');
  const canReturn = lost.length === 0;
  if (foreign.length === 0 || (replaceDependents && canReturn)) return [];
  const names = replaced.map(({ node }) => `"${node.name}"`).join(', ');
  const shown = foreign.map(({ description }) => `  ${description}`).join('\n');
  return [
    {
      code: 'dependent-objects',
      nodes: replaced.map(({ node }) => node.uniqueId),
      message: `${names} would be dropped and created again, and objects that are not of this project depend on it:\n${shown}`,
      hint: canReturn
        ? 'drop them, or have them dropped and created again: --replace-dependents'
        : `drop ${lost.map(({ description }) => description).join(', ')} yourself, and create them afterwards: only views, materialized views and indexes can be created again by a run`,
    },
  ];
}
