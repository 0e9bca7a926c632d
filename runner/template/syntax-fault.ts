import type { Fault } from '../core/fault.ts';
import type { Source } from '../core/location.ts';
import { locationAt, offsetOf } from '../core/location.ts';

/** What Handlebars' parser knows when it gives up: the token it cannot use, and the place of the one before. */
export interface ParserState {
  readonly token: string | null;
  readonly loc?: { readonly last_line: number; readonly last_column: number };
}

/** A fault for a text that Handlebars cannot parse, at the place where the mistake was made rather than noticed. */
export function syntaxFault(source: Source, state: ParserState): Fault {
  const unclosed = unclosedTag(source.text);
  if (unclosed !== undefined) {
    const at = locationAt(source, unclosed, 2);
    return { code: 'template-syntax', message: 'the tag that begins here is never closed', at, hint: 'end it with }}' };
  }
  if (state.token === 'EOF') {
    const at = locationAt(source, openBlock(source.text), 3);
    return {
      code: 'template-syntax',
      message: 'the block that begins here is never closed',
      at,
      hint: 'end it with {{/if}}',
    };
  }
  const { last_line: line, last_column: column } = state.loc ?? { last_line: 1, last_column: 0 };
  const after = offsetOf(source.text, line, column + 1);
  const at = after + (/^\s*/.exec(source.text.slice(after))?.[0].length ?? 0);
  const hint = callHint(source.text, at);
  return { code: 'template-syntax', message: 'this is not valid Handlebars', at: locationAt(source, at), hint };
}

/** Of a call as Jinja writes it, `{{ ref("songs") }}`: how it is written here. */
function callHint(text: string, at: number): string | undefined {
  const tag = text.slice(text.lastIndexOf('{{', at));
  const [, name, args = ''] = /^\{\{~?\s*(\w+)\s*\(([^(){}]*)\)/.exec(tag) ?? [];
  if (name === undefined) return undefined;
  const words = args
    .replace(/\s*,\s*/g, ' ')
    .replace(/\s*=\s*/g, '=')
    .trim();
  return `a call has no brackets here: {{${[name, words].filter((part) => part !== '').join(' ')}}}`;
}

/** A fault for `{{#if x}} … {{/unless}}`, of which Handlebars says `if doesn't match unless - 1:3`. */
export function mismatchFault(source: Source, error: unknown): Fault {
  const text = error instanceof Error ? error.message : String(error);
  const [, message = text, line = '1', column = '0'] = /^(.*) - (\d+):(\d+)$/s.exec(text) ?? [];
  const at = locationAt(source, offsetOf(source.text, Number(line), Number(column) + 1));
  return { code: 'template-syntax', message: `this block does not end as it begins: ${message}`, at };
}

/** The first `{{` after which another one, or the end of the text, comes before any `}}`. */
function unclosedTag(text: string): number | undefined {
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', open + 2)) {
    const close = text.indexOf('}}', open);
    const next = text.indexOf('{{', open + 3);
    if (close === -1 || (next !== -1 && next < close)) return open;
  }
  return undefined;
}

/** The last block that is opened and not closed. */
function openBlock(text: string): number {
  const open: number[] = [];
  for (const match of text.matchAll(/\{\{~?([#/])/g)) {
    if (match[1] === '#') open.push(match.index);
    else open.pop();
  }
  return open.at(-1) ?? text.length;
}
