import type { Fault } from '../core/fault.ts';
import type { Source } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import { sqlTokens } from '../core/sql-tokens.ts';

const conditions = 'a condition is written {{#if is_incremental}} … {{else}} … {{/if}} here';

/** What is written here instead of a tag of Jinja, by its first word. */
const instead: ReadonlyMap<string, string> = new Map([
  ['if', conditions],
  ['elif', conditions],
  ['for', 'there are no loops here: write the SQL out, or call a macro for each part: {{> name argument="…"}}'],
  [
    'set',
    'there are no variables here: write the value where it is used, or name it in vars: of dwh.yaml and write {{var "name"}}',
  ],
  [
    'macro',
    'a macro is a file here, macros/<name>.hbs, with {{params "name"}} at its top; it is called as {{> name argument="…"}}',
  ],
  ['snapshot', 'there are no snapshots here'],
]);

/** The words of tags that belong to one before them, which is reported. */
const later = /^(?:else|end\w*)$/;

/**
 * Tags and comments of Jinja, which dbt writes and which would be sent to the database as they are. In texts and comments
 * of SQL they are only text.
 */
export function jinjaFaults(source: Source): Fault[] {
  if (!/(?<!\{)\{[%#]/.test(source.text)) return [];
  // A quote in a comment of Handlebars opens no text of SQL.
  const sql = source.text.replace(/\{\{!--.*?--\}\}|\{\{![^}]*\}\}/gs, (comment) => ' '.repeat(comment.length));
  const tokens = sqlTokens(sql, false);
  const faults: Fault[] = [];
  let end = 0;
  for (const [i, { kind, text, at }] of tokens.entries()) {
    if (at < end || kind !== 'symbol' || text !== '{' || sql[at - 1] === '{') continue;
    const mark = tokens[i + 1];
    if (mark?.at !== at + 1 || (mark.text !== '%' && mark.text !== '#')) continue;
    const close = sql.indexOf(`${mark.text}}`, at + 2);
    end = close === -1 ? at + 2 : close + 2;
    const fault = mark.text === '#' ? commentFault(source, at) : tagFault(source, at, end);
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

function commentFault(source: Source, at: number): Fault {
  return {
    code: 'template-syntax',
    message: 'this is a comment of Jinja, and templates are Handlebars here',
    at: locationAt(source, at, 2),
    hint: 'a comment is written {{! … }} here; or -- …, which stays in the SQL',
  };
}

function tagFault(source: Source, at: number, end: number): Fault | undefined {
  const word = /\w+/.exec(source.text.slice(at, end))?.[0] ?? '';
  if (later.test(word)) return undefined;
  return {
    code: 'template-syntax',
    message: 'this is a tag of Jinja, and templates are Handlebars here',
    at: locationAt(source, at, end - at),
    hint: instead.get(word) ?? conditions,
  };
}
