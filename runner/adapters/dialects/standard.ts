import type { Dialect } from '../dialect.ts';

/** What all warehouses of this project write alike. */
export const standardSql = {
  identifier(name) {
    return `"${name.replaceAll('"', '""')}"`;
  },
  relation({ schema, identifier }) {
    // What only a session has stands in no schema that has a name.
    if (schema === '') return this.identifier(identifier);
    return `${this.identifier(schema)}.${this.identifier(identifier)}`;
  },
  literal(value) {
    if (value === null) return 'null';
    return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
  },
  list(values) {
    return values.length === 0 ? 'null' : values.map((value) => this.literal(value)).join(', ');
  },
} satisfies Pick<Dialect, 'identifier' | 'relation' | 'literal' | 'list'>;
