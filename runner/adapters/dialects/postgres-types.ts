/** The number of the type `json` (src/include/catalog/pg_type.dat). */
const json = 114;

/**
 * A query for what the driver does not know of these types: as they were given, their names, and whether two values of them
 * can be compared. Undefined where all is known. An array or a row can be compared if all its parts can; any other type if
 * it, or one that it is read as without a cast, has a default operator class (GetDefaultOpClass in
 * src/backend/commands/indexcmds.c).
 */
export function typesQuery(types: readonly string[]): string | undefined {
  const numbers = [...new Set(types)].flatMap((type) => {
    const number = type === 'json' ? json : /^type (\d+)$/.exec(type)?.[1];
    return number === undefined ? [] : [`('${type}', cast(${number} as oid))`];
  });
  if (numbers.length === 0) return undefined;
  return `with recursive

wanted (given_as, oid) as (

    values ${numbers.join(', ')}

),

parts (given_as, oid) as (

    select
        given_as,
        oid
    from wanted

    union

    select
        parts.given_as,
        within.oid
    from parts
    inner join pg_catalog.pg_type as type
        on parts.oid = type.oid
    cross join lateral (

        select type.typelem as oid
        where type.typcategory = 'A'

        union all

        select type.typbasetype
        where type.typtype = 'd'

        union all

        select attribute.atttypid
        from pg_catalog.pg_attribute as attribute
        where type.typtype = 'c'
            and attribute.attrelid = type.typrelid
            and attribute.attnum > 0
            and not attribute.attisdropped

    ) as within

),

incomparable as (

    select parts.given_as
    from parts
    inner join pg_catalog.pg_type as type
        on parts.oid = type.oid
    where type.typtype = 'b'
        and type.typcategory <> 'A'
        and not exists (
            select 1
            from pg_catalog.pg_opclass as class
            inner join pg_catalog.pg_am as method
                on class.opcmethod = method.oid
            where class.opcdefault
                and method.amname in ('btree', 'hash')
                and (
                    class.opcintype = type.oid
                    or exists (
                        select 1
                        from pg_catalog.pg_cast as "cast"
                        where "cast".castsource = type.oid
                            and "cast".casttarget = class.opcintype
                            and "cast".castmethod = 'b'
                            and "cast".castcontext = 'i'
                    )
                )
        )

)

select
    given_as,
    format_type(oid, -1) as type_name,
    given_as not in (select given_as from incomparable) as is_comparable
from wanted`;
}
