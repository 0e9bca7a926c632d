/** A query for what changes or suppresses rows as they are inserted and deleted, as `ReaderQueries.sideEffects` has it. */
export function sideEffects(written: string, published: string): string {
  return `with

-- Only a trigger before a row can change or suppress it. The bits are 1 for each row, 2 before, 4 insert, 8 delete
-- (src/include/catalog/pg_trigger.h).
effects as (

    select
        tgrelid as written_oid,
        tgrelid as table_oid,
        'pg_catalog.pg_trigger'::regclass as class_oid,
        oid,
        'disable trigger ' || quote_ident(tgname) as remedy
    from pg_catalog.pg_trigger
    where not tgisinternal
        and tgtype & 3 = 3
        and tgtype & 12 <> 0
        and tgenabled in ('A', case current_setting('session_replication_role') when 'replica' then 'R' else 'O' end)

    union all

    select
        ev_class,
        ev_class,
        'pg_catalog.pg_rewrite'::regclass,
        oid,
        'disable rule ' || quote_ident(rulename)
    from pg_catalog.pg_rewrite
    where ev_type in ('3', '4')
        and ev_enabled in ('A', case current_setting('session_replication_role') when 'replica' then 'R' else 'O' end)

    union all

    -- Rows are replaced by a delete and an insert: a foreign key that does more than to refuse a delete changes rows that refer to them.
    select
        "constraint".confrelid,
        "constraint".conrelid,
        'pg_catalog.pg_constraint'::regclass,
        "constraint".oid,
        'drop constraint ' || quote_ident("constraint".conname)
    from pg_catalog.pg_constraint as "constraint"
    inner join pg_catalog.pg_class as referring
        on "constraint".conrelid = referring.oid
    inner join pg_catalog.pg_namespace as namespace
        on referring.relnamespace = namespace.oid
    where "constraint".contype = 'f'
        and "constraint".confdeltype in ('c', 'n', 'd')
        and (namespace.nspname, referring.relname) in (${published})

)

select
    namespace.nspname as schema_name,
    relation.relname as relation_name,
    pg_describe_object(effects.class_oid, effects.oid, 0) as description,
    'alter table '
        || quote_ident(changed_namespace.nspname)
        || '.'
        || quote_ident(changed.relname)
        || ' '
        || effects.remedy as remedy
from effects
inner join pg_catalog.pg_class as relation
    on effects.written_oid = relation.oid
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
inner join pg_catalog.pg_class as changed
    on effects.table_oid = changed.oid
inner join pg_catalog.pg_namespace as changed_namespace
    on changed.relnamespace = changed_namespace.oid
where (namespace.nspname, relation.relname) in (${written})
order by schema_name, relation_name, description`;
}
