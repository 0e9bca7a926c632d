import type { MappedText } from './mapped-text.ts';
import { slice, trim } from './mapped-text.ts';

/**
 * What a semicolon ends nothing in: texts (those after an E have backslashes), quoted names, comments and dollar quotes.
 * Then a semicolon, and the words that tell where the body of a function begins and ends.
 */
const tokens =
  /\be'(?:\\[^]|''|[^'\\])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\$(\w*)\$[^]*?\$\1\$|(?<token>;|\b(?:begin\s+atomic|case|end)\b)/gi;
// Blanks, comments and semicolons.
const nothing = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*/;

/** The offsets of the semicolons that end a statement; those in a body `begin atomic … end` are a part of it. */
function statementEnds(text: string): number[] {
  const ends: number[] = [];
  let depth = 0;
  for (const { index, groups } of text.matchAll(tokens)) {
    const token = groups?.['token']?.toLowerCase();
    if (token === undefined) continue;
    if (token === ';') {
      if (depth === 0) ends.push(index);
    } else if (token === 'end') depth = Math.max(0, depth - 1);
    else if (token !== 'case' || depth > 0) depth++;
  }
  return ends;
}

/** The offset from `start` on at which a statement begins: after blanks, comments and semicolons. */
function statementStart(text: string, start: number): number {
  return start + (nothing.exec(text.slice(start))?.[0].length ?? 0);
}

/** The statements of a script, without what stands between them, each mapped to where it was written. */
export function statementsOf(script: MappedText): MappedText[] {
  const { text } = script;
  let after = 0;
  return [...statementEnds(text), text.length].flatMap((end) => {
    const start = statementStart(text, after);
    after = end + 1;
    return start < end ? [trim(slice(script, start, end))] : [];
  });
}
