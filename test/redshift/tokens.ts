/** A piece of a statement. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol' | 'blank';
  readonly text: string;
}

// In a text, a backslash takes the next character with it. A comment counts as a blank.
const pieces =
  /(?<blank>(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+)|(?<text>'(?:[^'\\]|\\[\s\S]|'')*')|(?<name>"(?:[^"]|"")*")|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_#][\p{L}\p{N}_$#]*)|(?<symbol>::|\|\||<>|<=|>=|!=|[\s\S])/gu;

/** The pieces of a statement of Redshift, one after another: together they are the statement. */
export function tokensOf(statement: string): Token[] {
  return [...statement.matchAll(pieces)].map(({ 0: text, groups = {} }) => {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? 'symbol';
    return { kind: kind as Token['kind'], text };
  });
}

export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join('');
}

/** A statement as patterns can look at it: in lower case, one blank between words, and nothing in its texts. */
export function plainly(tokens: readonly Token[]): string {
  const shown = { blank: () => ' ', text: () => "''", other: (text: string) => text.toLowerCase() };
  return tokens
    .map(({ kind, text }) => (kind === 'blank' || kind === 'text' ? shown[kind]() : shown.other(text)))
    .join('')
    .replace(/\s*\(\s*/g, ' (')
    .replace(/\s*\)/g, ')')
    .replace(/\s*,\s*/g, ', ')
    .replace(/\s*\.\s*/g, '.')
    .trim();
}

/** The index behind the bracket that closes the one at `open`. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]?.text === '(') depth++;
    if (tokens[i]?.text === ')') depth--;
    if (depth === 0) return i;
  }
  return tokens.length;
}

/** Splits at the commas that stand in no brackets. */
export function listItems(tokens: readonly Token[]): Token[][] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (token.text === ',' && depth === 0) items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}

/** Without blanks at both ends. */
export function trimmed(tokens: readonly Token[]): Token[] {
  const isInk = ({ kind }: Token): boolean => kind !== 'blank';
  const first = tokens.findIndex(isInk);
  return first < 0 ? [] : tokens.slice(first, tokens.findLastIndex(isInk) + 1);
}

/** A relation that a statement names, and where the name ends. */
export interface Named {
  readonly schema: string;
  readonly identifier: string;
  readonly start: number;
  readonly end: number;
}

/** The relations that are named behind these words, with commas between them. */
export function allNamedBehind(tokens: readonly Token[], words: RegExp): Named[] {
  const all = [namedBehind(tokens, words)];
  for (let end = all[0]?.end ?? 0; ;) {
    const comma = tokens.findIndex(({ kind }, i) => i >= end && kind !== 'blank');
    if (tokens[comma]?.text !== ',') return all;
    const next = namedBehind(tokens.slice(comma + 1), /^/);
    end = comma + 1 + next.end;
    all.push({ ...next, start: comma + 1 + next.start, end });
  }
}

/** The relation that is named behind these words, such as `drop table`, and behind `if exists` or `if not exists`. */
export function namedBehind(tokens: readonly Token[], words: RegExp): Named {
  let start = 0;
  while (start < tokens.length && !(words.test(plainly(tokens.slice(0, start))) && isName(tokens[start]))) start++;
  let end = start + 1;
  while (tokens[end]?.text === '.') end += 2;
  const names = tokens.slice(start, end).filter(({ text }) => text !== '.');
  const [schema, identifier] = names.length === 1 ? ['public', bare(names[0])] : names.map(bare);
  return { schema: schema ?? '', identifier: identifier ?? '', start, end };
}

function isName(token: Token | undefined): boolean {
  if (token?.kind === 'name') return true;
  return token?.kind === 'word' && !/^(?:if|not|exists)$/i.test(token.text);
}

function bare(token: Token | undefined): string {
  const { kind, text } = token ?? { kind: 'word', text: '' };
  return kind === 'name' ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}
