import type { Relation } from '../../core/relation.ts';
import type { Dialect, ReaderQueries } from '../dialect.ts';
import { isByteCheck } from './postgres-byte-check.ts';
import { defaultGrants, grants } from './postgres-grants.ts';
import { postgresProperties } from './postgres-properties.ts';
import { sideEffects } from './postgres-side-effects.ts';

type Text = Pick<Dialect, 'literal'>;

/** Looks up in PostgreSQL's catalog who reads a relation and by which right. */
export function postgresReaders(dialect: Text): ReaderQueries {
  return {
    dependents: (relations) => dependents(rows(relations, dialect)),
    grants: (relations) => grants(rows(relations, dialect)),
    defaultGrants: (relations) => defaultGrants(rows(relations, dialect)),
    sideEffects: (written, published) => sideEffects(rows(written, dialect), rows(published, dialect)),
    sights: [],
    properties: postgresProperties,
  };
}

function rows(relations: readonly Relation[], { literal }: Text): string {
  return relations.map(({ schema, identifier }) => `(${literal(schema)}, ${literal(identifier)})`).join(', ');
}

/** Views are found by the rules that make them, one upon the other; all else hangs on a relation itself. */
function dependents(relations: string): string {
  return `with recursive

reading as (

    select
        relation.oid,
        0 as depth
    from pg_catalog.pg_class as relation
    inner join pg_catalog.pg_namespace as namespace
        on relation.relnamespace = namespace.oid
    where (namespace.nspname, relation.relname) in (${relations})

    union

    select
        rewrite.ev_class,
        reading.depth + 1
    from reading
    inner join pg_catalog.pg_depend as depend
        on reading.oid = depend.refobjid
        and depend.refclassid = 'pg_catalog.pg_class'::regclass
        and depend.classid = 'pg_catalog.pg_rewrite'::regclass
    inner join pg_catalog.pg_rewrite as rewrite
        on depend.objid = rewrite.oid
        and rewrite.ev_class <> reading.oid

),

relations as (

    select
        reading.oid,
        max(reading.depth) as depth,
        namespace.nspname || '.' || relation.relname as name
    from reading
    inner join pg_catalog.pg_class as relation
        on reading.oid = relation.oid
    inner join pg_catalog.pg_namespace as namespace
        on relation.relnamespace = namespace.oid
    group by reading.oid, namespace.nspname, relation.relname

)

select
    relations.depth,
    case relation.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
    namespace.nspname as schema_name,
    relation.relname as relation_name,
    pg_describe_object('pg_catalog.pg_class'::regclass, relation.oid, 0) as description,
    case
        when relation.relkind = 'm' and not relation.relispopulated
        then rtrim(pg_get_viewdef(relation.oid), ';') || '\nwith no data'
        when relation.relkind in ('v', 'm')
        then pg_get_viewdef(relation.oid)
    end as definition,
    cast(
        (
            select jsonb_agg(distinct read.name)
            from pg_catalog.pg_rewrite as rewrite
            inner join pg_catalog.pg_depend as depend
                on rewrite.oid = depend.objid
                and depend.classid = 'pg_catalog.pg_rewrite'::regclass
                and depend.refclassid = 'pg_catalog.pg_class'::regclass
            inner join relations as read
                on depend.refobjid = read.oid
            where rewrite.ev_class = relation.oid
                and read.oid <> relation.oid
        ) as text
    ) as reads
from relations
inner join pg_catalog.pg_class as relation
    on relations.oid = relation.oid
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid

union all

select distinct
    relations.depth,
    case when relation.relkind in ('i', 'I') then 'index' else 'other' end as kind,
    null as schema_name,
    null as relation_name,
    pg_describe_object(depend.classid, depend.objid, 0) as description,
    case when relation.relkind in ('i', 'I') then pg_get_indexdef(relation.oid) end as definition,
    cast(jsonb_build_array(relations.name) as text) as reads
from relations
inner join pg_catalog.pg_depend as depend
    on relations.oid = depend.refobjid
    and depend.refclassid = 'pg_catalog.pg_class'::regclass
left join pg_catalog.pg_class as relation
    on depend.objid = relation.oid
    and depend.classid = 'pg_catalog.pg_class'::regclass
left join pg_catalog.pg_constraint as "constraint"
    on depend.objid = "constraint".oid
    and depend.classid = 'pg_catalog.pg_constraint'::regclass
left join pg_catalog.pg_rewrite as rewrite
    on depend.objid = rewrite.oid
    and depend.classid = 'pg_catalog.pg_rewrite'::regclass
-- The sequence of an identity column is a part of the table, and would not come again.
where (depend.deptype in ('n', 'a') or (depend.deptype = 'i' and relation.relkind = 'S'))
    and not coalesce(relation.relispartition, false)
    and depend.classid <> 'pg_catalog.pg_attrdef'::regclass
    -- The rule of a view is the view. What a rule does elsewhere is found there.
    and (rewrite.oid is null or rewrite.ev_class = relations.oid and rewrite.rulename <> '_RETURN')
    -- A not null is a part of the table itself, and so is a check of the length of a text, that its contract asks for.
    and coalesce("constraint".contype, ' ') <> 'n'
    and ("constraint".oid is null or not ${isByteCheck('"constraint"')})

union all

-- The type of the rows of a relation, and of arrays of them. A view of ours or theirs that reads it is found above.
select distinct
    relations.depth,
    'other',
    null::name,
    null::name,
    case
        when rewrite.oid is null then pg_describe_object(depend.classid, depend.objid, depend.objsubid)
        else pg_describe_object('pg_catalog.pg_class'::regclass, rewrite.ev_class, 0)
    end,
    null,
    null
from relations
inner join pg_catalog.pg_class as relation
    on relations.oid = relation.oid
inner join pg_catalog.pg_type as type
    on relation.reltype in (type.oid, type.typelem)
inner join pg_catalog.pg_depend as depend
    on type.oid = depend.refobjid
    and depend.refclassid = 'pg_catalog.pg_type'::regclass
    and depend.deptype = 'n'
left join pg_catalog.pg_rewrite as rewrite
    on depend.objid = rewrite.oid
    and depend.classid = 'pg_catalog.pg_rewrite'::regclass
where relation.reltype <> 0
    and not exists (
        select 1
        from relations as known
        where known.oid = rewrite.ev_class
            or (known.oid = depend.objid and depend.classid = 'pg_catalog.pg_class'::regclass)
    )

union all

-- A table that is replaced would no longer be a part of the one that it inherits from.
select
    relations.depth,
    'other',
    null::name,
    null::name,
    pg_describe_object('pg_catalog.pg_class'::regclass, inherits.inhrelid, 0)
        || ', which inherits from '
        || pg_describe_object('pg_catalog.pg_class'::regclass, inherits.inhparent, 0),
    null,
    null
from relations
inner join pg_catalog.pg_inherits as inherits
    on relations.oid = inherits.inhrelid

order by depth desc, description`;
}
