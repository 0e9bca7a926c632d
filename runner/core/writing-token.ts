import type { SqlToken } from './sql-tokens.ts';

const queries: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table']);
const readers: ReadonlySet<string> = new Set([...queries, 'show', 'explain']);
const writers: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge']);

/** What is said of such a token. */
export const notReading = {
  message: ({ text }: SqlToken): string => `a query only reads, and ${JSON.stringify(text)} does not`,
  hint: 'it begins with select, with, values, table, show or explain; what writes belongs in a model. A column of that name goes in double quotes',
} as const;

/** The first token by which one statement is more than a query; undefined where its words only read. */
export function writingToken(tokens: readonly SqlToken[]): SqlToken | undefined {
  const start = afterBrackets(tokens, 0);
  const first = tokens[start];
  if (!isOneOf(first, readers)) return first ?? tokens[0];
  if (isWord(first, 'explain')) {
    const explained = afterBrackets(tokens, afterOptions(tokens, start + 1));
    if (!isOneOf(tokens[explained], queries)) return tokens[explained] ?? first;
  }
  return tokens.find((token, i) => isInto(tokens, i) || (isOneOf(token, writers) && isVerb(tokens, i)));
}

/** `select … into` makes a table. `into` is reserved, but for what comes behind a dot or `as`. */
function isInto(tokens: readonly SqlToken[], i: number): boolean {
  return isWord(tokens[i], 'into') && tokens[i - 1]?.text !== '.' && !isWord(tokens[i - 1], 'as');
}

/** The verb of a query of a `with`, or of the statement behind its queries. A column may have the name of a verb. */
function isVerb(tokens: readonly SqlToken[], i: number): boolean {
  const before = tokens[i - 1];
  if (before?.text === '(') return isWord(tokens[i - 2], 'as') || isWord(tokens[i - 2], 'materialized');
  return before?.text === ')' && isWord(lastClause(tokens, i), 'with');
}

/** The `with`, or the word that begins a query, that comes last before a token in the same brackets. */
function lastClause(tokens: readonly SqlToken[], i: number): SqlToken | undefined {
  let depth = 0;
  return tokens.slice(0, i).findLast((token) => {
    if (token.text === ')') depth++;
    else if (token.text === '(') depth--;
    return depth < 0 || (depth === 0 && (isOneOf(token, queries) || isWord(token, 'with')));
  });
}

function afterBrackets(tokens: readonly SqlToken[], from: number): number {
  let i = from;
  while (tokens[i]?.text === '(') i++;
  return i;
}

/** The index behind the options of `explain`, in brackets or not. */
function afterOptions(tokens: readonly SqlToken[], from: number): number {
  let i = from;
  while (isWord(tokens[i], 'analyze') || isWord(tokens[i], 'analyse') || isWord(tokens[i], 'verbose')) i++;
  if (tokens[i]?.text !== '(' || isOneOf(tokens[afterBrackets(tokens, i)], queries)) return i;
  const close = tokens.findIndex(({ text }, at) => at > i && text === ')');
  return close < 0 ? tokens.length : close + 1;
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

function isOneOf(token: SqlToken | undefined, words: ReadonlySet<string>): boolean {
  return token?.kind === 'word' && words.has(token.text.toLowerCase());
}
