import type { Dialect } from '../adapters/dialect.ts';
import { FaultError } from '../core/fault.ts';
import type { FaultCode } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { locate, slice } from '../core/mapped-text.ts';
import type { SqlToken } from '../core/sql-tokens.ts';
import { sqlTokens } from '../core/sql-tokens.ts';

const queries: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table']);
const readers: ReadonlySet<string> = new Set([...queries, 'show', 'explain']);
const writers: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge']);

/**
 * The one statement of a text that is to read only, without the semicolon at its end. Throws a FaultError when there is
 * none or more than one, or when it writes by what its words say. The engines stop what only they can know, such as a
 * function that writes.
 */
export function readingStatement(sql: MappedText, { escapesInTexts }: Pick<Dialect, 'escapesInTexts'>): MappedText {
  const all = sqlTokens(sql.text, escapesInTexts);
  const from = all.findIndex(({ kind }) => kind !== 'end');
  if (from < 0) throw faultAt(sql, undefined, 'query-empty', 'there is no statement here', 'write a query: select …');
  const length = all.slice(from).findIndex(({ kind }) => kind === 'end');
  const tokens = length < 0 ? all.slice(from) : all.slice(from, from + length);
  const second = all.slice(from + tokens.length).find(({ kind }) => kind !== 'end');
  if (second !== undefined)
    throw faultAt(sql, second, 'many-statements', 'a second statement begins here', 'send one at a time');
  const writing = writingToken(tokens);
  if (writing !== undefined)
    throw faultAt(
      sql,
      writing,
      'query-writes',
      `a query only reads, and ${JSON.stringify(writing.text)} does not`,
      'it begins with select, with, values, table, show or explain; what writes belongs in a model. A column of that name goes in double quotes',
    );
  return slice(sql, tokens[0]?.at ?? 0, endOf(tokens));
}

/** The first token by which a statement is more than a query. */
function writingToken(tokens: readonly SqlToken[]): SqlToken | undefined {
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

function endOf(tokens: readonly SqlToken[]): number {
  const last = tokens.at(-1);
  return last === undefined ? 0 : last.at + last.text.length;
}

function faultAt(
  sql: MappedText,
  token: SqlToken | undefined,
  code: FaultCode,
  message: string,
  hint: string,
): FaultError {
  const path = sql.spans.find((span) => span.origin !== undefined)?.origin?.path;
  const [at = path === undefined ? undefined : fileStart(path)] = token === undefined ? [] : locate(sql, token.at);
  return new FaultError({ code, message, at, hint });
}
