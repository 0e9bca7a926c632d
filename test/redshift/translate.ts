import { ownSchema, translateQuery as query } from './translate-query.ts';
import { refuse } from './refusals.ts';
import type { TableDesign } from './table-ddl.ts';
import { designOf, translateColumn, translateTable } from './table-ddl.ts';
import type { Named, Token } from './tokens.ts';
import { folded } from './names.ts';
import { allNamedBehind, namedBehind, plainly, textOf, tokensOf } from './tokens.ts';

/** A statement of Redshift as PostgreSQL carries it out: one statement, what goes before and after it, and whether it commits. */
export interface Translation {
  readonly statement: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly commits: boolean;
}

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
    case 'reset':
    case 'show':
      return alone(setting(tokens, look));
    case 'vacuum':
      return alone(
        textOf(tokens).replace(
          /\b(?:full|(?:sort|delete)\s+only|reindex|recluster|boost)\b|\bto\s+\d+\s+percent\b/gi,
          '',
        ),
      );
    case 'analyze':
      return alone(textOf(tokens).replace(/\s(?:predicate|all)\s+columns\s*$/i, ''));
    case 'comment':
      return { ...alone(textOf(tokens)), before: /^comment on column\b/.test(look) ? [refuseLateColumn(tokens)] : [] };
    default:
      return alone(textOf(query(tokens)));
  }
}

function alone(statement: string): Translation {
  return { statement, before: [], after: [], commits: false };
}

/** The columns of a view that is not bound are nothing to Redshift. */
function refuseLateColumn(tokens: readonly Token[]): string {
  const { schema, identifier } = namedBehind(tokens, /^comment on column\b/);
  return `select ${ownSchema}.refuse_late(${nameArguments({ schema, identifier })})`;
}

function created(tokens: readonly Token[], look: string): Translation {
  if (/^create (?:or replace )?view\b/.test(look) && look.endsWith(' with no schema binding'))
    return createdView(tokens, look);
  const view = /^create (?:or replace )?view\b/;
  if (view.test(look)) return { ...alone(textOf(query(qualified(tokens, view)))), after: [rebind] };
  if (!/^create (?:temp |temporary )?table\b/.test(look)) return { ...alone(textOf(query(tokens))), after: [rebind] };
  const isTemporary = !look.startsWith('create table');
  const { statement, design } = translateTable(query(isTemporary ? tokens : qualified(tokens, /^create table\b/)));
  const named = namedBehind(tokens, /^create (?:temp |temporary )?table\b/);
  return { ...alone(statement), after: [noteDesign(named, design, isTemporary), rebind] };
}

/** What is made without a schema is made in public: the stand-in's own schema is the first on the search path. */
function qualified(tokens: readonly Token[], words: RegExp): Token[] {
  const { schema, start, end } = namedBehind(tokens, words);
  if (end > start + 1) return [...tokens];
  return [
    ...tokens.slice(0, start),
    { kind: 'word', text: schema },
    { kind: 'symbol', text: '.' },
    ...tokens.slice(start),
  ];
}

function createdView(tokens: readonly Token[], look: string): Translation {
  const as = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toLowerCase() === 'as');
  const body = textOf(query(tokens.slice(as + 1))).replace(/\s+with\s+no\s+schema\s+binding\s*$/i, '');
  const named = nameArguments(namedBehind(tokens, /^create (?:or replace )?view\b/));
  const bind = `select ${ownSchema}.bind_late(${named}, ${literal(body)}, ${look.startsWith('create or replace')})`;
  return { ...alone(bind), after: [rebind] };
}

type Name = Pick<Named, 'schema' | 'identifier'>;

const rebind = `select ${ownSchema}.rebind()`;

function noteDesign(
  { schema, identifier }: Name,
  { diststyle, distkey, sortkey }: TableDesign,
  isTemporary: boolean,
): string {
  const values = [isTemporary ? 'pg_temp' : schema, identifier, diststyle, distkey, sortkey.join(',')].map((value) =>
    value === undefined ? 'null' : literal(value),
  );
  return `select ${ownSchema}.note_design(${values.join(', ')})`;
}

function dropped(tokens: readonly Token[], look: string): Translation {
  if (/^drop schema\b/.test(look)) {
    const { identifier } = namedBehind(tokens, /^drop schema\b/);
    const forget = `select ${ownSchema}.forget_schema(${literal(identifier)})`;
    return { ...alone(textOf(tokens)), after: look.endsWith(' cascade') ? [forget] : [] };
  }
  if (/^drop view\b/.test(look)) {
    const all = allNamedBehind(tokens, /^drop view\b/);
    const mayLack = look.startsWith('drop view if exists');
    const forget = all.map((named) => `${ownSchema}.forget_late(${nameArguments(named)}, ${mayLack})`);
    return { ...alone(`select ${forget.join(', ')}`), before: all.map(unbind), after: [rebind] };
  }
  if (!/^drop table\b/.test(look)) return alone(textOf(tokens));
  const all = allNamedBehind(tokens, /^drop table\b/);
  const forget = all.map((named) => `delete from ${ownSchema}.table_info where ${isNamed(named)}`);
  return { ...alone(textOf(tokens)), before: all.map(unbind), after: [...forget, rebind] };
}

function altered(tokens: readonly Token[], look: string): Translation {
  const named = namedBehind(tokens, /^alter table\b/);
  if (/ rename to \S+$/.test(look)) {
    const to = namedBehind(tokens, / rename to\b/);
    const rename = `select ${ownSchema}.rename_noted(${nameArguments(named)}, ${literal(to.identifier)})`;
    return { ...alone(textOf(tokens)), before: [unbind(named)], after: [rename, rebind] };
  }
  const action = plainly(tokens.slice(named.end));
  if (/^alter (?:dist|(?:compound |interleaved )?sortkey|encode)/.test(action)) return redesigned(named, action);
  if (/^add (?:constraint \S+ )?(?:primary|foreign|unique)\b/.test(action)) return alone(changesNothing(named));
  if (action.startsWith('alter '))
    return { ...alone(textOf(query(tokens))), before: [unbind(named)], after: [countBytes(named), rebind] };
  if (!action.startsWith('add ')) return { ...alone(textOf(query(tokens))), before: [unbind(named)], after: [rebind] };
  const { identifier, start } = namedBehind(tokens, action.startsWith('add column ') ? / add column\b/ : / add\b/);
  const definition = translateColumn(query(tokens.slice(start)), identifier);
  return { ...alone(`${textOf(tokens.slice(0, start))}${definition}`), after: [rebind] };
}

/** Another design of a table that is there. */
function redesigned(named: Named, action: string): Translation {
  const attributes = action
    .replace(/^alter /, '')
    .replace(/\bdistkey ([\w"]+)$/, 'distkey ($1)')
    .replace(/\bsortkey none$/, 'sortkey auto');
  const { diststyle, distkey, sortkey } = designOf(attributes.startsWith('encode') ? '' : attributes, undefined);
  const part = /^(dist|sort|compound|interleaved|encode)/.exec(attributes)?.[1] ?? '';
  const values = [part, named.schema, named.identifier, diststyle, distkey, sortkey.join(',')].map((value) =>
    value === undefined ? 'null' : literal(value),
  );
  return { ...alone(changesNothing(named)), after: [`select ${ownSchema}.alter_design(${values.join(', ')})`] };
}

/** What PostgreSQL does without doing anything. */
function changesNothing({ schema, identifier }: Name): string {
  return `alter table "${schema}"."${identifier}" set (autovacuum_enabled = true)`;
}

function countBytes(named: Name): string {
  return `select ${ownSchema}.count_bytes(${nameArguments(named)})`;
}

function unbind(named: Name): string {
  return `select ${ownSchema}.unbind(${nameArguments(named)})`;
}

function isNamed({ schema, identifier }: Name): string {
  return `schema_name = ${literal(schema)} and table_name = ${literal(identifier)}`;
}

function nameArguments({ schema, identifier }: Name): string {
  return `${literal(schema)}, ${literal(identifier)}`;
}

function setting(tokens: readonly Token[], look: string): string {
  const text = textOf(tokens);
  if (/^(?:set|reset|show) (?:session )?query_group\b/.test(look))
    return text.replace(/query_group/i, 'application_name');
  if (!/^set search_path (?:to|=)/.test(look)) return text;
  return text.replace(/search_path\s*(?:to|=)\s*/i, `search_path = ${ownSchema}, pg_catalog, `);
}

function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
