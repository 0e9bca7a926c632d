/** Of a pattern: takes any number of items, none as well. */
const anyNumber = Symbol('any number');

type Part = typeof anyNumber | ((item: string) => boolean);

/**
 * Whether a text matches a pattern of dbt, which are those of Python's fnmatch: `*` is any text, `?` one character,
 * `[abc]`, `[a-z]` and `[!a]` one of a set; a `[` without its `]` is itself. Case counts.
 */
export function glob(pattern: string): (text: string) => boolean {
  // Without a pattern sign it is only a word, and that is by far the most frequent case.
  if (!/[*?[]/.test(pattern)) return (text) => text === pattern;
  const parts = partsOf(pattern);
  return (text) => matchesAll(parts, [...text]);
}

/** The same for a path, folder by folder: no pattern sign takes a `/`, and `**` is any number of folders. */
export function pathGlob(pattern: string): (path: string) => boolean {
  const parts = pattern.split('/').map((part): Part => (part === '**' ? anyNumber : glob(part)));
  return (path) => matchesAll(parts, path.split('/'));
}

/**
 * Whether the parts take all of the items, in their order. Only the last `anyNumber` is ever tried again with one item more,
 * so that no pattern takes longer than its length times that of the items.
 */
function matchesAll(parts: readonly Part[], items: readonly string[]): boolean {
  let [part, item] = [0, 0];
  let retry: { readonly part: number; item: number } | undefined;
  while (item < items.length) {
    const current = parts[part];
    if (current === anyNumber) {
      retry = { part: part + 1, item };
      part++;
    } else if (current?.(items[item] ?? '') === true) {
      part++;
      item++;
    } else if (retry !== undefined) {
      part = retry.part;
      item = ++retry.item;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === anyNumber);
}

function partsOf(pattern: string): Part[] {
  const characters = [...pattern];
  const parts: Part[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at];
    const end = character === '[' ? endOfSet(characters, at) : -1;
    if (character === '*') parts.push(anyNumber);
    else if (character === '?') parts.push(() => true);
    else if (end !== -1) {
      parts.push(setOf(characters.slice(at + 1, end)));
      at = end;
    } else parts.push((item) => item === character);
  }
  return parts;
}

/** Where the `]` of a set stands, -1 where it has none. One that comes first is a member of the set. */
function endOfSet(characters: readonly string[], start: number): number {
  const first = characters[start + 1] === '!' ? start + 2 : start + 1;
  return characters.indexOf(']', first + 1);
}

function setOf(characters: readonly string[]): (item: string) => boolean {
  const isNegated = characters[0] === '!';
  const members = isNegated ? characters.slice(1) : characters;
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let at = 0; at < members.length; at++) {
    const from = members[at] ?? '';
    const to = members[at + 1] === '-' ? members[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return (item) => ranges.some(([from, to]) => from <= item && item <= to) !== isNegated;
}
