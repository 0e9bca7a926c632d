import { sqlTokens } from './sql-tokens.ts';

/** Where the first statement of a text ends, and the offset of the second one; undefined where there is only one. */
export interface FirstStatement {
  readonly end: number;
  readonly second: number | undefined;
}

/** Finds the end of the first statement: its semicolon, or the end of the text. `escapesInTexts` is as for `sqlTokens`. */
export function firstStatement(sql: string, escapesInTexts: boolean): FirstStatement {
  // Most files have none, and are not read any further.
  if (!sql.includes(';')) return { end: sql.length, second: undefined };
  const tokens = sqlTokens(sql, escapesInTexts);
  const semicolon = tokens.findIndex(({ kind }) => kind === 'end');
  const second = semicolon < 0 ? undefined : tokens.slice(semicolon).find(({ kind }) => kind !== 'end');
  return { end: tokens[semicolon]?.at ?? sql.length, second: second?.at };
}
