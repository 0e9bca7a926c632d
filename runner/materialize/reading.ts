import type { Dialect } from '../adapters/dialect.ts';
import { FaultError } from '../core/fault.ts';
import type { FaultCode } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { locate, slice } from '../core/mapped-text.ts';
import type { SqlToken } from '../core/sql-tokens.ts';
import { sqlTokens } from '../core/sql-tokens.ts';
import { notReading, writingToken } from '../core/writing-token.ts';

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
  if (writing !== undefined) throw faultAt(sql, writing, 'query-writes', notReading.message(writing), notReading.hint);
  return slice(sql, tokens[0]?.at ?? 0, endOf(tokens));
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
