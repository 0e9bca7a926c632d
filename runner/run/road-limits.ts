import type { Limits } from '../adapters/limits.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { CompileContext } from '../materialize/compile.ts';
import type { Naming } from '../materialize/names.ts';
import { publishedRelation, relationNames } from '../materialize/names.ts';
import { planNode } from '../materialize/plan-node.ts';
import type { NodePlan, Step } from '../materialize/plan.ts';
import { Statements } from '../materialize/statements.ts';
import type { Buildable } from '../project/manifest.ts';
import { isMaterialized } from './run-graph.ts';

/** What a publish has besides the nodes: the lease, the ledger, the list of what is published, the end of the run. */
export const ofState = 2 + 2 + 2 + 1;

/** How many statements a publish of these nodes has at most, as long as no table makes way for another one. */
export function mostPublished(nodes: readonly Buildable[]): number {
  return nodes.reduce((sum, node) => sum + mostOf(node), ofState);
}

function mostOf(node: Buildable): number {
  switch (node.config.materialized) {
    case 'copy':
      // Rows are added, and those that were put aside take the place of others.
      return node.config.maxErrors > 0 ? 3 : 1;
    case 'view':
      return 1;
    default:
      return 2;
  }
}

/** How a publish of so many statements is handed in. */
export function publishRoad(statements: number, { statements: most }: Limits): string {
  return statements <= most
    ? 'handed in as one batch'
    : `more than the ${most} of a batch: handed in by one session, which has not been tried on a live warehouse`;
}

/** Statements that are too long to be sent. */
export function longStatements({ node, steps, publish }: NodePlan, { statementBytes }: Limits): Fault[] {
  const all = [...steps.flatMap(textsOf), ...publish.statements.map(({ text }) => text)];
  const longest = Math.max(0, ...all.map((text) => Buffer.byteLength(text)));
  if (longest <= statementBytes) return [];
  return [
    {
      code: 'statement-too-long',
      message: `a statement of "${node.name}" has ${longest} bytes, and the Data API takes ${statementBytes} at most`,
      at: fileStart(node.path),
      hint: 'make a view or a table of a part of it; or take the road by port 5439, a target of type redshift',
    },
  ];
}

/** The statements of a project that are too long, as far as they can be known without a warehouse. */
export function longStatementsOf(context: CompileContext, naming: Naming, limits: Limits): Fault[] {
  const { manifest, dialect } = context;
  const published = (id: string): ReturnType<typeof publishedRelation> => {
    const node = manifest.nodes.get(id);
    if (node === undefined || !isMaterialized(node)) throw new Error(`${id} is no relation`);
    return publishedRelation(node, naming);
  };
  const sql = new Statements(dialect);
  const planOf = (node: Buildable): NodePlan =>
    planNode(node, {
      context,
      sql,
      names: relationNames(node, { ...naming, run: 'r000000000' }),
      published: undefined,
      fullRefresh: false,
      sequence: 1,
      fields: [],
      filesToLoad: false,
      shapes: undefined,
      building: published,
      publishing: published,
    });
  return [...manifest.nodes.values()].filter(isMaterialized).flatMap((node) => {
    try {
      return longStatements(planOf(node), limits);
    } catch (error) {
      // What an environment variable stands in is known when it is set.
      if (error instanceof FaultError) return [];
      throw error;
    }
  });
}

function textsOf(step: Step): string[] {
  switch (step.kind) {
    case 'load':
    case 'seed':
      return [];
    case 'difference':
      return [...(step.create === undefined ? [] : [step.create.text]), step.counts.text];
    default:
      return [step.statement.text];
  }
}
