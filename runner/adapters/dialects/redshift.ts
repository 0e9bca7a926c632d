import type { Column } from '../../core/node.ts';
import type { ColumnType } from '../../core/column-type.ts';
import { typeFamily } from '../../core/column-type.ts';
import type { Relation } from '../../core/relation.ts';
import type { Dialect } from '../dialect.ts';
import { floatComparison } from './postgres-types.ts';
import { catalogQuery, postgres } from './postgres.ts';
import { redshiftReaders } from './redshift-readers.ts';
import { standardSql } from './standard.ts';

/**
 * SQL for Redshift, which speaks PostgreSQL's language as of version 8, but for what it stores and how: the same for both
 * roads to it.
 */
export const redshift: Dialect = {
  ...postgres,
  name: 'redshift',
  macroFolders: ['redshift'],
  supports: { publish: 'merge', makeWay: 'set aside', comparesAllTypes: true },
  escapesInTexts: true,
  maxIdentifierBytes: 127,
  literal,
  columnType,
  columnDefinition({ name, type, encode, notNull }) {
    const encoding = encode === undefined ? '' : ` encode ${encode}`;
    return `${this.identifier(name)} ${columnType(type)}${encoding}${notNull ? ' not null' : ''}`;
  },
  // A view that is not bound has no columns there.
  catalogQuery(own) {
    return catalogQuery(this, own, { kinds: ['r', 'v'], join: 'left' });
  },
  // It has no sequences and no types of users, and its indexes are the engine's own.
  nameHoldersQuery: () => undefined,
  // Else a table could not be dropped without what reads it, and drops with all that hangs on them are what runs collide in.
  outputNames: undefined,
  viewOptions: '\nwith no schema binding',
  dropLeftover(relation, type) {
    return `drop ${type} if exists ${this.relation(relation)}`;
  },
  searchPath(schemas) {
    return `set search_path to ${[...schemas, 'public'].map((schema) => this.identifier(schema)).join(', ')}`;
  },
  // Its `alter table` takes one clause, and retypes only a varchar, outside of transactions.
  columnsQuery: undefined,
  readers: redshiftReaders({ ...standardSql, literal }),
  typeFamily(engineType) {
    return engineType === 'super' ? 'super' : postgres.typeFamily(engineType);
  },
  // Its decimals all have a scale.
  comparison: floatComparison,
  written(expression) {
    return `cast(${expression} as varchar)`;
  },
  typesQuery: undefined,
  files([manifest = '']) {
    return this.literal(manifest);
  },
  reading: {
    kind: 'objects',
    // The default role of the warehouse is a word, any other one its ARN.
    role(name) {
      return name === 'default' ? name : literal(name);
    },
    tableId({ schema, identifier }) {
      return `select relation.oid
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
where namespace.nspname = ${literal(schema)}
    and relation.relname = ${literal(identifier)}`;
    },
    errors(tableId) {
      return `select file_name, line_number, column_name, column_type, error_message
from sys_load_error_detail
where table_id = ${tableId}
order by file_name, line_number`;
    },
  },
};

/** A backslash stands for something else in a text of Redshift, but where there are two of them. */
function literal(value: string | number | bigint | boolean | null): string {
  return standardSql.literal(typeof value === 'string' ? value.replaceAll('\\', '\\\\') : value);
}

function columnType(type: ColumnType): string {
  return type.kind === 'super' ? 'super' : postgres.columnType(type);
}

/**
 * Statements that put rows of text into a table, none of them longer than `maxBytes` unless a single row is: numbers are
 * written as such, and the rest as text, which Redshift casts to the column.
 */
export function* insertValues(
  relation: Relation,
  columns: readonly Column[],
  rows: Iterable<readonly (string | null)[]>,
  maxBytes: number,
): Generator<string> {
  const names = columns.map(({ name }) => redshift.identifier(name)).join(', ');
  const begin = `insert into ${redshift.relation(relation)} (${names}) values\n`;
  let values: string[] = [];
  let bytes = begin.length;
  for (const row of rows) {
    const text = `(${columns.map((column, i) => value(row[i] ?? null, column)).join(', ')})`;
    const more = Buffer.byteLength(text) + separator.length;
    if (values.length > 0 && bytes + more > maxBytes) {
      yield begin + values.join(separator);
      values = [];
      bytes = begin.length;
    }
    values.push(text);
    bytes += more;
  }
  if (values.length > 0) yield begin + values.join(separator);
}

const separator = ',\n';

function value(text: string | null, { type }: Column): string {
  const isNumber = text !== null && typeFamily(type) === 'number' && /^-?\d+(?:\.\d+)?$/.test(text);
  return isNumber ? text : literal(text);
}
