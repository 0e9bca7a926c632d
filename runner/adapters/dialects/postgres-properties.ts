import type { Dialect, PropertyReader, RelationProperty } from '../dialect.ts';
import { propertiesQuery } from './postgres-properties-query.ts';
import { standardSql } from './standard.ts';

type Text = Pick<Dialect, 'literal' | 'identifier' | 'relation'>;

/**
 * What a table, view or index has besides its columns and rows, and loses when it is dropped. What depends on a relation as an
 * object of its own, such as a policy or a trigger, is found as its dependent.
 */
export const postgresProperties: PropertyReader = {
  query: (relations) => propertiesQuery(relations, standardSql),
  restore: (property) => restore(property, standardSql),
};

/** Writes the statement that gives a relation a property again. */
function restore({ relation, type, column, property, name, value }: RelationProperty, sql: Text): string {
  const on = sql.relation(relation);
  const alter = `alter ${type} ${on}`;
  const alterColumn = `${alter} alter column ${sql.identifier(column ?? '')}`;
  const object = column === undefined ? `${type} ${on}` : `column ${on}.${sql.identifier(column)}`;
  switch (property) {
    case 'owner':
      return `${alter} owner to ${sql.identifier(value)}`;
    case 'row security':
      return `${alter} ${value} row level security`;
    case 'option':
      return `${column === undefined ? alter : alterColumn} set (${sql.identifier(name)} = ${sql.literal(value)})`;
    case 'toast option':
      return `${alter} set (toast.${sql.identifier(name)} = ${sql.literal(value)})`;
    case 'persistence':
      return `${alter} set ${value}`;
    case 'access method':
      return `${alter} set access method ${sql.identifier(value)}`;
    case 'tablespace':
      return `${alter} set tablespace ${sql.identifier(value)}`;
    case 'replica identity':
      return `${alter} replica identity ${value === 'index' ? `using index ${sql.identifier(name)}` : value}`;
    case 'cluster':
      return `${alter} cluster on ${sql.identifier(name)}`;
    case 'not null':
      return `${alterColumn} set not null`;
    case 'statistics':
      return `${column === undefined ? `${alter} alter column ${name}` : alterColumn} set statistics ${value}`;
    case 'storage':
      return `${alterColumn} set storage ${value}`;
    case 'compression':
      return `${alterColumn} set compression ${value}`;
    case 'default':
      return `${alterColumn} set default ${value}`;
    case 'comment':
      return `comment on ${object} is ${sql.literal(value)}`;
    case 'security label':
      return `security label for ${sql.identifier(name)} on ${object} is ${sql.literal(value)}`;
  }
}
