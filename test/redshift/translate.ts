import { refuse } from './refusals.ts';
import type { TableDesign } from './table-ddl.ts';
import { translateColumn, translateTable } from './table-ddl.ts';
import type { Token } from './tokens.ts';
import { plainly, textOf, tokensOf } from './tokens.ts';

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
  const view = /^create (or replace )?view ([\w".]+) (?:\([^)]*\) )?as\b/.exec(look);
  if (view !== null && / with no schema binding$/.test(look)) {
    const as = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toLowerCase() === 'as');
    const body = textOf(query(tokens.slice(as + 1))).replace(/\s+with\s+no\s+schema\s+binding\s*$/i, '');
    const [schema, name] = relationOf(view[2] ?? '');
    const bind = `select ${ownSchema}.bind_late(${literal(schema)}, ${literal(name)}, ${literal(body)}, ${view[1] !== undefined})`;
    return { ...alone(bind), after: [rebind] };
  }
  if (!/^create (?:temp |temporary )?table\b/.test(look)) return { ...alone(textOf(query(tokens))), after: [rebind] };
  const { statement, design } = translateTable(query(tokens));
  const name = /^create (?:temp(?:orary)? )?table (?:if not exists )?([\w".#]+)/.exec(look)?.[1] ?? '';
  return { ...alone(statement), after: [noteDesign(name, design), rebind] };
}

const rebind = `select ${ownSchema}.rebind()`;

function noteDesign(relation: string, { diststyle, distkey, sortkey }: TableDesign): string {
  const [schema, name] = relationOf(relation);
  const values = [schema, name, diststyle, distkey, sortkey.join(',')].map((value) =>
    value === undefined ? 'null' : literal(value),
  );
  return `insert into ${ownSchema}.table_info values (${values.join(', ')})`;
}

function dropped(tokens: readonly Token[], look: string): Translation {
  const view = /^drop view (if exists )?([\w".]+)(?: restrict)?$/.exec(look);
  if (view !== null) {
    const [schema, name] = relationOf(view[2] ?? '');
    return {
      ...alone(`select ${ownSchema}.forget_late(${literal(schema)}, ${literal(name)}, ${view[1] !== undefined})`),
      before: [unbind(schema, name)],
      after: [rebind],
    };
  }
  const table = /^drop table (?:if exists )?([\w".]+)/.exec(look);
  if (table === null) return alone(textOf(tokens));
  const [schema, name] = relationOf(table[1] ?? '');
  const forget = `delete from ${ownSchema}.table_info where schema_name = ${literal(schema)} and table_name = ${literal(name)}`;
  return { ...alone(textOf(tokens)), before: [unbind(schema, name)], after: [forget, rebind] };
}

function altered(tokens: readonly Token[], look: string): Translation {
  const renamed = /^alter table ([\w".]+) rename to ([\w"]+)$/.exec(look);
  if (renamed !== null) {
    const [schema, name] = relationOf(renamed[1] ?? '');
    const [, to] = relationOf(renamed[2] ?? '');
    const note = `update ${ownSchema}.table_info set table_name = ${literal(to)} where schema_name = ${literal(schema)} and table_name = ${literal(name)}`;
    return { ...alone(textOf(tokens)), before: [unbind(schema, name)], after: [note, rebind] };
  }
  const added = /^alter table [\w".]+ add column ([\w"]+) /.exec(look);
  if (added === null) return alone(textOf(query(tokens)));
  const at = tokens.findIndex(({ text }) => text.toLowerCase() === 'column') + 2;
  const name = (added[1] ?? '').replaceAll('"', '');
  return alone(`${textOf(tokens.slice(0, at))}${translateColumn(tokens.slice(at), name)}`);
}

function unbind(schema: string, name: string): string {
  return `select ${ownSchema}.unbind(${literal(schema)}, ${literal(name)})`;
}

function setting(tokens: readonly Token[], look: string): string {
  const text = textOf(tokens);
  if (/^set query_group to\b/.test(look)) return text.replace(/query_group/i, 'application_name');
  if (!/^set search_path (?:to|=)/.test(look)) return text;
  return text.replace(/search_path\s*(?:to|=)\s*/i, `search_path = ${ownSchema}, pg_catalog, `);
}

/** `"analytics"."songs"` -> analytics, songs; a name without a schema stands in public. */
function relationOf(name: string): [schema: string, identifier: string] {
  const bare = name.replaceAll('"', '').split('.');
  return bare.length === 1 ? ['public', bare[0] ?? ''] : [bare[0] ?? '', bare[1] ?? ''];
}

function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
