import type { Dialect, KeptRelation, PropertyReader, RelationProperty } from '../dialect.ts';
import { standardSql } from './standard.ts';

type Text = Pick<Dialect, 'literal' | 'identifier' | 'relation'>;

/**
 * What a table, view or index has besides its columns and rows, and loses when it is dropped. What depends on a relation as an
 * object of its own, such as a policy or a trigger, is found as its dependent.
 */
export const postgresProperties: PropertyReader = {
  query: (relations) => propertiesQuery(relations, standardSql),
  restore: (property) => restore(property, standardSql),
};

/** Writes the statement that gives a relation a property again. */
function restore({ relation, type, column, property, name, value }: RelationProperty, sql: Text): string {
  const on = sql.relation(relation);
  const alter = `alter ${type} ${on}`;
  const alterColumn = `${alter} alter column ${sql.identifier(column ?? '')}`;
  const object = column === undefined ? `${type} ${on}` : `column ${on}.${sql.identifier(column)}`;
  switch (property) {
    case 'owner':
      return `${alter} owner to ${sql.identifier(value)}`;
    case 'row security':
      return `${alter} ${value} row level security`;
    case 'option':
      return `${column === undefined ? alter : alterColumn} set (${sql.identifier(name)} = ${sql.literal(value)})`;
    case 'toast option':
      return `${alter} set (toast.${sql.identifier(name)} = ${sql.literal(value)})`;
    case 'persistence':
      return `${alter} set ${value}`;
    case 'tablespace':
      return `${alter} set tablespace ${sql.identifier(value)}`;
    case 'replica identity':
      return `${alter} replica identity ${value === 'index' ? `using index ${sql.identifier(name)}` : value}`;
    case 'cluster':
      return `${alter} cluster on ${sql.identifier(name)}`;
    case 'statistics':
      return `${alterColumn} set statistics ${value}`;
    case 'storage':
      return `${alterColumn} set storage ${value}`;
    case 'compression':
      return `${alterColumn} set compression ${value}`;
    case 'default':
      return `${alterColumn} set default ${value}`;
    case 'comment':
      return `comment on ${object} is ${sql.literal(value)}`;
    case 'security label':
      return `security label for ${sql.identifier(name)} on ${object} is ${sql.literal(value)}`;
  }
}

/** `can_return` is whether this user may give the property to what takes the place of the relation. */
function propertiesQuery(relations: readonly KeptRelation[], { literal }: Text): string {
  const wanted = relations
    .map(({ relation, successor }) => [relation.schema, relation.identifier, successor.schema, successor.identifier])
    .map((names) => `(${names.map((name) => literal(name)).join(', ')})`);
  return `with

wanted (schema_name, relation_name, successor_schema, successor_name) as (

    values
        ${wanted.join(',\n        ')}

),

-- What only some versions of the server have is read out of the row as JSON.
relations as (

    select
        relation.*,
        wanted.schema_name,
        wanted.relation_name,
        ${typeOf('relation')} as type,
        successor.oid as successor_oid,
        ${typeOf('successor')} as successor_type
    from wanted
    inner join pg_catalog.pg_namespace as namespace
        on wanted.schema_name = namespace.nspname
    inner join pg_catalog.pg_class as relation
        on namespace.oid = relation.relnamespace
        and wanted.relation_name = relation.relname
    inner join pg_catalog.pg_namespace as successor_namespace
        on wanted.successor_schema = successor_namespace.nspname
    inner join pg_catalog.pg_class as successor
        on successor_namespace.oid = successor.relnamespace
        and wanted.successor_name = successor.relname

),

-- A column that is no more takes with it what it had.
columns as (

    select
        relations.oid as relation_oid,
        relations.schema_name,
        relations.relation_name,
        relations.successor_type as type,
        relations.type = relations.successor_type as is_same_type,
        attribute.atttypid = same.atttypid and attribute.atttypmod = same.atttypmod as is_same_column,
        attribute.attname,
        attribute.attnum,
        attribute.attoptions,
        nullif(to_jsonb(attribute) ->> 'attstattarget', '-1') as statistics_target,
        nullif(attribute.attstorage, type.typstorage) as storage,
        nullif(to_jsonb(attribute) ->> 'attcompression', '') as compression,
        pg_get_expr(attribute_default.adbin, attribute_default.adrelid) as default_value
    from relations
    inner join pg_catalog.pg_attribute as attribute
        on relations.oid = attribute.attrelid
        and attribute.attnum > 0
        and not attribute.attisdropped
    inner join pg_catalog.pg_type as type
        on attribute.atttypid = type.oid
    inner join pg_catalog.pg_attribute as same
        on relations.successor_oid = same.attrelid
        and attribute.attname = same.attname
        and not same.attisdropped
    left join pg_catalog.pg_attrdef as attribute_default
        on relations.oid = attribute_default.adrelid
        and attribute.attnum = attribute_default.adnum
        and attribute.attgenerated = ''

),

indexes as (

    select
        relations.schema_name,
        relations.relation_name,
        relations.type,
        index_namespace.nspname as index_schema,
        index_class.relname as index_name,
        index_class.oid,
        index.indisclustered,
        index.indisreplident
    from relations
    inner join pg_catalog.pg_index as index
        on relations.oid = index.indrelid
    inner join pg_catalog.pg_class as index_class
        on index.indexrelid = index_class.oid
    inner join pg_catalog.pg_namespace as index_namespace
        on index_class.relnamespace = index_namespace.oid
    where relations.type = relations.successor_type

),

properties (place, schema_name, relation_name, type, column_name, property, name, value, can_return) as (

    select
        1,
        schema_name,
        relation_name,
        successor_type,
        cast(null as name),
        'owner',
        cast(null as text),
        pg_get_userbyid(relowner)::text,
        pg_has_role(relowner, 'usage')
            and pg_has_role(relowner, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)
            and has_schema_privilege(relowner, relnamespace, 'create')
    from relations
    where relowner <> current_user::regrole

    union all

    select
        2,
        relations.schema_name,
        relations.relation_name,
        relations.successor_type,
        null,
        'row security',
        null,
        security.value,
        relations.successor_type = 'table'
    from relations
    cross join lateral (values (relations.relrowsecurity, 'enable'), (relations.relforcerowsecurity, 'force')) as security (is_set, value)
    where security.is_set

    union all

    select
        2,
        relations.schema_name,
        relations.relation_name,
        relations.type,
        null,
        'option',
        option.option_name,
        option.option_value,
        true
    from relations
    cross join lateral pg_options_to_table(relations.reloptions) as option
    where relations.type = relations.successor_type

    union all

    select
        2,
        relations.schema_name,
        relations.relation_name,
        relations.type,
        null,
        'toast option',
        option.option_name,
        option.option_value,
        true
    from relations
    inner join pg_catalog.pg_class as toast
        on relations.reltoastrelid = toast.oid
    cross join lateral pg_options_to_table(toast.reloptions) as option
    where relations.type = relations.successor_type

    union all

    select
        2,
        schema_name,
        relation_name,
        type,
        null,
        'persistence',
        null,
        'unlogged',
        true
    from relations
    where relpersistence = 'u'
        and type = 'table'
        and successor_type = 'table'

    union all

    select
        2,
        relations.schema_name,
        relations.relation_name,
        relations.type,
        null,
        'tablespace',
        null,
        tablespace.spcname,
        has_tablespace_privilege(tablespace.oid, 'create')
    from relations
    inner join pg_catalog.pg_tablespace as tablespace
        on relations.reltablespace = tablespace.oid
    where relations.type = relations.successor_type

    union all

    select
        2,
        schema_name,
        relation_name,
        type,
        null,
        'replica identity',
        null,
        case relreplident when 'f' then 'full' else 'nothing' end,
        true
    from relations
    where relreplident in ('f', 'n')
        and type = successor_type
        and type <> 'view'

    union all

    select
        2,
        schema_name,
        relation_name,
        type,
        null,
        index_property.property,
        index_name,
        'index',
        true
    from indexes
    cross join lateral (values (indisreplident, 'replica identity'), (indisclustered, 'cluster')) as index_property (is_set, property)
    where index_property.is_set

    union all

    select
        2,
        schema_name,
        relation_name,
        type,
        columns.attname,
        column_property.property,
        column_property.name,
        column_property.value,
        true
    from columns
    cross join lateral (

        select
            'statistics' as property,
            null as name,
            statistics_target as value
        where type <> 'view'
            and is_same_type

        union all

        select
            'storage',
            null,
            case storage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
        where storage is not null
            and type <> 'view'
            and is_same_type
            and is_same_column

        union all

        select
            'compression',
            null,
            case compression when 'l' then 'lz4' else 'pglz' end
        where compression is not null
            and type <> 'view'
            and is_same_type
            and is_same_column

        union all

        select
            'option',
            option_name,
            option_value
        from pg_options_to_table(attoptions)
        where is_same_type

        union all

        select
            'default',
            null,
            default_value
        where is_same_column
            and type <> 'materialized view'

        union all

        select
            'comment',
            null,
            col_description(relation_oid, attnum)

        union all

        select
            'security label',
            provider,
            label
        from pg_catalog.pg_seclabel
        where classoid = 'pg_catalog.pg_class'::regclass
            and objoid = relation_oid
            and objsubid = attnum

    ) as column_property
    where column_property.value is not null

    union all

    select
        2,
        schema_name,
        relation_name,
        successor_type,
        null,
        'comment',
        null,
        obj_description(oid, 'pg_class'),
        true
    from relations
    where obj_description(oid, 'pg_class') is not null

    union all

    select
        2,
        index_schema,
        index_name,
        'index',
        null,
        'comment',
        null,
        obj_description(oid, 'pg_class'),
        true
    from indexes
    where obj_description(oid, 'pg_class') is not null

    union all

    select
        2,
        relations.schema_name,
        relations.relation_name,
        relations.successor_type,
        null,
        'security label',
        seclabel.provider,
        seclabel.label,
        true
    from relations
    inner join pg_catalog.pg_seclabel as seclabel
        on seclabel.objoid = relations.oid
        and seclabel.classoid = 'pg_catalog.pg_class'::regclass
        and seclabel.objsubid = 0

)

select
    schema_name,
    relation_name,
    type,
    column_name,
    property,
    name,
    value,
    can_return
from properties
order by place, schema_name, relation_name, column_name nulls first, property, name, value`;
}

function typeOf(alias: string): string {
  return `case ${alias}.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end`;
}
