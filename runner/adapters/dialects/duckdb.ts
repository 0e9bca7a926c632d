import type { ColumnType, TypeFamily } from '../../core/column-type.ts';
import { concat } from '../../core/mapped-text.ts';
import { ownValue } from '../../core/own-value.ts';
import type { Dialect } from '../dialect.ts';
import { duckdbLoad } from './duckdb-load.ts';
import { standardSql } from './standard.ts';

/** SQL for DuckDB, brought to Redshift's semantics: a VARCHAR(n) holds n bytes, which DuckDB itself does not check. */
export const duckdb: Dialect = {
  ...standardSql,
  name: 'duckdb',
  macroFolders: ['duckdb'],
  supports: { publish: 'swap', makeWay: 'drop', comparesAllTypes: true },
  // DuckDB knows no limit: PostgreSQL's keeps names the same everywhere.
  escapesInTexts: false,
  maxIdentifierBytes: 63,
  columnType,
  columnDefinition({ name, type, notNull }) {
    const column = this.identifier(name);
    const bytes =
      type.kind === 'varchar' || type.kind === 'char' ? ` check (${this.byteLength(column)} <= ${type.bytes})` : '';
    return `${column} ${columnType(type)}${notNull ? ' not null' : ''}${bytes}`;
  },
  // DuckDB adds no column with a check. Rows come in by way of a delta, whose columns have one.
  addedColumn({ name, type }) {
    return `${this.identifier(name)} ${columnType(type)}`;
  },
  byteLength(expression) {
    return `strlen(${expression})`;
  },
  schemasQuery(schemas) {
    return `select schema_name
from duckdb_schemas()
where database_name = current_database()
    and schema_name in (${this.list(schemas)})`;
  },
  // The file belongs to the project: all that stands in its schemas is ours.
  catalogQuery({ schemas, metaSchema }) {
    return `select
    columns.schema_name,
    columns.table_name,
    case when views.view_name is null then 'table' else 'view' end as relation_type,
    columns.column_name,
    columns.data_type,
    not columns.is_nullable as is_not_null
from duckdb_columns() as columns
left join duckdb_views() as views
    on columns.schema_name = views.schema_name
    and columns.table_name = views.view_name
    and columns.database_name = views.database_name
where columns.database_name = current_database()
    and columns.schema_name in (${this.list([...new Set([...schemas, metaSchema])].sort())})
order by columns.schema_name, columns.table_name, columns.column_index`;
  },
  // Sequences, indexes, types and macros have lists of their own.
  nameHoldersQuery: () => undefined,
  // A table, view or CTE gets `id` and `id_1` where the query gives `id` twice.
  outputNames: {
    describe: (query) => concat('describe (\n\n', query, '\n\n)'),
    original: (name) => /^(.+)_\d+$/.exec(name)?.[1],
    known: (names) => `select distinct column_name from duckdb_columns() where column_name in (${duckdb.list(names)})`,
  },
  viewOptions: '',
  dropLeftover(relation, type) {
    return `drop ${type} if exists ${this.relation(relation)}`;
  },
  searchPath(schemas) {
    return `set search_path = ${this.literal(schemas.join(','))}`;
  },
  analyze: () => undefined,
  readers: undefined,
  columnsQuery: undefined,
  versionQuery: "select 'DuckDB ' || version() as engine",
  // It forgets the length of a text, which a check stands for.
  typeName(type) {
    return type
      .toLowerCase()
      .replaceAll(', ', ',')
      .replace(/^(var)?char\(\d+\)$/, 'varchar')
      .replace(/^float$/, 'real')
      .replace(/^timestamp with time zone$/, 'timestamptz');
  },
  typeFamily(engineType) {
    return ownValue(families, engineType.toUpperCase().replace(/\(.*/, ''));
  },
  // Whatever holds such values is compared as text: lists, structs, maps, unions.
  comparison(engineType) {
    if (/^(?:FLOAT|REAL|DOUBLE)$/i.test(engineType)) return 'value and zero';
    return /\b(?:FLOAT|DOUBLE|INTERVAL)\b/i.test(engineType) ? 'value and text' : undefined;
  },
  // Bytes have no collation.
  written(expression) {
    return `encode(cast(${expression} as varchar))`;
  },
  // The collation of a column shows in the definition of its table only.
  typesQuery(types) {
    if (!types.includes('VARCHAR')) return undefined;
    return `select
    'VARCHAR' as given_as,
    'VARCHAR' as type_name,
    case when count(*) > 0 then 'value and text' end as comparison
from duckdb_tables()
where database_name = current_database()
    and sql ilike '% collate %'`;
  },
  files(paths) {
    return `[\n        ${paths.map((path) => this.literal(path)).join(',\n        ')}\n    ]`;
  },
  load(fields) {
    return duckdbLoad(this, fields);
  },
  reading: { kind: 'files' },
};

function columnType(type: ColumnType): string {
  switch (type.kind) {
    case 'double':
      return 'double';
    case 'char':
    case 'varchar':
      return `varchar(${type.bytes})`;
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'super':
      return 'json';
    default:
      return type.kind;
  }
}

const families: Readonly<Record<string, TypeFamily>> = {
  ...familyOf(
    'number',
    'TINYINT',
    'SMALLINT',
    'INTEGER',
    'BIGINT',
    'HUGEINT',
    'UTINYINT',
    'USMALLINT',
    'UINTEGER',
    'UBIGINT',
    'UHUGEINT',
    'FLOAT',
    'DOUBLE',
    'DECIMAL',
  ),
  ...familyOf('text', 'VARCHAR'),
  ...familyOf('boolean', 'BOOLEAN'),
  ...familyOf('time', 'DATE', 'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMP WITH TIME ZONE'),
  ...familyOf('super', 'JSON'),
};

function familyOf(family: TypeFamily, ...types: string[]): Record<string, TypeFamily> {
  return Object.fromEntries(types.map((type) => [type, family]));
}
