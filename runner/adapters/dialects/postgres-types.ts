import type { Comparison } from '../../core/engine-column.ts';

/** The numbers of types (src/include/catalog/pg_type.dat). */
const json = 114;
const text = 25;
const bpchar = 1042;
const interval = 1186;

/** Types whose equal values can be written differently: with other zeros at the end, other units, other blanks at the end. */
const writtenDifferently: ReadonlySet<string> = new Set(['numeric', 'interval', 'jsonb', 'char']);

/** How values are compared, as far as the name of their type alone tells. */
export function comparison(type: string): Comparison | undefined {
  return writtenDifferently.has(type) ? 'value and text' : floatComparison(type);
}

export function floatComparison(type: string): Comparison | undefined {
  return type === 'real' || type === 'double precision' ? 'value and zero' : undefined;
}

/** The number of a type of which more has to be known. That of a text has a length at most, which tells nothing of it. */
function numberOf(type: string): number | undefined {
  if (type === 'json') return json;
  if (/^(?:text|varchar.*|char\(.*)$/.test(type)) return text;
  const number = /^type (\d+)$/.exec(type)?.[1];
  return number === undefined ? undefined : Number(number);
}

/**
 * A query for what the names of these types do not tell: as they were given, their names in SQL, and their `Comparison`.
 * Undefined where all is known. An array or a row is compared as its parts are. Any other type
 * - can be compared if it, or one that it is read as without a cast, has a default operator class (GetDefaultOpClass in
 *   src/backend/commands/indexcmds.c);
 * - has equal values that are the same if that class has an "equalimage" function, number 4 ("B-Tree Support Functions" in
 *   PostgreSQL's documentation). Of `interval` older versions have it wrongly; a char without a length ignores blanks at
 *   the end; and of a text the collation decides. Which one a column of a query has is not known: that the database has one
 *   by which different texts are equal is enough to compare all of them byte by byte.
 */
export function typesQuery(types: readonly string[]): string | undefined {
  const numbers = [...new Set(types)].flatMap((type) => {
    const number = numberOf(type);
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

part_types as (

    select
        parts.given_as,
        count(class.oid) > 0 or type.typtype <> 'b' as is_comparable,
        -- A class of its own decides: citext is read as text without a cast, and not compared like it.
        count(equal_image.oid) > 0
        and (
            count(class.oid) filter (where class.opcintype = type.oid) = 0
            or count(equal_image.oid) filter (where class.opcintype = type.oid) > 0
        )
        and type.oid not in (${bpchar}, ${interval})
        and (
            type.typcollation = 0
            or not exists (
                select 1
                from pg_catalog.pg_collation as "collation"
                where not "collation".collisdeterministic
            )
        ) as is_same_if_equal
    from parts
    inner join pg_catalog.pg_type as type
        on parts.oid = type.oid
    left join (

        select
            class.oid,
            class.opcfamily,
            class.opcintype
        from pg_catalog.pg_opclass as class
        inner join pg_catalog.pg_am as method
            on class.opcmethod = method.oid
        where class.opcdefault
            and method.amname in ('btree', 'hash')

    ) as class
        on class.opcintype = type.oid
        or exists (
            select 1
            from pg_catalog.pg_cast as "cast"
            where "cast".castsource = type.oid
                and "cast".casttarget = class.opcintype
                and "cast".castmethod = 'b'
                and "cast".castcontext = 'i'
        )
    left join pg_catalog.pg_amproc as equal_image
        on class.opcfamily = equal_image.amprocfamily
        and class.opcintype = equal_image.amproclefttype
        and class.opcintype = equal_image.amprocrighttype
        and equal_image.amprocnum = 4
    where type.typcategory <> 'A'
        and type.typtype in ('b', 'r', 'm')
    group by parts.given_as, type.oid, type.typtype, type.typcollation

)

select
    given_as,
    case when given_as like 'type %' then format_type(oid, -1) else given_as end as type_name,
    case
        when given_as in (select given_as from part_types where not is_comparable) then 'text'
        when given_as in (select given_as from part_types where not is_same_if_equal) then 'value and text'
    end as comparison
from wanted`;
}
