import { hash } from 'node:crypto';
import type { ColumnType } from '../core/column-type.ts';
import { columnTypeText } from '../core/column-type.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import type { Buildable, Model } from '../project/manifest.ts';
import type { CompileContext, NameMap } from './compile.ts';
import { compile } from './compile.ts';
import type { RelationNames } from './names.ts';
import type { Statements } from './statements.ts';
import { tableAttributes } from './table-attributes.ts';

/** What a run will do for one node, as data: nothing of it has happened yet. */
export interface NodePlan {
  readonly node: Buildable;
  readonly names: RelationNames;
  /** What everything of this run reads for this node. */
  readonly future: Relation;
  readonly steps: readonly Step[];
  readonly publish: Publish;
  /** Told with the plan and the summary, such as that published rows keep an older logic. */
  readonly notes: readonly string[];
  /** The fingerprint that is kept with the node once it is published. */
  readonly fingerprint: string;
}

/** One thing to do for a node. */
export type Step =
  /** Compare the columns that the query gives to those of the contract, or to those that are published. */
  | {
      readonly kind: 'columns';
      readonly statement: MappedText;
      readonly expected: readonly ExpectedColumn[];
      readonly mismatch: Mismatch;
    }
  | { readonly kind: 'create'; readonly statement: MappedText }
  /** Put the rows of the query in. If the engine refuses, `violations` finds the rows that it is about. */
  | { readonly kind: 'fill'; readonly statement: MappedText; readonly into: Relation; readonly violations?: MappedText }
  /** Put the rows of raw files in, or those of the seed's CSV file. */
  | { readonly kind: 'load' | 'seed'; readonly into: Relation }
  /** Rows of this query are keys that are null or not unique: they hold the publish. */
  | { readonly kind: 'key'; readonly statement: MappedText; readonly key: readonly string[] }
  /** What will change for readers. `create` keeps the differing rows, where the publish needs them. */
  | { readonly kind: 'difference'; readonly create: MappedText | undefined; readonly counts: MappedText };

export type ExpectedColumn = { readonly name: string; readonly type?: ColumnType };

/** What it means when a query gives other columns than expected. */
export type Mismatch = 'contract-mismatch' | 'columns-changed' | 'recreate';

/** How a finished node reaches its readers. */
export interface Publish {
  readonly how: 'swap' | 'merge' | 'append' | 'replace view' | 'nothing';
  /** Run in the publish transaction, unless the step `difference` found none. */
  readonly statements: readonly MappedText[];
  /** Run instead when the columns turn out to be other ones than are published. */
  readonly recreate: readonly MappedText[];
  readonly type: 'table' | 'view';
}

/** What the warehouse knows of a node before the run. */
export interface PublishedNode {
  readonly type: 'table' | 'view';
  readonly columns: readonly string[];
  /** As it was published last; undefined for a relation that no run has published. */
  readonly fingerprint: string | undefined;
  readonly contract: string | undefined;
  /** The number of the run that published it last: its rows hold every load up to this one. */
  readonly sequence: number;
}

export interface PlanInput {
  readonly context: CompileContext;
  readonly sql: Statements;
  readonly names: RelationNames;
  readonly published: PublishedNode | undefined;
  readonly fullRefresh: boolean;
  /** The number of this run, which marks the rows it loads. */
  readonly sequence: number;
  /** Whether raw files wait that are not loaded yet; for a copy model. */
  readonly filesToLoad: boolean;
  /** The two name maps: what refs read while this run builds, and what they read once it is published. */
  readonly building: NameMap;
  readonly publishing: NameMap;
}

/** The published table of a node that is added to rather than made anew. */
export function keptTable(input: PlanInput): PublishedNode | undefined {
  return input.published?.type === 'table' && !input.fullRefresh ? input.published : undefined;
}

/** The query of a model as this run builds it; with `kept`, only what is new to that table. */
export function buildQuery(model: Model, input: PlanInput, kept?: PublishedNode): MappedText {
  return queryOf(model, input, input.building, kept !== undefined, kept?.sequence ?? 0);
}

/** The query of a model as readers will see it. */
export function publishedQuery(model: Model, input: PlanInput): MappedText {
  return queryOf(model, input, input.publishing, false, 0);
}

/** Changes when the SQL of a model does, in either branch, or its settings or contract. */
export function fingerprintOf(node: Buildable, input: PlanInput): string {
  const queries =
    node.resourceType === 'seed' || node.config.materialized === 'copy'
      ? []
      : [false, true].map((incremental) => queryOf(node, input, input.publishing, incremental, 0).text);
  return hash('sha1', JSON.stringify([queries, node.config, contractHash(node.contract)]));
}

/** Changes with the columns of a contract and their types. */
export function contractHash(contract: readonly Column[] | undefined): string {
  const columns = (contract ?? []).map(({ name, type, notNull }) => [name, columnTypeText(type), notNull]);
  return hash('sha1', JSON.stringify(columns));
}

export function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Creates the table of a model and puts the rows of its query in: by its contract if it has one. */
export function fillSteps(
  model: Model,
  input: PlanInput,
  query: MappedText,
  into: Relation,
  columns: readonly string[],
): Step[] {
  const { sql, context } = input;
  const attributes = tableAttributes(model.config, context);
  if (model.contract === undefined)
    return [{ kind: 'fill', statement: sql.createTableAs(into, query, attributes), into }];
  return [
    { kind: 'create', statement: sql.createTable(into, model.contract, attributes) },
    {
      kind: 'fill',
      statement: sql.insertQuery(into, columns, query),
      into,
      violations: sql.contractViolations(query, model.contract),
    },
  ];
}

export function columnsStep(
  query: MappedText,
  input: PlanInput,
  expected: readonly ExpectedColumn[] | undefined,
  mismatch: Mismatch,
): Step[] {
  return expected === undefined ? [] : [{ kind: 'columns', statement: input.sql.columnsOf(query), expected, mismatch }];
}

export function keyStep(relation: Relation, key: readonly string[], input: PlanInput): Step[] {
  return key.length === 0 ? [] : [{ kind: 'key', statement: input.sql.keyViolations(relation, key), key }];
}

function queryOf(model: Model, input: PlanInput, names: NameMap, incremental: boolean, watermark: number): MappedText {
  const self = input.context.dialect.relation(input.names.published);
  return compile(model.template, input.context, names, { names: { self, is_incremental: incremental, watermark } });
}

/** A fault for a model that adds to a table whose columns are no longer its own. */
export function columnsChanged(model: Model, kept: Pick<PublishedNode, 'columns'>): FaultError {
  return new FaultError({
    code: 'columns-changed',
    message: `the published table "${model.name}" has the columns ${kept.columns.join(', ')}, and the contract or query of the model now has others`,
    at: model.properties?.place ?? { path: model.path, line: 1, column: 1 },
    hint: `rebuild it as a whole: sparkify-run models ${model.name}+ --full-refresh`,
  });
}
