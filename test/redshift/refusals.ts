import { refuseUnqualified } from './late-names.ts';
import { RedshiftError } from './warehouse.ts';

/** What Redshift refuses and PostgreSQL would take, by the look of a statement (`plainly`). */
const refusals: readonly (readonly [RegExp, string, string?])[] = [
  [/\bon conflict\b/, 'syntax error at or near "on"', '42601'],
  [/^(?:insert|update|delete|merge)\b.* returning\b/, 'syntax error at or near "returning"', '42601'],
  [/^create (?:unique )?index\b/, 'SQL command "create index" not supported.', '0A000'],
  [/^create (?:or replace )?(?:sequence|trigger|type|domain|extension|rule)\b/, 'syntax error', '42601'],
  [/^create or replace table\b/, 'syntax error at or near "table"', '42601'],
  [/^create (?:temp |temporary )?table if not exists [^(]*\bas\b/, 'syntax error at or near "as"', '42601'],
  [/^create (?:temp |temporary )?table .*\b(?:check|exclude) \(/, 'syntax error at or near "check"', '42601'],
  [/::(?:jsonb?|uuid|bytea|money|xml|inet|cidr|tsvector)\b/, 'Unsupported type', '0A000'],
  [/\w ?\[\]|\barray ?\[/, 'ARRAY types are not supported', '0A000'],
  [/\bcollate "/, 'syntax error at or near "collate"', '42601'],
  [
    /\b(?:string_agg|array_agg|json_agg|jsonb_agg) \(/,
    'function string_agg(character varying) does not exist',
    '42883',
  ],
  [
    /\bgenerate_series \(/,
    'Specified types or functions (one per INFO message) not supported on Redshift tables.',
    '0A000',
  ],
  [
    /\b(?:unnest|aclexplode|pg_describe_object|pg_(?:try_)?advisory_\w+|num_n(?:on)?nulls|to_regclass|gen_random_uuid) \(/,
    'function does not exist',
    '42883',
  ],
  [
    /\b(?:make_date|make_timestamp|format|concat_ws|starts_with|nextval|setval|row_to_json|to_jsonb?|jsonb?_build_\w+) \(/,
    'function does not exist',
    '42883',
  ],
  [/\bapplication_name\b/, 'column "application_name" does not exist', '42703'],
  [/\bdistinct on \(/, 'SELECT DISTINCT ON is not supported', '0A000'],
  [/\blateral\b/, 'syntax error at or near "lateral"', '42601'],
  [/\bfilter \( ?where\b/, 'syntax error at or near "("', '42601'],
  [/\bfrom \(values\b|^values\b|\bas \(values\b/, 'syntax error at or near "values"', '42601'],
  [/^(?:savepoint|release|rollback to)\b/, 'SQL command not supported.', '0A000'],
  [/^discard\b/, 'syntax error at or near "discard"', '42601'],
  [/^copy\b.* from stdin\b/, 'COPY FROM STDIN is not supported', '0A000'],
  [/^merge into [\w".]+ (?:as )?(?!using\b)[\w"]+ using\b/, 'syntax error: the target of MERGE has no alias', '42601'],
  [/^merge into [\w".]+ using \(/, 'the source of MERGE is a table', '42601'],
  [/^merge\b.* when matched\b.* when matched\b/, 'only one WHEN MATCHED clause is supported', '42601'],
  [
    /^merge\b(?!.* when matched then .* when not matched then insert\b)/,
    'MERGE takes one WHEN MATCHED and one WHEN NOT MATCHED clause',
    '42601',
  ],
  [/^alter table .* add (?:column )?.*, add\b/, 'ALTER TABLE ADD COLUMN takes one column', '42601'],
  [
    /^alter table [\w".]+ add (?:column )?(?!.*\bdefault\b).*\bnot null\b/,
    'ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression',
    '0A000',
  ],
  [
    /^set (?:session )?(?:lock_timeout|idle_in_transaction_session_timeout)\b/,
    'unrecognized configuration parameter',
    '42704',
  ],
  [/^(?:listen|notify|do) /, 'syntax error', '42601'],
  [/;/, 'cannot insert multiple commands into a prepared statement', '42601'],
  [/\bwindow \w+ as \(/, 'syntax error at or near "window"', '42601'],
  [/\bfetch first\b/, 'syntax error at or near "fetch"', '42601'],
  [/\btablesample\b/, 'syntax error at or near "tablesample"', '42601'],
  [/\bskip locked$/, 'syntax error at or near "skip"', '42601'],
  [/^explain (?:\(|analyze\b)/, 'syntax error', '42601'],
  [/^create unlogged\b/, 'syntax error at or near "unlogged"', '42601'],
  [/^create (?:temp |temporary )?table .* generated always\b/, 'syntax error at or near "always"', '42601'],
  [/^alter table [\w".]+ add (?:constraint [\w"]+ )?(?:check|exclude) /, 'syntax error at or near "check"', '42601'],
  [/^alter table [\w".]+ alter (?:column )?[\w"]+ (?:set|drop) /, 'syntax error', '42601'],
  [/^alter table [\w".]+ set \(/, 'syntax error at or near "("', '42601'],
  [
    /^alter table [\w".]+ alter (?:column )?[\w"]+ type (?!varchar|character varying)/,
    'target data type is not supported',
    '0A000',
  ],
  [/^create materialized view\b|\bremove duplicates$/, 'the stand-in cannot carry this out', '0A000'],
];

/** What may not stand between a begin and a commit. */
const outside: readonly (readonly [RegExp, string])[] = [
  [/^vacuum\b/, 'VACUUM'],
  [/^create database\b/, 'CREATE DATABASE'],
  [/^alter table .* append from\b/, 'ALTER TABLE APPEND'],
  [/^alter table .* alter (?:column )?[\w"]+ type\b/, 'ALTER TABLE ALTER COLUMN'],
];

/** Throws what Redshift says against a statement that looks like this; `inBlock` is whether a transaction is under way. */
export function refuse(look: string, inBlock: boolean): void {
  for (const [pattern, message, code] of refusals) if (pattern.test(look)) throw new RedshiftError(message, code);
  for (const [pattern, what] of outside)
    if (inBlock && pattern.test(look))
      throw new RedshiftError(`${what} cannot run inside a transaction block`, '25001');
  refuseReserved(look);
  refuseWindows(look);
  refuseCasts(look);
  if (/\bwith no schema binding$/.test(look)) refuseUnqualified(look);
}

/** Words that Redshift keeps for itself and PostgreSQL does not (Developer Guide, "Reserved words"). */
const reserved =
  'aes128 aes256 allowoverwrite backup blanksasnull bytedict bzip2 credentials deflate defrag delta delta32k disable emptyasnull enable encode encrypt encryption explicit globaldict256 globaldict64k gzip identity ignore lun luns lzo lzop minus mostly13 mostly32 mostly8 new off offline oid old open parallel partition percent permissions raw readratio recover rejectlog resort respect restore snapshot sysdate system tag tdes text255 text32k top truncatecolumns wallet without'.replaceAll(
    ' ',
    '|',
  );
const reservedName = new RegExp(`\\bas (${reserved})\\b(?! ?[.(])|(?:\\bwith|,) (${reserved}) as \\(`);

/** A word of Redshift's own is no name, unless it stands in quotes. */
function refuseReserved(look: string): void {
  const [, alias, cte] = reservedName.exec(look) ?? [];
  const word = alias ?? cte;
  if (word !== undefined) throw new RedshiftError(`syntax error at or near "${word}"`, '42601');
}

const aggregate = /\b(?:sum|avg|min|max|count|stddev\w*|var\w*|median|first_value|last_value|nth_value) \($/;

/** An aggregate over an order needs to be told its frame. */
function refuseWindows(look: string): void {
  for (const match of look.matchAll(/\) over \(/g)) {
    const end = closingIn(look, match.index + match[0].length - 1);
    const window = look.slice(match.index + match[0].length, end);
    const begin = openingOf(look, match.index);
    if (!aggregate.test(look.slice(0, begin + 1)) || !/\border by\b/.test(window)) continue;
    if (!/\b(?:rows|range) /.test(window))
      throw new RedshiftError('Aggregate window functions with an ORDER BY clause require a frame clause', '42601');
  }
}

/** A column may be called uuid, and nothing can be cast to it. */
function refuseCasts(look: string): void {
  for (const { index, 0: end } of look.matchAll(/ as (?:jsonb?|uuid|bytea|money|xml|inet|cidr|tsvector)\)/g)) {
    const open = openingOf(look, index + end.length - 1);
    if (look.slice(0, open).endsWith('cast ')) throw new RedshiftError('Unsupported type', '0A000');
  }
}

function closingIn(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i;
  }
  return text.length;
}

function openingOf(text: string, close: number): number {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    if (text[i] === ')') depth++;
    if (text[i] === '(' && --depth === 0) return i;
  }
  return 0;
}
