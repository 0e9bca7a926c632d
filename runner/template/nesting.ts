import { FaultError } from '../core/fault.ts';
import type { Source } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import { limitText, maxNesting, maxTagLength, maxTags } from './limits.ts';

// Tags as Handlebars' lexer tells them apart. `{{^}}` and `{{else}}` alone add no level.
const comment = /\{\{~?!(?:--[^]*?--~?\}\}|[^]*?\}\})/y;
const begin = /\{\{~?(?:#|\^(?!\s*~?\}\}))/y;
const end = /\{\{~?\//y;
const elseIf = /\{\{~?\s*else\b(?!\s*~?\}\})/y;
// What stands in quotes or brackets may hold the other signs without meaning them.
const sign = /\}\}|[()]|"[^"]*(?:(?<=\\)"[^"]*)*"|'[^']*(?:(?<=\\)'[^']*)*'|\[[^\]]*(?:(?<=\\)\][^\]]*)*\]/g;

/**
 * Throws a FaultError for a template that is nested deeper, or has more or longer tags, than Handlebars' parser can take.
 * Reads the text once and looks only where tags begin and end: what is wrong with them is for the parser to say.
 */
export function checkNesting(source: Source): void {
  const { text } = source;
  /** For each open block how many levels it has: itself and its else-if branches. */
  const levels: number[] = [];
  let depth = 0;
  let tags = 0;
  for (let open = text.indexOf('{{'); open !== -1;) {
    if (++tags > maxTags) throw limitFault(source, open, `a template has at most ${limitText(maxTags)} tags`);
    const isPlainText = text[open - 1] === '\\' && text[open - 2] !== '\\';
    const commentEnd = endOfMatch(comment, text, open);
    if (isPlainText || commentEnd !== undefined) {
      open = text.indexOf('{{', isPlainText ? open + 2 : commentEnd);
      continue;
    }
    if (isAt(end, text, open)) depth -= levels.pop() ?? 0;
    else if (isAt(begin, text, open) || isAt(elseIf, text, open)) {
      levels.push(isAt(begin, text, open) ? 1 : (levels.pop() ?? 0) + 1);
      depth++;
    }
    if (depth > maxNesting)
      throw limitFault(source, open, `blocks and their else-if branches are nested at most ${maxNesting} deep`);
    open = text.indexOf('{{', endOfTag(source, open));
  }
}

/** Where the tag that begins at `open` ends; the end of the text for one that is never closed. */
function endOfTag(source: Source, open: number): number {
  const tag = source.text.slice(open, open + maxTagLength);
  let depth = 0;
  for (const match of tag.matchAll(sign)) {
    if (match[0] === '}}') return open + match.index + 2;
    if (match[0] === '(') depth++;
    else if (match[0] === ')') depth--;
    if (depth > maxNesting)
      throw limitFault(source, open + match.index, `parentheses are nested at most ${maxNesting} deep`);
  }
  if (tag.length === maxTagLength)
    throw limitFault(source, open, `a tag has at most ${limitText(maxTagLength)} characters`, 'is a }} missing?');
  return source.text.length;
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  return endOfMatch(pattern, text, at) !== undefined;
}

function endOfMatch(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function limitFault(source: Source, offset: number, message: string, hint?: string): FaultError {
  return new FaultError({ code: 'template-limit', message, at: locationAt(source, offset, 2), hint });
}
