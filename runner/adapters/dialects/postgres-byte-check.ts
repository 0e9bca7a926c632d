/** The name of the check that holds a text column to its length in bytes; the server cuts it to 63 bytes. */
export function byteCheckName(column: string): string {
  return `${column.slice(0, 57)}_bytes`;
}

/** A condition in SQL: whether a row of `pg_constraint` is such a check, and not one that others have added. */
export function isByteCheck(constraint: string): string {
  return `(
        ${constraint}.contype = 'c'
        and cardinality(${constraint}.conkey) = 1
        and pg_get_constraintdef(${constraint}.oid) like 'CHECK ((octet_length(%) <= %))'
        and ${constraint}.conname = (
            select cast(left(checked.attname::text, 57) || '_bytes' as name)
            from pg_catalog.pg_attribute as checked
            where checked.attrelid = ${constraint}.conrelid
                and checked.attnum = ${constraint}.conkey[1]
        )
    )`;
}
