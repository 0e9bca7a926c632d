import { distance } from 'fastest-levenshtein';

/**
 * The candidate that `name` was most likely meant to be, or undefined when none is close: at most a third of
 * the letters (rounded up) differ. Ties go to the candidate that stands first in the alphabet.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.ceil(name.length / 3) + 1;
  // Not sorted first: thousands of wrong names may each be compared with thousands of right ones.
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > bestDistance) continue;
    const d = distance(wanted, candidate.toLowerCase());
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
  if (close !== undefined) return `did you mean "${close}"?`;
  return all.size > 0 && all.size <= 12 ? `known here: ${[...all].sort().join(', ')}` : undefined;
}
