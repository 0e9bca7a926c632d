/** The columns and indexes of `relations`, as they stand in the query for properties. */
export const partsOfRelations = `-- A column that is no more takes with it what it had.
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
        relations.keeps_not_null and attribute.attnotnull and not same.attnotnull as is_kept_not_null,
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
        index_class.reltablespace,
        index_class.relname as index_name,
        index_class.oid,
        index.indisclustered,
        index.indisreplident,
        -- An index is a replica identity only if no column of it may be null.
        not exists (

            select 1
            from pg_catalog.pg_attribute as indexed
            left join pg_catalog.pg_attribute as same
                on relations.successor_oid = same.attrelid
                and indexed.attname = same.attname
                and not same.attisdropped
            where indexed.attrelid = relations.oid
                and indexed.attnum = any(index.indkey)
                and not coalesce(same.attnotnull or relations.keeps_not_null, false)

        ) as can_identify
    from relations
    inner join pg_catalog.pg_index as index
        on relations.oid = index.indrelid
    inner join pg_catalog.pg_class as index_class
        on index.indexrelid = index_class.oid
    inner join pg_catalog.pg_namespace as index_namespace
        on index_class.relnamespace = index_namespace.oid
    where relations.type = relations.successor_type

),`;

/** Their properties, in the columns of that query. */
export const partProperties = `    select
        3,
        schema_name,
        relation_name,
        type,
        null,
        index_property.property,
        index_name,
        'index',
        index_property.can_return
    from indexes
    cross join lateral (
        values (indisreplident, 'replica identity', can_identify), (indisclustered, 'cluster', true)
    ) as index_property (is_set, property, can_return)
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
            'not null',
            null,
            'not null'
        where is_kept_not_null
            and type = 'table'
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
        indexes.index_schema,
        indexes.index_name,
        'index',
        null,
        index_property.property,
        index_property.name,
        index_property.value,
        index_property.can_return
    from indexes
    cross join lateral (

        select
            'comment' as property,
            null as name,
            obj_description(indexes.oid, 'pg_class') as value,
            true as can_return

        union all

        select
            'tablespace',
            null,
            tablespace.spcname::text,
            has_tablespace_privilege(tablespace.oid, 'create')
        from pg_catalog.pg_tablespace as tablespace
        where tablespace.oid = indexes.reltablespace

        union all

        -- The columns of an index that are expressions have no names that one could rely on.
        select
            'statistics',
            attribute.attnum::text,
            nullif(to_jsonb(attribute) ->> 'attstattarget', '-1'),
            true
        from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = indexes.oid

    ) as index_property
    where index_property.value is not null`;
