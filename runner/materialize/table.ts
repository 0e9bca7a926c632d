import type { MappedText } from '../core/mapped-text.ts';
import type { Buildable, Model, ModelConfig, Seed } from '../project/manifest.ts';
import type { AddedColumn } from './columns.ts';
import { columnsChange, lookAt, typesOf } from './columns.ts';
import { whole } from './change-statements.ts';
import { designOf, isRedesigned, redesigned } from './physical-design.ts';
import type { Look, NodePlan, PlanInput, Publish, Step } from './plan.ts';
import { analyzeStep, buildQuery, contractHash, fillSteps, fingerprintOf, keyStep, publishTable } from './plan.ts';

/** A table that is built as a whole beside the published one. */
export function planTable(model: Model, input: PlanInput): NodePlan {
  const { names, published, shapes } = input;
  const query = buildQuery(model, input);
  const known = model.contract ?? shapes?.given;
  const columns = known?.map(({ name }) => name) ?? published?.columns ?? [];
  const steps: Step[] = [
    ...fillSteps(model, input, query, names.build, columns),
    ...keyStep(names.build, model.config, input),
  ];
  return wholeTable(model, input, { look: lookAt(model, query, input), steps, columns, key: rowKey(model.config) });
}

/** The columns that tell rows apart. The key of delete+insert does not: it names what is replaced as a whole. */
export function rowKey({ uniqueKey, strategy }: ModelConfig): readonly string[] {
  return strategy === 'merge' ? uniqueKey : [];
}

/** A table of the rows of a CSV file. */
export function planSeed(seed: Seed, input: PlanInput): NodePlan {
  const { build } = input.names;
  const steps: Step[] = [
    { kind: 'create', statement: input.sql.createTable(build, seed.contract, '') },
    { kind: 'seed', into: build },
    ...analyzeStep(build, input),
  ];
  return wholeTable(seed, input, { look: undefined, steps, columns: seed.contract.map(({ name }) => name), key: [] });
}

/** A new table, and how it is made. */
interface NewTable {
  readonly look: Look | undefined;
  readonly steps: readonly Step[];
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

/** Publishes a whole new table: only what differs from the published one is written or counted, where that can be told. */
function wholeTable(node: Buildable, input: PlanInput, { look, steps, columns, key }: NewTable): NodePlan {
  const { names, published, sql, context } = input;
  const isAnew = isRedesigned(node, input);
  const plan = {
    node,
    names,
    look,
    future: names.build,
    fingerprint: fingerprintOf(node, input),
    contract: contractHash(node),
    design: designOf(node, context),
    keepsRows: false,
    notes: isAnew ? [redesigned] : [],
  };
  if (published?.type !== 'table') return { ...plan, steps, publish: takePlace(input, ['it is a table now']) };
  const change = columnsChange(node, input);
  if (change.kind === 'other') {
    const notes = change.isDrift ? [...plan.notes, driftNote(change.reasons)] : plan.notes;
    return { ...plan, notes, steps, publish: takePlace(input, change.reasons) };
  }
  if (isAnew) return { ...plan, steps, publish: takePlace(input) };
  const added = change.kind === 'added' ? change.columns : [];
  const before = { relation: names.published, lacks: typesOf(added) };
  const difference = sql.changes.difference(columns, whole(names.build), before);
  if (context.dialect.supports.publish === 'swap') {
    const counts = sql.changes.differenceCounts(difference, key);
    return { ...plan, steps: [...steps, { kind: 'difference', create: undefined, counts }], publish: takePlace(input) };
  }
  const create = sql.changes.createDifference(names.difference, difference);
  const counts = sql.changes.differenceCounts(names.difference, key);
  return {
    ...plan,
    steps: [...steps, { kind: 'difference', create, counts }],
    publish: key.length > 0 ? mergeRows(node, input, columns, key, added) : replaceRows(input, columns, added),
  };
}

/** Takes out the rows that are gone or changed, and puts in those that are new or changed. */
function mergeRows(
  node: Buildable,
  input: PlanInput,
  columns: readonly string[],
  key: readonly string[],
  added: readonly AddedColumn[],
): Publish {
  const { names, sql } = input;
  const notNull = new Set(node.contract?.flatMap((column) => (column.notNull ? [column.name] : [])));
  const nullable = key.filter((column) => !notNull.has(column));
  const statements = [
    ...addColumns(input, added),
    sql.changes.deleteKeys(names.published, key, names.difference),
    // Older rows may not have had the key.
    ...(nullable.length === 0 ? [] : [sql.changes.deleteNullKeys(names.published, nullable, names.difference)]),
    sql.changes.insertKeys(names.published, columns, key, names.build, names.difference),
  ];
  return publishTable('merge', statements, { widens: added.length > 0 });
}

/** Puts the rows of the new table in the place of all that are published. */
export function replaceRows(input: PlanInput, columns: readonly string[], added: readonly AddedColumn[] = []): Publish {
  const { names, sql } = input;
  const statements = [
    ...addColumns(input, added),
    sql.changes.deleteAll(names.published),
    sql.insertFrom(names.published, columns, names.build),
  ];
  return publishTable('replace rows', statements, { widens: added.length > 0 });
}

export function addColumns({ names, sql }: PlanInput, added: readonly AddedColumn[]): MappedText[] {
  return added.map(({ definition }) => sql.addColumn(names.published, definition));
}

function driftNote(reasons: readonly string[]): string {
  return `it has been changed since it was published, and this run puts it back: ${reasons.join('; ')}`;
}

/** The new table takes the place and the name of what is published, which cannot stay for these reasons. */
export function takePlace({ names, published, sql, context }: PlanInput, reasons: readonly string[] = []): Publish {
  const isSwap = published === undefined || context.dialect.supports.publish === 'swap';
  const statements = [sql.rename(names.build, names.published)];
  return publishTable(isSwap ? 'swap' : 'recreate', statements, { drops: published?.type, reasons });
}
