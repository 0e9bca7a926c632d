import { hash } from 'node:crypto';
import { columnTypeText } from '../core/column-type.ts';
import type { CatalogColumn, EngineColumn } from '../core/engine-column.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation, RelationType } from '../core/relation.ts';
import type { Publishing } from '../core/run-event.ts';
import type { Buildable, Model, ModelConfig } from '../project/manifest.ts';
import type { Field } from '../json/row.ts';
import type { CompileContext, NameMap } from './compile.ts';
import { compile } from './compile.ts';
import { checkLongNames } from './long-names.ts';
import type { RelationNames } from './names.ts';
import type { Statements } from './statements.ts';
import { noDesign, tableAttributes } from './table-attributes.ts';

/** What a run will do for one node, as data: nothing of it has happened yet. */
export interface NodePlan {
  readonly node: Buildable;
  readonly names: RelationNames;
  /** What everything of this run reads for this node. */
  readonly future: Relation;
  /** What has to be looked at before the rest is final; undefined where all is known. */
  readonly look: Look | undefined;
  /** Of a model's query: what is looked at first, so that no two of its columns have one name. */
  readonly outputs?: readonly OutputNames[];
  readonly steps: readonly Step[];
  readonly publish: Publish;
  /** Told when the run begins to build, such as that published rows keep an older logic. */
  readonly notes: readonly string[];
  /** Whether the rows that are published stay, so that the run only brings what is new. */
  readonly keepsRows: boolean;
  /** The fingerprint that is kept with the node once it is published, and what its rows may be added to by. */
  readonly fingerprint: string;
  readonly contract: string;
  /** How its table is laid out. */
  readonly design: string;
}

/** A query whose columns have to differ by name: of the node itself, or of an ephemeral model it reads. */
export interface OutputNames {
  readonly model: Model;
  readonly query: MappedText;
}

/** Queries to run before a plan is final: the columns that they give decide how it goes on. */
export interface Look {
  readonly given: MappedText;
  readonly published: MappedText | undefined;
  /** What the contract says the query gives; undefined where there is none. */
  readonly expected: readonly Column[] | undefined;
}

/** What the queries of a look gave. */
export interface Shapes {
  readonly given: readonly EngineColumn[];
  /** Undefined when nothing is published, or what is published cannot be read any more. */
  readonly published: readonly EngineColumn[] | undefined;
}

/** One thing to do for a node. */
export type Step =
  | { readonly kind: 'create'; readonly statement: MappedText }
  /** Put the rows of the query in. If the engine refuses, `violations` finds the rows that it is about. */
  | { readonly kind: 'fill'; readonly statement: MappedText; readonly into: Relation; readonly violations?: MappedText }
  /** Put the rows of raw files in, or those of the seed's CSV file. */
  | { readonly kind: 'load' | 'seed'; readonly into: Relation }
  /** Rows of this query are keys that are null or, where each row needs its own, not unique: they hold the publish. */
  | { readonly kind: 'key'; readonly statement: MappedText; readonly key: readonly string[] }
  /** What will change for readers. `create` keeps the differing rows, where the publish needs them. */
  | { readonly kind: 'difference'; readonly create: MappedText | undefined; readonly counts: MappedText };

/** How a finished node reaches its readers. */
export interface Publish {
  readonly how: Publishing;
  /** Run in the publish transaction, unless the step `difference` found none. */
  readonly statements: readonly MappedText[];
  /** Whether columns are added in place. */
  readonly widens: boolean;
  /** What makes a view anew for readers, when what it reads makes way for something else. */
  readonly again: readonly MappedText[];
  /** What stands in its place and has to go first. */
  readonly drops: RelationType | undefined;
  /** Why it has to go, such as `column id: integer -> bigint`. */
  readonly reasons: readonly string[];
  readonly type: 'table' | 'view';
}

/** How a table is published: by these statements, and nothing else unless it is said. */
export function publishTable(
  how: Publishing,
  statements: readonly MappedText[],
  more: Partial<Pick<Publish, 'drops' | 'reasons' | 'widens'>> = {},
): Publish {
  return { how, statements, again: [], drops: undefined, reasons: [], widens: false, type: 'table', ...more };
}

/** What the warehouse knows of a node before the run. */
export interface PublishedNode {
  readonly type: RelationType;
  readonly columns: readonly string[];
  /** The same columns with all that the catalog says of them. */
  readonly catalogColumns: readonly CatalogColumn[];
  /** How it was published; undefined for a relation that stands there and was not published for this node. */
  readonly state: PublishedState | undefined;
}

/** What was written down of a node when it was published. */
export interface PublishedState {
  readonly fingerprint: string;
  readonly contract: string;
  readonly design: string;
  /** Its rows hold what every run up to this number loaded. */
  readonly loadedUpTo: number;
}

export interface PlanInput {
  readonly context: CompileContext;
  readonly sql: Statements;
  readonly names: RelationNames;
  readonly published: PublishedNode | undefined;
  readonly fullRefresh: boolean;
  /** The number of this run, which marks the rows it loads. */
  readonly sequence: number;
  /** Of a copy model: how its columns are read, and whether raw files wait that are not loaded yet. */
  readonly fields: readonly Field[];
  readonly filesToLoad: boolean;
  /** Columns of the table that its contract does not speak of. */
  readonly ownColumns?: readonly string[];
  /** What the look of the plan gave; undefined before. */
  readonly shapes: Shapes | undefined;
  /** The two name maps: what refs read while this run builds, and what they read once it is published. */
  readonly building: NameMap;
  readonly publishing: NameMap;
}

/** A table that this project published for a node, and that is added to rather than made anew. */
export interface KeptTable extends PublishedState {
  readonly columns: readonly string[];
}

/** The published table of a node if it is added to: undefined when it is built as a whole, as with --full-refresh. */
export function keptTable({
  published,
  fullRefresh,
}: Pick<PlanInput, 'published' | 'fullRefresh'>): KeptTable | undefined {
  if (published?.type !== 'table' || published.state === undefined || fullRefresh) return undefined;
  return { ...published.state, columns: published.columns };
}

/** The query of a model as this run builds it; with `kept`, only what is new to that table. */
export function buildQuery(model: Model, input: PlanInput, kept?: KeptTable): MappedText {
  return queryOf(model, input, input.building, kept !== undefined, kept?.loadedUpTo ?? 0);
}

/** The query of a model as readers will see it. */
export function publishedQuery(model: Model, input: PlanInput): MappedText {
  return queryOf(model, input, input.publishing, false, 0);
}

/** Changes when the SQL of a model does, in either branch, or its settings or contract. How its table is laid out and loaded is told apart elsewhere. */
export function fingerprintOf(node: Buildable, input: PlanInput): string {
  const queries =
    node.resourceType === 'seed' || node.config.materialized === 'copy'
      ? []
      : [false, true].map((incremental) => queryOf(node, input, input.publishing, incremental, 0).text);
  const settings = { ...node.config, ...(node.resourceType === 'model' ? { ...noDesign, load: undefined } : {}) };
  return hash('sha1', JSON.stringify([queries, settings, contractHash(node)]));
}

/**
 * Changes with the columns of a contract and their types and, where rows are added to what is published, with what tells
 * those rows apart: a table in which each key stands once under one key need not be so under another.
 */
export function contractHash({ contract, config }: Pick<Buildable, 'contract' | 'config'>): string {
  const columns = (contract ?? []).map(({ name, type, notNull }) => [name, columnTypeText(type), notNull]);
  const key = config.materialized === 'incremental' ? [config.strategy, config.uniqueKey] : [];
  return hash('sha1', JSON.stringify([columns, key]));
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
  const contract = model.contract?.filter(({ name }) => columns.includes(name));
  const analyze = analyzeStep(into, input);
  if (contract === undefined)
    return [{ kind: 'fill', statement: sql.createTableAs(into, query, attributes), into }, ...analyze];
  return [
    { kind: 'create', statement: sql.createTable(into, contract, attributes) },
    {
      kind: 'fill',
      statement: sql.insertQuery(into, columns, query),
      into,
      violations: sql.contractViolations(query, contract),
    },
    ...analyze,
  ];
}

/** Tells the planner what a new table holds, where it does not find out by itself. */
export function analyzeStep(relation: Relation, { sql }: PlanInput): Step[] {
  const statement = sql.analyze(relation);
  return statement === undefined ? [] : [{ kind: 'create', statement }];
}

/**
 * Looks whether the keys of new rows can do their work: none is null and, but for delete+insert, where a key names
 * what is replaced as a whole, each stands for one row.
 */
export function keyStep(relation: Relation, { uniqueKey, strategy }: ModelConfig, { sql }: PlanInput): Step[] {
  if (uniqueKey.length === 0) return [];
  const isUnique = strategy !== 'delete+insert';
  return [{ kind: 'key', statement: sql.changes.keyViolations(relation, uniqueKey, isUnique), key: uniqueKey }];
}

function queryOf(model: Model, input: PlanInput, names: NameMap, incremental: boolean, watermark: number): MappedText {
  const self = input.context.dialect.relation(input.names.published);
  const own = { names: { self, is_incremental: incremental, watermark } };
  const query = compile(model.template, input.context, names, own);
  checkLongNames(query, input.context.dialect);
  return query;
}
