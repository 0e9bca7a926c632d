import { didYouMean, suggestion } from '../core/nearest.ts';
import { nodeName } from '../project/discover.ts';

/** A hint for a word that names none of `known`: also where it is the path of one, or its name behind a schema. */
export function nameHint(word: string, known: readonly string[]): string {
  const short = word.endsWith('.sql') ? nodeName(word) : word.slice(word.lastIndexOf('.') + 1);
  if (known.includes(short)) return didYouMean(word, short);
  return suggestion(short, known) ?? 'see what there is: sparkify-run list';
}
