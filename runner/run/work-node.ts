import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { Report } from '../core/run-event.ts';
import type { CompileContext } from '../materialize/compile.ts';
import type { NodePlan } from '../materialize/plan.ts';
import { ancestors } from '../core/dag.ts';
import { failuresRelation } from '../materialize/data-test.ts';
import { Statements } from '../materialize/statements.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import type { Built } from './build-node.ts';
import { buildNode } from './build-node.ts';
import { runTest } from './data-test.ts';
import type { Executor } from './executor.ts';
import { look } from './look.ts';
import type { Loads } from './load/loads.ts';
import { checkOutputs } from './check-outputs.ts';
import type { NodeOutcome } from './node-results.ts';
import type { Preparation } from './prepare.ts';
import type { RowPlaces } from './row-places.ts';
import { relationsRead } from './run-graph.ts';
import type { State } from './state.ts';
import type { Scanned } from './test-scans.ts';

/** What the work on any node of a run needs, and where it leaves what the publish has to know. */
export interface NodeWork {
  readonly preparation: Preparation;
  readonly context: CompileContext;
  readonly state: State;
  readonly loads: Loads;
  readonly built: Map<string, Built>;
  readonly report: Report;
  /** Where raw rows stand that a test finds. */
  readonly places: RowPlaces;
}

/** Builds a node as it is planned, or runs a data test on what is built. Throws a FaultError. */
export async function workNode(
  node: Node,
  executor: Executor,
  work: NodeWork,
  attempt: number,
  scanned?: Scanned,
): Promise<NodeOutcome> {
  const { context, preparation, loads } = work;
  if (node.resourceType === 'test') {
    const relation = failuresRelation(node, work.state.statements.schema, context.dialect);
    const exists = attempt > 1 || preparation.warehouse.catalog.has(relationName(relation));
    const outcome = await runTest(node, context, preparation.building, executor, {
      keep: { relation, exists },
      scanned,
      places: work.places,
    });
    return withOlder(outcome, olderRelations(node, preparation, context.manifest));
  }
  if (attempt > 1) await work.state.drop(executor, madeFor(preparation.plans.get(node.uniqueId)));
  const plan = await finalPlan(node.uniqueId, executor, work);
  const notes = [...plan.notes, ...(preparation.copies.get(node.uniqueId)?.notes ?? [])];
  for (const message of notes) work.report({ type: 'note', uniqueId: node.uniqueId, message });
  const sql = new Statements(context.dialect);
  const built = await buildNode(plan, executor, sql, (into) => loads.fill(plan.node, into, executor));
  work.built.set(node.uniqueId, built);
  const rejected = loads.rejected(node.uniqueId);
  const compiled = plan.steps.findLast((step) => step.kind === 'fill' || step.kind === 'create')?.statement.text;
  return {
    status: 'success',
    faults: [],
    ...(built.rows === undefined ? {} : { rows: built.rows }),
    ...(built.changes === undefined ? {} : { changes: built.changes }),
    ...(rejected === 0 ? {} : { rejected }),
    ...(compiled === undefined ? {} : { compiled }),
  };
}

/** What an attempt that failed may have left of a node. */
function madeFor(plan: NodePlan | undefined): Relation[] {
  if (plan === undefined) return [];
  const { build, delta, difference, newRejects } = plan.names;
  return [build, delta, difference, newRejects];
}

/** The plan of a node, with what is known now that all it reads is built. */
async function finalPlan(uniqueId: string, executor: Executor, { preparation, context }: NodeWork): Promise<NodePlan> {
  const plan = preparation.plans.get(uniqueId);
  if (plan === undefined) throw new Error(`${uniqueId} is not planned`);
  await checkOutputs(plan.outputs ?? [], executor, context.dialect);
  if (plan.look === undefined) return plan;
  return preparation.plan(plan.node, await look(plan.node, plan.look, executor, context.dialect));
}

/** What a test reads that is not built by this run, though it lies below something that is. */
function olderRelations(test: Node, { plans }: Preparation, manifest: Manifest): string[] {
  return [...relationsRead(manifest, test.uniqueId)]
    .filter((id) => !plans.has(id) && [...ancestors(manifest.graph, [id])].some((above) => plans.has(above)))
    .map((id) => manifest.nodes.get(id)?.name ?? id);
}

/** A test that compares what is new with what is older may fail for that alone. */
function withOlder(outcome: NodeOutcome, older: readonly string[]): NodeOutcome {
  if (outcome.faults.length === 0 || older.length === 0) return outcome;
  const hint = `${older.join(', ')} is older than what this run builds; build it too: sparkify-run models … ${older.join(' ')}`;
  return { ...outcome, faults: outcome.faults.map((fault) => ({ ...fault, hint })) };
}
