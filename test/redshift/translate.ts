import { refuse } from './refusals.ts';
import type { TableDesign } from './table-ddl.ts';
import { translateColumn, translateTable } from './table-ddl.ts';
import type { Named, Token } from './tokens.ts';
import { namedBehind, plainly, textOf, tokensOf } from './tokens.ts';

/** A statement of Redshift as PostgreSQL carries it out: one statement, what goes before and after it, and whether it commits. */
export interface Translation {
  readonly statement: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly commits: boolean;
}

/** The schema that the stand-in keeps its own things in. */
export const ownSchema = 'redshift_stand_in';

/** Translates a statement. Throws a RedshiftError for what Redshift refuses; `inBlock` is whether a transaction is under way. */
export function translate(statement: string, inBlock: boolean): Translation {
  const tokens = tokensOf(statement.trim().replace(/;\s*$/, '')).map(folded);
  const look = plainly(tokens);
  refuse(look, inBlock);
  const words = look.split(' ');
  switch (words[0]) {
    case 'create':
      return created(tokens, look);
    case 'drop':
      return dropped(tokens, look);
    case 'alter':
      return altered(tokens, look);
    case 'truncate':
      return { ...alone(textOf(tokens)), commits: true };
    case 'set':
      return alone(setting(tokens, look));
    default:
      return alone(textOf(query(tokens)));
  }
}

function alone(statement: string): Translation {
  return { statement, before: [], after: [], commits: false };
}

/** Names are lower case, quoted or not. */
function folded(token: Token): Token {
  return token.kind === 'name' ? { kind: 'name', text: token.text.toLowerCase() } : token;
}

const partly = new Set(['dateadd', 'datediff', 'date_part', 'date_diff', 'date_add']);
const parts = /^(?:millisecond|second|minute|hour|day|week|month|quarter|year|dow|weekday|doy|epoch|decade)s?$/i;

/** What differs inside of queries: a part of a date needs no quotes, and a type is called otherwise. */
function query(tokens: readonly Token[]): Token[] {
  const ink = tokens.map((token, i) => ({ token, i })).filter(({ token }) => token.kind !== 'blank');
  const isPart = new Set<number>();
  ink.forEach(({ token }, k) => {
    const [bracket, part] = [ink[k + 1], ink[k + 2]];
    if (!partly.has(token.text.toLowerCase()) || bracket?.token.text !== '(' || part === undefined) return;
    if (part.token.kind === 'word' && parts.test(part.token.text)) isPart.add(part.i);
  });
  return tokens.map((token, i) => {
    if (isPart.has(i)) return { kind: 'text', text: `'${token.text}'` };
    return token.kind === 'word' && token.text.toLowerCase() === 'super' ? { kind: 'word', text: 'jsonb' } : token;
  });
}

function created(tokens: readonly Token[], look: string): Translation {
  if (/^create (?:or replace )?view\b/.test(look) && look.endsWith(' with no schema binding'))
    return createdView(tokens, look);
  if (!/^create (?:temp |temporary )?table\b/.test(look)) return { ...alone(textOf(query(tokens))), after: [rebind] };
  const { statement, design } = translateTable(query(tokens));
  const named = namedBehind(tokens, /^create (?:temp |temporary )?table\b/);
  return { ...alone(statement), after: [noteDesign(named, design), rebind] };
}

function createdView(tokens: readonly Token[], look: string): Translation {
  const as = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toLowerCase() === 'as');
  const body = textOf(query(tokens.slice(as + 1))).replace(/\s+with\s+no\s+schema\s+binding\s*$/i, '');
  const named = nameArguments(namedBehind(tokens, /^create (?:or replace )?view\b/));
  const bind = `select ${ownSchema}.bind_late(${named}, ${literal(body)}, ${look.startsWith('create or replace')})`;
  return { ...alone(bind), after: [rebind] };
}

const rebind = `select ${ownSchema}.rebind()`;

function noteDesign({ schema, identifier }: Named, { diststyle, distkey, sortkey }: TableDesign): string {
  const values = [schema, identifier, diststyle, distkey, sortkey.join(',')].map((value) =>
    value === undefined ? 'null' : literal(value),
  );
  return `insert into ${ownSchema}.table_info values (${values.join(', ')})`;
}

function dropped(tokens: readonly Token[], look: string): Translation {
  if (/^drop view\b/.test(look)) {
    const named = namedBehind(tokens, /^drop view\b/);
    const forget = `select ${ownSchema}.forget_late(${nameArguments(named)}, ${look.startsWith('drop view if exists')})`;
    return { ...alone(forget), before: [unbind(named)], after: [rebind] };
  }
  if (!/^drop table\b/.test(look)) return alone(textOf(tokens));
  const named = namedBehind(tokens, /^drop table\b/);
  const forget = `delete from ${ownSchema}.table_info where ${isNamed(named)}`;
  return { ...alone(textOf(tokens)), before: [unbind(named)], after: [forget, rebind] };
}

function altered(tokens: readonly Token[], look: string): Translation {
  const named = namedBehind(tokens, /^alter table\b/);
  if (/ rename to \S+$/.test(look)) {
    const to = namedBehind(tokens, / rename to\b/);
    const note = `update ${ownSchema}.table_info set table_name = ${literal(to.identifier)} where ${isNamed(named)}`;
    return { ...alone(textOf(tokens)), before: [unbind(named)], after: [note, rebind] };
  }
  if (!/ add column /.test(look)) return alone(textOf(query(tokens)));
  const { identifier, start } = namedBehind(tokens, / add column\b/);
  return alone(`${textOf(tokens.slice(0, start))}${translateColumn(query(tokens.slice(start)), identifier)}`);
}

function unbind(named: Named): string {
  return `select ${ownSchema}.unbind(${nameArguments(named)})`;
}

function isNamed({ schema, identifier }: Named): string {
  return `schema_name = ${literal(schema)} and table_name = ${literal(identifier)}`;
}

function nameArguments({ schema, identifier }: Named): string {
  return `${literal(schema)}, ${literal(identifier)}`;
}

function setting(tokens: readonly Token[], look: string): string {
  const text = textOf(tokens);
  if (/^set query_group to\b/.test(look)) return text.replace(/query_group/i, 'application_name');
  if (!/^set search_path (?:to|=)/.test(look)) return text;
  return text.replace(/search_path\s*(?:to|=)\s*/i, `search_path = ${ownSchema}, pg_catalog, `);
}

function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
