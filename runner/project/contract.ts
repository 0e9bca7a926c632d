import type { Fault } from '../core/fault.ts';
import type { KeyPath } from '../core/location.ts';
import type { ColumnType } from '../core/column-type.ts';
import { columnTypeForm, columnTypeNames, parseColumnType } from '../core/column-type.ts';
import { suggestion } from '../core/nearest.ts';
import type { Column } from '../core/node.ts';
import { namePattern } from '../core/node.ts';
import { acceptedRange } from './accepted-range.ts';
import type { ColumnProperties } from './properties.ts';

/**
 * The contract that the columns of a properties file make: undefined when none has a type. Faults are added for
 * types that do not exist, columns that are declared twice, and a contract that is not whole.
 */
export function contractOf(
  columns: readonly ColumnProperties[],
  node: KeyPath,
  faults: Fault[],
): readonly Column[] | undefined {
  const placeOf = (index: number, ...keys: (string | number)[]): KeyPath => ({
    path: node.path,
    keys: [...node.keys, 'columns', index, ...keys],
    point: 'value',
  });
  const typed = columns.filter((column) => column.type !== undefined);
  const seen = new Set<string>();
  columns.forEach(({ name }, index) => {
    if (seen.has(name)) {
      faults.push({
        code: 'duplicate-name',
        message: `the column "${name}" is declared twice`,
        at: placeOf(index, 'name'),
      });
    }
    seen.add(name);
    if (!namePattern.test(name)) faults.push(invalidName(name, placeOf(index, 'name')));
  });
  if (typed.length === 0) return undefined;
  return columns.map((column, index) => {
    const type = columnType(column, (...keys) => placeOf(index, ...keys), faults);
    const { name, not_null: notNull = false, encode } = column;
    const range = acceptedRange(column, type, (...keys) => placeOf(index, ...keys), faults);
    return { name, type, notNull, ...(range && { range }), ...(encode !== undefined && { encode }) };
  });
}

/** Stands for a type that is not known, so that its column is not missed elsewhere. Nothing runs with it. */
const anyType: ColumnType = { kind: 'varchar', bytes: 65535 };

function columnType(column: ColumnProperties, place: (...keys: string[]) => KeyPath, faults: Fault[]): ColumnType {
  if (column.type === undefined) {
    const message = `the column "${column.name}" has no type, while others of the contract have one`;
    faults.push({ code: 'contract-incomplete', message, at: place('name'), hint: 'give every column its type' });
    return anyType;
  }
  const type = parseColumnType(column.type);
  if (type === undefined) {
    const hint = columnTypeForm(column.type) ?? suggestion(column.type.replace(/\s*\(.*/, ''), columnTypeNames);
    const message = `"${column.type}" is not a column type of Redshift`;
    faults.push({ code: 'column-type-unknown', message, at: place('type'), hint });
  }
  return type ?? anyType;
}

/** A fault for a name that not every warehouse takes. */
export function invalidName(name: string, at: Fault['at']): Fault {
  return {
    code: 'name-invalid',
    message: `"${name}" cannot be a name on every warehouse`,
    at,
    hint: 'use lower-case letters, digits and underscores, at most 63, not beginning with a digit',
  };
}
