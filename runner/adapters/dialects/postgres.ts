import type { ColumnType, TypeFamily } from '../../core/column-type.ts';
import { ownValue } from '../../core/own-value.ts';
import type { Relation } from '../../core/relation.ts';
import type { Dialect, OwnRelations } from '../dialect.ts';
import { columnsQuery } from './postgres-columns.ts';
import { byteCheckName } from './postgres-byte-check.ts';
import { postgresReaders } from './postgres-readers.ts';
import { comparison, typesQuery } from './postgres-types.ts';
import { standardSql } from './standard.ts';

/** Redshift compares and sorts text byte by byte; the collation of a PostgreSQL database may be any. */
const byteOrder = ' collate "C"';

/** SQL for PostgreSQL, brought to Redshift's semantics: a VARCHAR(n) holds n bytes, where PostgreSQL counts characters. */
export const postgres: Dialect = {
  ...standardSql,
  name: 'postgres',
  macroFolders: ['postgres'],
  supports: { publish: 'merge', makeWay: 'drop', comparesAllTypes: false },
  // PostgreSQL's NAMEDATALEN, less one. It cuts what is longer, and says so in a notice only.
  escapesInTexts: false,
  maxIdentifierBytes: 63,
  columnType,
  columnDefinition({ name, type, notNull }) {
    const column = this.identifier(name);
    const isText = type.kind === 'varchar' || type.kind === 'char';
    // Else it would be named for the run that made the table.
    const constraint = this.identifier(byteCheckName(name));
    // A char(n) is filled up with blanks to n characters, which do not count.
    const counted = type.kind === 'char' ? `cast(${column} as varchar)` : column;
    const bytes = isText ? ` constraint ${constraint} check (${this.byteLength(counted)} <= ${type.bytes})` : '';
    return `${column} ${columnType(type)}${isText ? byteOrder : ''}${notNull ? ' not null' : ''}${bytes}`;
  },
  addedColumn(column) {
    return this.columnDefinition(column);
  },
  byteLength(expression) {
    return `octet_length(${expression})`;
  },
  schemasQuery(schemas) {
    return `select nspname as schema_name
from pg_catalog.pg_namespace
where nspname in (${this.list(schemas)})`;
  },
  catalogQuery(own) {
    return catalogQuery(this, own, { kinds: ['r', 'p', 'v', 'm', 'f'], join: 'inner' });
  },
  // A table is also a type of its name, and shares its names with sequences and indexes.
  nameHoldersQuery({ schemas, names, metaSchema }) {
    const isOwn = (name: string): string => `(
        namespace.nspname = ${this.literal(metaSchema)}
        or namespace.nspname in (${this.list(schemas)})
        and ${name} in (${this.list(names)})
    )`;
    return `select
    namespace.nspname as schema_name,
    relation.relname as name,
    case relation.relkind when 'S' then 'sequence' when 'c' then 'type' else 'index' end as holder
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
where relation.relkind in ('S', 'i', 'I', 'c')
    and ${isOwn('relation.relname')}

union all

select
    namespace.nspname,
    type.typname,
    'type'
from pg_catalog.pg_type as type
inner join pg_catalog.pg_namespace as namespace
    on type.typnamespace = namespace.oid
where type.typrelid = 0
    -- The server renames the type of an array by itself where its name is needed.
    and not exists (
        select 1
        from pg_catalog.pg_type as element
        where element.typarray = type.oid
    )
    and ${isOwn('type.typname')}
order by 1, 2`;
  },
  outputNames: undefined,
  viewOptions: '',
  dropLeftover(relation, type) {
    // What reads a relation of a dead run can only be of that run as well.
    return `drop ${type} if exists ${this.relation(relation)} cascade`;
  },
  // Functions that Redshift has stand in the schema of the state. They come first: some take the place of PostgreSQL's own.
  searchPath(schemas, metaSchema) {
    const path = [metaSchema, 'pg_catalog', ...schemas.filter((schema) => schema !== metaSchema), 'public'];
    return `set search_path = ${path.map((schema) => this.identifier(schema)).join(', ')}`;
  },
  analyze(relation) {
    return `analyze ${this.relation(relation)}`;
  },
  versionQuery: 'select version() as engine',
  readers: postgresReaders(standardSql),
  columnsQuery: (tables) => columnsQuery(tables, standardSql),
  typeName(type) {
    return type
      .toLowerCase()
      .replaceAll(', ', ',')
      .replace(/^character varying/, 'varchar')
      .replace(/^character\b/, 'char')
      .replace(/^timestamp(\(\d\))? without time zone/, 'timestamp$1')
      .replace(/^timestamp(\(\d\))? with time zone/, 'timestamptz$1');
  },
  typeFamily(engineType) {
    return ownValue(families, engineType.replace(/\(.*/, ''));
  },
  comparison,
  // As the server prints it: a cast would take the blanks from the end of a char. No collation may call two texts equal.
  written(expression) {
    return `concat(${expression})${byteOrder}`;
  },
  typesQuery,
  files: () => '',
  load(fields) {
    return { columns: fields.map(({ column }) => this.identifier(column.name)).join(', '), values: '', fields: '' };
  },
  reading: { kind: 'stream' },
};

/** A query of `pg_catalog` for the columns of our own relations; by a left join, those without columns are there as well. */
export function catalogQuery(
  dialect: Pick<Dialect, 'literal' | 'list'>,
  { schemas, names, metaSchema, ofRun }: OwnRelations,
  { kinds, join }: { readonly kinds: readonly string[]; readonly join: 'inner' | 'left' },
): string {
  return `select
    namespace.nspname as schema_name,
    relation.relname as relation_name,
    case relation.relkind
        when 'v' then 'view'
        when 'm' then 'materialized view'
        when 'p' then 'partitioned table'
        when 'f' then 'foreign table'
        else 'table'
    end as relation_type,
    attribute.attname as column_name,
    format_type(attribute.atttypid, attribute.atttypmod) as column_type,
    attribute.attnotnull as is_not_null
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
${join} join pg_catalog.pg_attribute as attribute
    on relation.oid = attribute.attrelid
    and attribute.attnum > 0
    and not attribute.attisdropped
where relation.relkind in (${dialect.list(kinds)})
    and (
        namespace.nspname = ${dialect.literal(metaSchema)}
        or namespace.nspname in (${dialect.list(schemas)})
        and (relation.relname in (${dialect.list(names)}) or relation.relname ~ ${dialect.literal(ofRun)})
    )
order by namespace.nspname, relation.relname, attribute.attnum`;
}

/** A statement that adds rows of COPY's text format to a table, with a value for each of its columns. */
export function copyFromStdin(relation: Relation): string {
  return `copy ${postgres.relation(relation)} from stdin`;
}

function columnType(type: ColumnType): string {
  switch (type.kind) {
    case 'double':
      return 'double precision';
    case 'char':
    case 'varchar':
      return `${type.kind}(${type.bytes})`;
    case 'decimal':
      return `numeric(${type.precision}, ${type.scale})`;
    case 'super':
      return 'jsonb';
    default:
      return type.kind;
  }
}

const families: Readonly<Record<string, TypeFamily>> = {
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  real: 'number',
  'double precision': 'number',
  numeric: 'number',
  text: 'text',
  varchar: 'text',
  char: 'text',
  boolean: 'boolean',
  date: 'time',
  timestamp: 'time',
  timestamptz: 'time',
  json: 'super',
  jsonb: 'super',
};
