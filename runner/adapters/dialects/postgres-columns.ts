import type { Dialect, KeptRelation } from '../dialect.ts';
import { isByteCheck } from './postgres-byte-check.ts';

/** A query of the catalog for the columns of tables and of those that are to replace them, as `Dialect.columnsQuery` has it. */
export function columnsQuery(tables: readonly KeptRelation[], { literal }: Pick<Dialect, 'literal'>): string {
  const wanted = tables.flatMap(({ relation, successor }, i) =>
    [relation, successor].map(
      ({ schema, identifier }, isNew) => `(${i}, ${isNew}, ${literal(schema)}, ${literal(identifier)})`,
    ),
  );
  return `with

wanted (number, is_new, schema_name, relation_name) as (

    values
        ${wanted.join(',\n        ')}

),

-- Rows of a table are all replaced, and columns altered: nothing may hide some of them, or make of a delete something else.
tables as (

    select
        wanted.number,
        wanted.is_new,
        relation.oid,
        relation.relkind = 'r'
            and relation.reloftype = 0
            and pg_has_role(relation.relowner, 'usage')
            and has_table_privilege(relation.oid, 'insert')
            and has_table_privilege(relation.oid, 'delete')
            and not row_security_active(relation.oid)
            and not relation.relhasrules
            and not exists (
                select 1
                from pg_catalog.pg_inherits as inherits
                where relation.oid in (inherits.inhrelid, inherits.inhparent)
            )
            and not exists (
                select 1
                from pg_catalog.pg_constraint as "constraint"
                where "constraint".confrelid = relation.oid
            )
            and not exists (
                select 1
                from pg_catalog.pg_trigger as trigger
                where trigger.tgrelid = relation.oid
                    and trigger.tgdeferrable
            )
            and not exists (
                select 1
                from pg_catalog.pg_attribute as generated
                where generated.attrelid = relation.oid
                    and generated.attnum > 0
                    and not generated.attisdropped
                    and (generated.attgenerated <> '' or generated.attidentity <> '')
            )
            and not exists (
                select 1
                from pg_catalog.pg_depend as depend
                where depend.refclassid = 'pg_catalog.pg_type'::regclass
                    and depend.refobjid in (
                        select type.oid
                        from pg_catalog.pg_type as type
                        where relation.reltype in (type.oid, type.typelem)
                    )
                    and depend.deptype = 'n'
            ) as can_alter
    from wanted
    inner join pg_catalog.pg_namespace as namespace
        on wanted.schema_name = namespace.nspname
    inner join pg_catalog.pg_class as relation
        on namespace.oid = relation.relnamespace
        and wanted.relation_name = relation.relname

),

byte_checks as (

    select
        "constraint".oid,
        "constraint".conrelid,
        "constraint".conkey[1] as attnum,
        "constraint".conname,
        pg_get_constraintdef("constraint".oid) as definition
    from pg_catalog.pg_constraint as "constraint"
    where ${isByteCheck('"constraint"')}

)

select
    tables.number,
    tables.is_new,
    tables.can_alter,
    attribute.attname as column_name,
    format_type(attribute.atttypid, attribute.atttypmod) as column_type,
    quote_ident(collation_namespace.nspname) || '.' || quote_ident("collation".collname) as collation_name,
    attribute.attnotnull as is_not_null,
    attribute.atthasdef as has_default,
    byte_checks.conname as check_name,
    byte_checks.definition as check_definition,
    exists (
        select 1
        from pg_catalog.pg_depend as depend
        left join pg_catalog.pg_constraint as "constraint"
            on depend.classid = 'pg_catalog.pg_constraint'::regclass
            and depend.objid = "constraint".oid
        where depend.refclassid = 'pg_catalog.pg_class'::regclass
            and depend.refobjid = tables.oid
            and depend.refobjsubid = attribute.attnum
            and depend.classid <> 'pg_catalog.pg_attrdef'::regclass
            and coalesce("constraint".contype, ' ') <> 'n'
            and ("constraint".oid is null or byte_checks.oid is null or "constraint".oid <> byte_checks.oid)
    ) as is_used
from tables
inner join pg_catalog.pg_attribute as attribute
    on tables.oid = attribute.attrelid
    and attribute.attnum > 0
    and not attribute.attisdropped
left join pg_catalog.pg_collation as "collation"
    on attribute.attcollation = "collation".oid
left join pg_catalog.pg_namespace as collation_namespace
    on "collation".collnamespace = collation_namespace.oid
left join byte_checks
    on tables.oid = byte_checks.conrelid
    and attribute.attnum = byte_checks.attnum
order by tables.number, tables.is_new, attribute.attnum`;
}
