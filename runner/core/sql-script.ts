import type { MappedText } from './mapped-text.ts';
import { slice } from './mapped-text.ts';
import type { SqlToken } from './sql-tokens.ts';
import { sqlTokens } from './sql-tokens.ts';

/**
 * The statements of a script, without what is between them and the semicolons that end them, each mapped to where it was
 * written. Semicolons in the body of a function, `begin atomic … end`, are a part of its statement. `escapesInTexts` is
 * that of the dialect.
 */
export function statementsOf(script: MappedText, escapesInTexts: boolean): MappedText[] {
  const statements: SqlToken[][] = [[]];
  let depth = 0;
  const tokens = sqlTokens(script.text, escapesInTexts);
  for (const [i, token] of tokens.entries()) {
    depth = Math.max(0, depth + deeper(token, tokens[i + 1], depth > 0));
    if (token.kind === 'end' && depth === 0) statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.flatMap((statement) => {
    const [first, last] = [statement[0], statement.at(-1)];
    return first === undefined || last === undefined ? [] : [slice(script, first.at, last.at + last.text.length)];
  });
}

/** Whether a token begins a body or a part of one that has an `end`, or is that end. */
function deeper({ kind, text }: SqlToken, next: SqlToken | undefined, isInBody: boolean): number {
  const word = kind === 'word' ? text.toLowerCase() : '';
  if (word === 'end') return -1;
  const begins = word === 'begin' && next?.kind === 'word' && next.text.toLowerCase() === 'atomic';
  return begins || (word === 'case' && isInBody) ? 1 : 0;
}
