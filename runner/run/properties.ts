import type { Cell } from '../adapters/driver.ts';
import type { Dialect, KeptRelation, RelationProperty } from '../adapters/dialect.ts';
import { propertyNames } from '../adapters/dialect.ts';
import type { Fault } from '../core/fault.ts';
import { plain } from '../core/mapped-text.ts';
import { loadIdColumn } from '../core/node.ts';
import { relationName } from '../core/relation.ts';
import type { CreatedAgain } from './created-again.ts';
import type { Executor } from './executor.ts';

/** Reads what relations have besides columns, rows and rights, and would lose by being replaced. Throws a FaultError. */
export async function propertiesOf(
  relations: readonly KeptRelation[],
  dialect: Dialect,
  executor: Executor,
): Promise<RelationProperty[]> {
  const query = relations.length === 0 ? undefined : dialect.readers?.properties?.query(relations);
  if (query === undefined) return [];
  const { rows } = await executor.query(plain(query));
  // The number that marks loaded rows is a default of the runner's own.
  return rows.map(propertyOf).filter(({ property, column }) => property !== 'default' || column !== loadIdColumn);
}

/**
 * The statements that set these properties again, and the fault where the engine refuses one, such as a default that is of
 * another type than its column is now.
 */
export function restoreProperties(properties: readonly RelationProperty[], dialect: Dialect): CreatedAgain[] {
  const reader = dialect.readers?.properties;
  if (reader === undefined) return [];
  return properties.map((property) => ({
    statement: plain(reader.restore(property)),
    fault: (refusal) => ({
      code: 'dependent-objects',
      message: `a relation that is dropped and created again cannot have then what it has now: ${describe(property)}: ${refusal}`,
      hint: 'remove it yourself, and set it afterwards as it should be',
    }),
  }));
}

/** A fault that names the properties that would be lost; none where all of them can be set again. */
export function lostProperties(properties: readonly RelationProperty[]): Fault[] {
  const lost = properties.filter(({ canReturn }) => !canReturn);
  if (lost.length === 0) return [];
  return [
    {
      code: 'dependent-objects',
      message: `relations would be dropped and created again, and cannot have then what they have now:\n${lost.map((property) => `  ${describe(property)}`).join('\n')}`,
      hint: 'remove it yourself; an owner can be kept by a user that may set its role, where that role may create in the schema',
    },
  ];
}

function describe({ relation, column, property, name, value }: RelationProperty): string {
  const owner = column === undefined ? relationName(relation) : `column ${column} of ${relationName(relation)}`;
  return `${property} of ${owner}: ${value}${name === '' ? '' : ` ${name}`}`;
}

function propertyOf([
  schema,
  identifier,
  type,
  column,
  property,
  name,
  value,
  canReturn,
]: readonly Cell[]): RelationProperty {
  const known = propertyNames.find((candidate) => candidate === property);
  if (known === undefined) throw new Error(`${String(property)} is no property`);
  return {
    relation: { schema: String(schema), identifier: String(identifier) },
    type: String(type),
    column: column === null || column === undefined ? undefined : String(column),
    property: known,
    name: String(name ?? ''),
    value: String(value),
    canReturn: canReturn === true,
  };
}
