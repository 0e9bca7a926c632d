import { distance } from 'fastest-levenshtein';

/**
 * The candidate that `name` was most likely meant to be, or undefined when none is close: at most a third of
 * the letters (rounded up) differ. A `name` that is one of them is not misspelt. Ties go to the first candidate in
 * alphabetical order.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = seen(name);
  let best: string | undefined;
  let bestDistance = Math.ceil(name.length / 3) + 1;
  // Not sorted first: thousands of wrong names may each be compared with thousands of right ones.
  for (const candidate of candidates) {
    if (candidate === name) return undefined;
    if (Math.abs(candidate.length - wanted.length) > bestDistance) continue;
    const d = distance(wanted, seen(candidate));
    if (d < bestDistance || (d === bestDistance && best !== undefined && candidate < best)) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

/** A hint for a misspelt name: the nearest candidate, else the whole list when it is short enough to read. */
export function suggestion(name: string, candidates: Iterable<string>): string | undefined {
  const all = new Set(candidates);
  const close = nearest(name, all);
  if (close !== undefined) return didYouMean(name, close);
  if (all.has(name)) return undefined;
  return knownHere(all);
}

/** A hint that lists all candidates; undefined where there are none, or more than can be taken in. */
export function knownHere(candidates: Iterable<string>): string | undefined {
  const all = [...new Set(candidates)].sort();
  return all.length > 0 && all.length <= 12 ? `known here: ${all.join(', ')}` : undefined;
}

/**
 * The hint that `close` was meant by `name`, written as `shown`. Says how they differ where that is easily overlooked: by case,
 * or by characters that leave no mark.
 */
export function didYouMean(name: string, close: string, shown = close): string {
  return `did you mean "${shown}"?${difference(name, close)}`;
}

function difference(name: string, close: string): string {
  if (name !== close && name.toLowerCase() === close.toLowerCase()) return ' upper and lower case are different here';
  return seen(name) === seen(close) ? ' they differ only in blanks or invisible characters' : '';
}

/** A word as the eye compares it: without case, blanks and characters that leave no mark. */
function seen(word: string): string {
  const lower = word.toLowerCase();
  return /^[\w.-]*$/.test(lower) ? lower : lower.normalize('NFKC').replace(/[\s\p{Cc}\p{Cf}]/gu, '');
}
