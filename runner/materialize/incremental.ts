import { hash } from 'node:crypto';
import type { MappedText } from '../core/mapped-text.ts';
import type { Manifest, Model } from '../project/manifest.ts';
import type { Side } from './change-statements.ts';
import { lookAt, typesOf } from './columns.ts';
import { compile } from './compile.ts';
import { designOf, isRedesigned, redesigned, remakeSteps } from './physical-design.ts';
import type { NodePlan, PlanInput, Publish, Step } from './plan.ts';
import { buildQuery, fillSteps, fingerprintOf, keptTable, keyStep, publishTable } from './plan.ts';
import type { SchemaChange } from './schema-change.ts';
import { schemaChange } from './schema-change.ts';
import { addColumns, planTable, rowKey, takePlace } from './table.ts';

/**
 * An incremental model: a whole table the first time. After that only the delta is built, and a view puts it
 * together with what is published, so that everything downstream reads the future table. When that is to be laid out in
 * another way, it is a table instead, which takes the place of what is published.
 */
export function planIncremental(model: Model, input: PlanInput): NodePlan {
  const kept = keptTable(input);
  const fingerprint = logicOf(model, input);
  if (kept === undefined) return { ...planTable(model, input), fingerprint };
  const { names } = input;
  const query = buildQuery(model, input, kept);
  const change = schemaChange(model, input, kept);
  const isAnew = isRedesigned(model, input);
  const notes = [
    ...change.notes,
    ...(kept.fingerprint === fingerprint ? [] : [olderLogic]),
    ...(isAnew ? [redesigned] : []),
  ];
  return {
    node: model,
    names,
    look: lookAt(model, query, input),
    future: names.build,
    steps: [
      ...fillSteps(model, input, query, names.delta, change.given),
      ...keyStep(names.delta, model.config, input),
      ...(isAnew
        ? remakeSteps(model, input, change.columns, futureRows(model, input, change))
        : futureSteps(model, input, change)),
    ],
    publish: isAnew ? takePlace(input) : publishDelta(model, input, change),
    keepsRows: true,
    // The older logic stays in rows of the table, and so does its fingerprint, until a whole build.
    fingerprint: kept.fingerprint,
    contract: change.contract,
    design: designOf(model, input.context, change.columns),
    notes,
  };
}

const olderLogic =
  'its definition, or that of a view it reads, has changed since it was built as a whole: older rows keep the older logic until --full-refresh';

/** A fingerprint of what rows of the table are made by: the model, and the views between it and the tables it reads. */
function logicOf(model: Model, input: PlanInput): string {
  const { context, publishing } = input;
  const views = [...viewsRead(context.manifest, model)].map(({ uniqueId, template }) => {
    const self = context.dialect.relation(publishing(uniqueId));
    return compile(template, context, publishing, { names: { self } }).text;
  });
  return hash('sha1', JSON.stringify([fingerprintOf(model, input), ...views.toSorted()]));
}

/** The views that a model reads, also by way of other views and of ephemeral models. */
function viewsRead(manifest: Manifest, model: Model, found = new Set<Model>()): ReadonlySet<Model> {
  for (const id of model.dependsOn) {
    const parent = manifest.nodes.get(id);
    if (parent?.resourceType !== 'model' || found.has(parent)) continue;
    if (parent.config.materialized === 'view') found.add(parent);
    if (['view', 'ephemeral'].includes(parent.config.materialized)) viewsRead(manifest, parent, found);
  }
  return found;
}

/** The published table and the delta, each with the columns that only the other one has. */
function sides({ names }: PlanInput, { added, gone }: SchemaChange): { published: Side; delta: Side } {
  return {
    published: { relation: names.published, lacks: typesOf(added) },
    delta: { relation: names.delta, lacks: gone },
  };
}

function futureSteps(model: Model, input: PlanInput, change: SchemaChange): Step[] {
  const view = input.sql.createView(input.names.build, futureRows(model, input, change));
  return [{ kind: 'create', statement: view }, ...differenceStep(model, input, change)];
}

function futureRows({ config }: Model, input: PlanInput, change: SchemaChange): MappedText {
  const { changes } = input.sql;
  const { published, delta } = sides(input, change);
  return config.strategy === 'append'
    ? changes.appended(change.columns, published, delta)
    : changes.replaced(change.columns, config.uniqueKey, published, delta);
}

function differenceStep({ config }: Model, input: PlanInput, change: SchemaChange): Step[] {
  if (config.strategy === 'append') return [];
  const { names, sql } = input;
  const { published, delta } = sides(input, change);
  const difference = sql.changes.difference(change.columns, delta, published, config.uniqueKey);
  const create = sql.changes.createDifference(names.difference, difference);
  return [{ kind: 'difference', create, counts: sql.changes.differenceCounts(names.difference, rowKey(config)) }];
}

function publishDelta({ config }: Model, input: PlanInput, { given, added }: SchemaChange): Publish {
  const { names, sql } = input;
  const { published, delta, difference } = names;
  const statements = {
    append: [sql.insertFrom(published, given, delta)],
    'delete+insert': [
      sql.changes.deleteKeys(published, config.uniqueKey, delta),
      sql.insertFrom(published, given, delta),
    ],
    merge: [
      sql.changes.deleteKeys(published, config.uniqueKey, difference),
      sql.changes.insertKeys(published, given, config.uniqueKey, delta, difference),
    ],
  };
  const how = config.strategy === 'append' ? 'append' : 'merge';
  return publishTable(how, [...addColumns(input, added), ...statements[config.strategy]], { widens: added.length > 0 });
}
