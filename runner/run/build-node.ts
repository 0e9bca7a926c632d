import { fileStart } from '../core/location.ts';
import type { Rows } from '../adapters/driver.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { Relation } from '../core/relation.ts';
import type { RowChanges } from '../core/run-result.ts';
import { shortened } from '../core/shortened.ts';
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
  /** The plan that was carried out, final now. */
  readonly plan: NodePlan;
}

/** Puts rows into a table by other means than a statement: raw files, or a seed's CSV file. Gives their number. */
export type FillTable = (into: Relation) => Promise<number>;

/** Does what the plan of a node says, up to the point where only the publish is left. Throws a FaultError. */
export async function buildNode(
  plan: NodePlan,
  executor: Executor,
  sql: Statements,
  fillTable: FillTable,
): Promise<Built> {
  let rows: number | undefined;
  let changes: RowChanges | undefined;
  for (const step of plan.steps) {
    switch (step.kind) {
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
        changes = await difference(step, executor);
    }
  }
  if (plan.publish.how === 'append' && rows !== undefined) changes = { added: rows, changed: 0, removed: 0 };
  return { rows, changes, plan };
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
          message: `a row of "${node.name}" breaks its contract: ${misfit(text, column, fitted.problem)}\n  ${shortened(rest, 300)}`,
          ...(node.properties === undefined
            ? {}
            : { at: { ...node.properties.place, keys: [...node.properties.place.keys, 'columns', index, 'name'] } }),
        },
      ];
    }),
  );
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
