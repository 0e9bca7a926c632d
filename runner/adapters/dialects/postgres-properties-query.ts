import type { Dialect, KeptRelation } from '../dialect.ts';
import { partProperties, partsOfRelations } from './postgres-part-properties.ts';

/**
 * A query for the properties of relations, as `PropertyReader` has it: `can_return` is whether this user may give the property to what takes the place of the
 * relation.
 */
export function propertiesQuery(relations: readonly KeptRelation[], { literal }: Pick<Dialect, 'literal'>): string {
  const wanted = relations
    .map(({ relation, successor, keepsNotNull }) => [
      relation.schema,
      relation.identifier,
      successor.schema,
      successor.identifier,
      keepsNotNull,
    ])
    .map((values) => `(${values.map((value) => literal(value)).join(', ')})`);
  return `with

wanted (schema_name, relation_name, successor_schema, successor_name, keeps_not_null) as (

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
        wanted.keeps_not_null,
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

${partsOfRelations}

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
        'access method',
        null,
        method.amname,
        current_setting('server_version_num')::int >= 150000
    from relations
    inner join pg_catalog.pg_am as method
        on relations.relam = method.oid
    where relations.type = relations.successor_type
        and relations.relam <> (
            select oid
            from pg_catalog.pg_am
            where amname = current_setting('default_table_access_method')
        )

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

    union all

${partProperties}

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
