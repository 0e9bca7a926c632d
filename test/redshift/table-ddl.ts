import type { Token } from './tokens.ts';
import { closing, listItems, namedBehind, plainly, textOf, trimmed } from './tokens.ts';
import { RedshiftError } from './warehouse.ts';

/** How a table is laid out, as its DDL says. */
export interface TableDesign {
  readonly diststyle: string;
  readonly distkey: string | undefined;
  readonly sortkey: readonly string[];
}

/** A `create table` for PostgreSQL, and the design that it cannot hold. */
export interface TranslatedTable {
  readonly statement: string;
  readonly design: TableDesign;
}

const mostSorted = { compound: 400, interleaved: 8 };

/** Translates `create table … (…) attributes`, or `create table … attributes as query`. Throws a RedshiftError. */
export function translateTable(tokens: readonly Token[]): TranslatedTable {
  const as = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toLowerCase() === 'as');
  const open = tokens.findIndex(({ text }) => text === '(');
  const isQuery = as >= 0 && (open < 0 || beforeColumns(tokens, as, open));
  if (isQuery) {
    const { end } = namedBehind(tokens, /^create (?:temp |temporary )?table\b/);
    const design = designOf(plainly(tokens.slice(end, as)), undefined);
    return { statement: `${textOf(tokens.slice(0, end))} as${textOf(tokens.slice(as + 1))}`, design };
  }
  const close = closing(tokens, open);
  const items = listItems(tokens.slice(open + 1, close)).map(trimmed);
  const columns = items.filter((item) => !/^(?:primary|unique|foreign|constraint)\b/.test(plainly(item)));
  const names = columns.map((item) => (item[0]?.text ?? '').replaceAll('"', '').toLowerCase());
  const inline = columns.flatMap((item, i) => (/\bdistkey\b/.test(plainly(item)) ? [names[i] ?? ''] : []));
  const design = designOf(plainly(tokens.slice(close + 1)), names, inline);
  const definitions = columns.map((item, i) => translateColumn(item, names[i] ?? ''));
  return { statement: `${textOf(tokens.slice(0, open))}(${definitions.join(', ')})`, design };
}

/** Whether the word `as` comes before a list of columns: brackets of attributes, such as distkey(a), are none. */
function beforeColumns(tokens: readonly Token[], as: number, open: number): boolean {
  if (as < open) return true;
  return /\b(?:distkey|sortkey)$/.test(plainly(tokens.slice(0, open)));
}

/** A column as PostgreSQL takes it, with its length held in bytes. */
export function translateColumn(tokens: readonly Token[], name: string): string {
  const text = textOf(
    tokens.map((token) => (token.kind === 'name' ? { ...token, text: token.text.toLowerCase() } : token)),
  )
    .replace(/\s+encode\s+\w+/i, '')
    .replace(/\s+(?:distkey|sortkey|primary key|unique)\b/gi, '')
    .replace(/\s+references\s+[\w".]+\s*(?:\([^)]*\))?/i, '')
    .replace(
      /\s+identity\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)/i,
      ' generated always as identity (minvalue 0 start $1 increment $2)',
    )
    .replace(/(\s)super\b/i, '$1jsonb')
    .replace(/(\s)(?:var)?char(?:acter varying)?\s*\(\s*max\s*\)/i, '$1varchar(65535)')
    .replace(/(\s)(?:text|varchar|character varying)(?!\s*\()\b/i, '$1varchar(256)')
    .replace(/(\s)(?:decimal|numeric)(?!\s*\()\b/i, '$1numeric(18, 0)');
  const bytes = /\s(?:varchar|char|character varying|character)\s*\(\s*(\d+)\s*\)/i.exec(text)?.[1];
  if (bytes === undefined) return text;
  return `${text} constraint "${name.slice(0, 40)}_bytes_${bytes}" check (octet_length("${name}") <= ${bytes})`;
}

function designOf(
  attributes: string,
  columns: readonly string[] | undefined,
  inline: readonly string[] = [],
): TableDesign {
  const style = /\bdiststyle (\w+)/.exec(attributes)?.[1];
  const keys = [...inline, ...[...attributes.matchAll(/\bdistkey \(([^)]*)\)/g)].map(([, key = '']) => unquoted(key))];
  const [, type = 'compound', sorted] =
    /(?:\b(compound|interleaved) )?sortkey (?:\(([^)]*)\)|auto)/.exec(attributes) ?? [];
  const sortkey = (sorted ?? '')
    .split(',')
    .map(unquoted)
    .filter((name) => name !== '');
  const rest = attributes
    .replace(
      /\bdiststyle \w+|\bdistkey \([^)]*\)|(?:\b(?:compound|interleaved) )?sortkey (?:\([^)]*\)|auto)|\bencode auto\b|\bbackup (?:yes|no)\b/g,
      '',
    )
    .trim();
  if (rest !== '') throw new RedshiftError(`syntax error at or near "${rest.split(' ')[0]}"`, '42601');
  if (style !== undefined && !['even', 'key', 'all', 'auto'].includes(style))
    throw new RedshiftError(`syntax error at or near "${style}"`, '42601');
  if (keys.length > 1) throw new RedshiftError('only one DISTKEY is allowed', '42601');
  if (keys.length === 1 && style !== undefined && style !== 'key')
    throw new RedshiftError(`DISTSTYLE ${style} cannot be specified with a DISTKEY`, '42601');
  if (style === 'key' && keys.length === 0) throw new RedshiftError('DISTSTYLE KEY needs a DISTKEY', '42601');
  if (sortkey.length > mostSorted[type as keyof typeof mostSorted])
    throw new RedshiftError(`too many columns in ${type} sort key`, '54011');
  for (const key of [...keys, ...sortkey])
    if (columns !== undefined && !columns.includes(key))
      throw new RedshiftError(`column "${key}" named in key does not exist`, '42703');
  return { diststyle: style ?? (keys.length === 1 ? 'key' : 'auto'), distkey: keys[0], sortkey };
}

function unquoted(name: string): string {
  return name.trim().replaceAll('"', '').toLowerCase();
}
