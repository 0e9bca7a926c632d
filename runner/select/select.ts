import { ancestors, descendants } from '../core/dag.ts';
import { FaultError } from '../core/fault.ts';
import { didYouMean, knownHere, nearest } from '../core/nearest.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import type { Term } from './grammar.ts';
import { parseSelection } from './grammar.ts';
import type { MethodInput } from './methods.ts';
import { candidates, matcher, misplaced } from './methods.ts';

export interface SelectInput extends MethodInput {
  readonly select: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * The unique ids that a selection picks, of all resource types; all of them when nothing is selected.
 * Throws a FaultError when the selection is not valid, or when any word of it matches nothing: a misspelt name must
 * not pass for done.
 */
export function select(manifest: Manifest, input: SelectInput): Set<string> {
  const chosen = input.select.length === 0 ? new Set(manifest.nodes.keys()) : evaluate(manifest, input.select, input);
  const excluded = evaluate(manifest, input.exclude, input);
  return new Set([...chosen].filter((id) => !excluded.has(id)));
}

function evaluate(manifest: Manifest, words: readonly string[], input: MethodInput): Set<string> {
  const union = new Set<string>();
  for (const terms of parseSelection(words)) {
    const [first = new Set<string>(), ...rest] = terms.map((term) => pick(manifest, term, input));
    for (const id of first) if (rest.every((other) => other.has(id))) union.add(id);
  }
  return union;
}

function pick(manifest: Manifest, term: Term, input: MethodInput): Set<string> {
  const matches = matcher(term, input);
  const nodes = [...manifest.nodes.values()];
  const matched = nodes.filter(matches).map((node) => node.uniqueId);
  if (matched.length === 0) {
    throw new FaultError({
      code: 'selection-empty',
      message: `"${term.text}" matches nothing`,
      hint: hintFor(term, nodes),
    });
  }
  const { graph } = manifest;
  const below = descendants(graph, matched, term.childrensParents ? Infinity : term.children);
  const above = ancestors(
    graph,
    term.childrensParents ? [...matched, ...below] : matched,
    term.childrensParents ? Infinity : term.parents,
  );
  return new Set([...matched, ...below, ...above]);
}

function hintFor(term: Term, nodes: readonly Node[]): string {
  const written = (value: string): string => term.text.replace(term.value, () => value);
  const there = misplaced(term, nodes);
  if (there !== undefined) return `did you mean "${written(there)}"?`;
  const known = candidates(term, nodes);
  const close = nearest(term.value, known);
  if (close !== undefined) return didYouMean(term.value, close, written(close));
  const list = term.method === undefined ? undefined : knownHere(known);
  return list ?? 'see what there is: sparkify-run list';
}
