import { fileStart } from '../core/location.ts';
import type { Rows } from '../adapters/driver.ts';
import type { Dialect } from '../adapters/dialect.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { columnTypeText, typeFamily } from '../core/column-type.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import type { RowChanges } from '../core/run-result.ts';
import { fit, misfit } from '../json/fit.ts';
import type { NodePlan, Step } from '../materialize/plan.ts';
import type { Statements } from '../materialize/statements.ts';
import type { Buildable } from '../project/manifest.ts';
import type { Executor } from './executor.ts';

/** What building a node found out. */
export interface Built {
  /** Rows of the new table or of the delta; undefined for a view. */
  readonly rows: number | undefined;
  /** Against what is published; undefined where there is nothing to compare with. */
  readonly changes: RowChanges | undefined;
  /** The columns are others than those published: the table takes the place of the old one. */
  readonly recreate: boolean;
}

/** Puts rows into a table by other means than a statement: raw files, or a seed's CSV file. Gives their number. */
export type FillTable = (into: Relation) => Promise<number>;

/** Does what the plan of a node says, up to the point where only the publish is left. Throws a FaultError. */
export async function buildNode(
  plan: NodePlan,
  executor: Executor,
  sql: Statements,
  dialect: Dialect,
  fillTable: FillTable,
): Promise<Built> {
  let rows: number | undefined;
  let changes: RowChanges | undefined;
  let recreate = false;
  for (const step of plan.steps) {
    switch (step.kind) {
      case 'contract':
        await checkContract(plan, step, executor, dialect);
        break;
      case 'columns':
        recreate = await hasOtherColumns(plan, step, executor);
        break;
      case 'create':
        await executor.run(step.statement);
        break;
      case 'fill':
        await fill(plan, step, executor);
        rows = await countRows(step.into, executor, sql);
        break;
      case 'load':
      case 'seed':
        rows = await fillTable(step.into);
        break;
      case 'key':
        await checkKey(plan, step, executor);
        break;
      case 'difference':
        if (!recreate) changes = await difference(step, executor);
    }
  }
  if (plan.publish.how === 'append' && rows !== undefined) changes = { added: rows, changed: 0, removed: 0 };
  return { rows, changes, recreate };
}

/** When the engine refuses a row for its contract, it does not say which one: a query finds it. */
async function fill(plan: NodePlan, step: Step & { kind: 'fill' }, executor: Executor): Promise<void> {
  try {
    await executor.run(step.statement);
  } catch (error) {
    if (!(error instanceof FaultError) || step.violations === undefined) throw error;
    const rows = await executor.query(step.violations).catch(() => undefined);
    if (rows === undefined || rows.rows.length === 0) throw error;
    throw new FaultError(contractFaults(plan.node, rows), { cause: error });
  }
}

function contractFaults(node: Buildable, { columns, rows }: Rows): Fault[] {
  return rows.flatMap((row) =>
    row.flatMap((value, i): Fault[] => {
      const column = node.contract?.find(({ name }) => name === columns[i]?.name);
      const text = value === null ? null : String(value);
      const fitted = column === undefined ? { text } : fit(text, column);
      if (column === undefined || 'text' in fitted) return [];
      const rest = row.map((other, j) => `${columns[j]?.name} = ${other}`).join(', ');
      const index = node.properties?.columns.findIndex(({ name }) => name === column.name) ?? -1;
      return [
        {
          code: 'contract-mismatch',
          message: `a row of "${node.name}" breaks its contract: ${misfit(text, column, fitted.problem)}\n  ${rest.length > 300 ? `${rest.slice(0, 299)}…` : rest}`,
          ...(node.properties === undefined
            ? {}
            : { at: { ...node.properties.place, keys: [...node.properties.place.keys, 'columns', index, 'name'] } }),
        },
      ];
    }),
  );
}

async function checkContract(
  plan: NodePlan,
  step: Step & { kind: 'contract' },
  executor: Executor,
  dialect: Dialect,
): Promise<void> {
  const { columns } = await executor.query(step.statement);
  const faults = contractMismatches(plan, step.expected, columns, dialect);
  if (faults.length > 0) throw new FaultError(faults);
}

/** Gives whether the published table has to make way for one of other columns. */
async function hasOtherColumns(
  { node }: NodePlan,
  step: Step & { kind: 'columns' },
  executor: Executor,
): Promise<boolean> {
  const [given, published] = [await executor.query(step.statement), await executor.query(step.published)];
  const [now, before] = [given, published].map(({ columns }) =>
    columns.map(({ name, type }) => `${name} ${type}`).join(', '),
  );
  if (now === before) return false;
  if (step.mismatch === 'recreate') return true;
  throw new FaultError({
    code: 'columns-changed',
    message: `the query of "${node.name}" gives other columns than are published:\n  ${now?.toLowerCase()}\n  and before ${before?.toLowerCase()}`,
    at: fileStart(node.path),
    hint: `rebuild it as a whole: sparkify-run models ${node.name}+ --full-refresh`,
  });
}

function contractMismatches(
  { node }: NodePlan,
  expected: readonly Column[],
  given: Rows['columns'],
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

async function checkKey({ node }: NodePlan, step: Step & { kind: 'key' }, executor: Executor): Promise<void> {
  const { columns, rows } = await executor.query(step.statement);
  if (rows.length === 0) return;
  const shown = rows.map((row) => row.map((value, i) => `${columns[i]?.name} = ${value}`).join(', ')).join('\n  ');
  throw new FaultError({
    code: 'key-violation',
    message: `the unique_key of "${node.name}" (${step.key.join(', ')}) is null or not unique:\n  ${shown}`,
    at: fileStart(node.path),
  });
}

async function difference(step: Step & { kind: 'difference' }, executor: Executor): Promise<RowChanges> {
  if (step.create !== undefined) await executor.run(step.create);
  const { rows } = await executor.query(step.counts);
  const [added = 0, changed = 0, removed = 0] = (rows[0] ?? []).map(Number);
  return { added, changed, removed };
}

async function countRows(relation: Relation, executor: Executor, sql: Statements): Promise<number> {
  const { rows } = await executor.query(sql.count(relation));
  return Number(rows[0]?.[0] ?? 0);
}
