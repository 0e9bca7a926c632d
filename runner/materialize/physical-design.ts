import { hash } from 'node:crypto';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Buildable, Model } from '../project/manifest.ts';
import type { CompileContext } from './compile.ts';
import type { PlanInput, Step } from './plan.ts';
import { analyzeStep } from './plan.ts';
import { tableAttributes } from './table-attributes.ts';

/** What a plan says of a table that is laid out in another way. */
export const redesigned = 'its physical design has changed: the table is created again';

/** Kept beside the hash of a contract, in what is left of its column. */
const designLength = 16;

/** Changes with the layout of a table of these columns, as the dialect writes it; empty where it has nothing to write. */
export function designOf(
  { config, contract }: Pick<Buildable, 'config' | 'contract'>,
  context: CompileContext,
  columns: readonly string[] | undefined = undefined,
): string {
  const attributes = config.materialized === 'seed' ? '' : tableAttributes(config, context);
  const made = (contract ?? []).filter(({ name }) => columns === undefined || columns.includes(name));
  const encoded = made.flatMap((column) => encodedColumn(column, context)).sort();
  if (attributes === '' && encoded.length === 0) return '';
  return hash('sha1', JSON.stringify([attributes, encoded])).slice(0, designLength);
}

/** The definition of a column, if its encoding shows in it. */
function encodedColumn(column: Column, { dialect }: CompileContext): string[] {
  const { name, type, notNull } = column;
  const definition = dialect.columnDefinition(column);
  return definition === dialect.columnDefinition({ name, type, notNull }) ? [] : [definition];
}

/** Whether the table that is published for a node is laid out in another way than it would be now. */
export function isRedesigned(node: Buildable, { published, context }: PlanInput): boolean {
  if (published?.type !== 'table') return false;
  return (published.state?.design ?? '') !== designOf(node, context, published.columns);
}

/**
 * Makes the future table of a model as it is laid out now, of rows that were checked when they came into the warehouse.
 * With a load id, it has a column for those of its rows.
 */
export function remakeSteps(
  model: Model,
  input: PlanInput,
  columns: readonly string[],
  rows: MappedText,
  loadId?: number,
): Step[] {
  const { sql, context, names } = input;
  const attributes = tableAttributes(model.config, context);
  const { contract } = model;
  const analyze = analyzeStep(names.build, input);
  if (contract === undefined)
    return [{ kind: 'create', statement: sql.createTableAs(names.build, rows, attributes) }, ...analyze];
  // The columns stay in the order in which they are published.
  const made = columns.flatMap((name) => contract.filter((column) => column.name === name));
  return [
    { kind: 'create', statement: sql.createTable(names.build, made, attributes, loadId) },
    { kind: 'create', statement: sql.insertQuery(names.build, columns, rows) },
    ...analyze,
  ];
}
