/** The name of the check that holds a text column to its length in bytes; the server cuts it to 63 bytes. */
export function byteCheckName(column: string): string {
  return `${column.slice(0, 57)}_bytes`;
}

/**
 * A condition in SQL: whether a row of `pg_constraint` is such a check, and not one that others have added. The check of a
 * column that somebody has renamed keeps the older name, which then is that of no column.
 */
export function isByteCheck(constraint: string): string {
  return `(
        ${constraint}.contype = 'c'
        and cardinality(${constraint}.conkey) = 1
        and pg_get_constraintdef(${constraint}.oid) like 'CHECK ((octet_length(%) <= %))'
        and ${constraint}.conname like '%\\_bytes'
        and not exists (
            select 1
            from pg_catalog.pg_attribute as named
            where named.attrelid = ${constraint}.conrelid
                and named.attnum <> ${constraint}.conkey[1]
                and named.attnum > 0
                and not named.attisdropped
                and cast(left(named.attname::text, 57) || '_bytes' as name) = ${constraint}.conname
        )
    )`;
}
