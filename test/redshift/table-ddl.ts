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
  const { end } = namedBehind(tokens, /^create (?:temp |temporary )?table\b/);
  const open = tokens.findIndex(({ kind }, i) => i >= end && kind !== 'blank');
  const hasList = tokens[open]?.text === '(';
  const close = hasList ? closing(tokens, open) : end - 1;
  const as = asIn(tokens, close + 1);
  if (as >= 0) {
    if (/^create (?:temp |temporary )?table if not exists\b/.test(plainly(tokens.slice(0, end))))
      throw new RedshiftError('syntax error at or near "as"', '42601');
    const design = designOf(plainly(tokens.slice(close + 1, as)), undefined);
    return { statement: `${textOf(tokens.slice(0, close + 1))} as${textOf(tokens.slice(as + 1))}`, design };
  }
  const items = listItems(tokens.slice(open + 1, close)).map(trimmed);
  const columns = items.filter((item) => !/^(?:primary|unique|foreign|constraint)\b/.test(plainly(item)));
  const keys = items.map((item) => /^(?:constraint \S+ )?primary key \((.*)\)$/.exec(plainly(item))?.[1] ?? '');
  const isKey = new Set(keys.join(',').split(',').map(unquoted));
  const names = columns.map((item) => (item[0]?.text ?? '').replaceAll('"', '').toLowerCase());
  const inline = columns.flatMap((item, i) => (/\bdistkey\b/.test(plainly(item)) ? [names[i] ?? ''] : []));
  const design = designOf(plainly(tokens.slice(close + 1)), names, inline);
  const definitions = columns.map((item, i) => translateColumn(item, names[i] ?? '', isKey.has(names[i] ?? '')));
  return { statement: `${textOf(tokens.slice(0, open))}(${definitions.join(', ')})`, design };
}

/** Where the query of a table begins: behind the attributes, which may have brackets. */
function asIn(tokens: readonly Token[], from: number): number {
  return tokens.findIndex(({ kind, text }, i) => i >= from && kind === 'word' && text.toLowerCase() === 'as');
}

/** The types of Redshift, as far as the stand-in has them. */
const types =
  /^(?:smallint|int2|integer|int|int4|bigint|int8|decimal|numeric|real|float4?|float8|double precision|bool(?:ean)?|date|time(?:stamp)?(?:tz)?|n?(?:var)?char|character(?: varying)?|bpchar|text|super)\b(?! ?\[)/;
const longest = { char: 4096, varchar: 65_535 };

function checkType(definition: string): void {
  const type = definition.slice(definition.indexOf(' ') + 1);
  if (!types.test(type)) throw new RedshiftError(`Column type "${type}" is not supported`, '0A000');
  const [, short, long, bytes] = /^(?:n?(var)?char|character( varying)?) \((\d+)\)/.exec(type) ?? [];
  const most = (short ?? long) === undefined ? longest.char : longest.varchar;
  if (Number(bytes ?? 0) > most) throw new RedshiftError(`length for this type cannot exceed ${most}`, '22023');
}

/** A column as PostgreSQL takes it, with its length held in bytes. */
export function translateColumn(tokens: readonly Token[], name: string, isKey = false): string {
  const look = plainly(tokens);
  if (look.startsWith('like ')) return textOf(tokens);
  checkType(look);
  // The columns of a primary key hold no nulls: that much of it is enforced.
  const isFilled = (isKey || / primary key\b/.test(look)) && !/ not null\b/.test(look);
  const plain = textOf(
    tokens.map((token) => (token.kind === 'name' ? { ...token, text: token.text.toLowerCase() } : token)),
  )
    .replace(/\s+encode\s+\w+/i, '')
    .replace(/\s+(?:distkey|sortkey|primary key|unique)\b/gi, '')
    .replace(/\s+references\s+[\w".]+\s*(?:\([^)]*\))?/i, '')
    .replace(
      /\s+(?:generated\s+by\s+(default)\s+as\s+)?identity\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)/i,
      (_, byDefault, seed, step) =>
        identity(byDefault === undefined ? 'always' : 'by default', Number(seed), Number(step)),
    )
    .replace(/(\s)super\b/i, '$1jsonb')
    .replace(/(\s)(?:var)?char(?:acter varying)?\s*\(\s*max\s*\)/i, '$1varchar(65535)')
    .replace(/(\s)(?:text|varchar|character varying)(?!\s*\()\b/i, '$1varchar(256)')
    .replace(/(\s)(?:decimal|numeric)(?!\s*\()\b/i, '$1numeric(18, 0)');
  const text = isFilled ? `${plain} not null` : plain;
  const bytes = /\s(?:varchar|char|character varying|character)\s*\(\s*(\d+)\s*\)/i.exec(text)?.[1];
  if (bytes === undefined) return text;
  return `${text} constraint "${name.slice(0, 40)}_bytes_${bytes}" check (octet_length("${name}") <= ${bytes})`;
}

/** Every other number is left out: Redshift's are unique, and have gaps. */
function identity(when: string, seed: number, step: number): string {
  return ` generated ${when} as identity (minvalue 0 start ${seed} increment ${2 * step})`;
}

/** Reads the design of a table off what stands behind its columns. Throws a RedshiftError. */
export function designOf(
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
