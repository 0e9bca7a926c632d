import type { Dialect } from '../adapters/dialect.ts';
import { columnTypeText, typeFamily } from '../core/column-type.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { EngineColumn } from '../core/engine-column.ts';
import { comparisons } from '../core/engine-column.ts';
import { withComparison } from '../materialize/columns.ts';
import type { Look, Shapes } from '../materialize/plan.ts';
import type { Buildable } from '../project/manifest.ts';
import type { Executor } from './executor.ts';

/**
 * Asks the warehouse which columns a model's query gives, and which are published. Throws a FaultError when they are
 * not those of the contract.
 */
export async function look(node: Buildable, at: Look, executor: Executor, dialect: Dialect): Promise<Shapes> {
  const given = await columnsOf(at.given, executor, dialect);
  const faults = at.expected === undefined ? [] : contractMismatches(node, at.expected, given, dialect);
  if (faults.length > 0) throw new FaultError(faults);
  if (at.published === undefined) return { given, published: undefined };
  // A view on DuckDB that reads a table which has other columns by now cannot be read at all.
  const published = await columnsOf(at.published, executor, dialect).catch((error: unknown) => {
    if (error instanceof FaultError) return undefined;
    throw error;
  });
  return { given, published };
}

/** The columns of a query, their types as SQL names them, and with what is known of comparing their values. Throws a FaultError. */
export async function columnsOf(query: MappedText, executor: Executor, dialect: Dialect): Promise<EngineColumn[]> {
  const { columns } = await executor.query(query);
  const ask = dialect.typesQuery?.(columns.map(({ type }) => type));
  const { rows } = ask === undefined ? { rows: [] } : await executor.query(plain(ask));
  const types = new Map(rows.map(([given, type, comparison]) => [given, { type: String(type), comparison }]));
  return columns.map((column): EngineColumn => {
    const known = types.get(column.type);
    if (known === undefined) return withComparison(column, dialect);
    const comparison = comparisons.find((one) => one === known.comparison);
    return { ...column, type: known.type, ...(comparison === undefined ? {} : { comparison }) };
  });
}

function contractMismatches(
  node: Buildable,
  expected: readonly Column[],
  given: readonly EngineColumn[],
  dialect: Dialect,
): Fault[] {
  const place = node.properties?.place;
  const fault = (message: string, index?: number): Fault => ({
    code: 'contract-mismatch',
    message,
    ...(place === undefined
      ? { at: fileStart(node.path) }
      : { at: index === undefined ? place : { ...place, keys: [...place.keys, 'columns', index, 'name'] } }),
    related: place === undefined ? [] : [{ message: 'the query is here', at: fileStart(node.path) }],
  });
  const missing = expected.flatMap(({ name }, i) =>
    given.some((column) => column.name === name)
      ? []
      : [fault(`the query of "${node.name}" does not give the column "${name}"`, i)],
  );
  const extra = given
    .filter(({ name }) => !expected.some((column) => column.name === name))
    .map(({ name }) => fault(`the query of "${node.name}" gives a column "${name}" that is not expected`));
  const mistyped = expected.flatMap(({ name, type }, i) => {
    const engineType = given.find((column) => column.name === name)?.type;
    const family = engineType === undefined ? undefined : dialect.typeFamily(engineType);
    if (family === undefined || family === typeFamily(type)) return [];
    return [
      fault(
        `the column "${name}" of "${node.name}" is ${columnTypeText(type)}, and the query gives ${engineType?.toLowerCase()}`,
        i,
      ),
    ];
  });
  return [...missing, ...extra, ...mistyped];
}
