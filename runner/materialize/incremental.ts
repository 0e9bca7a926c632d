import { hash } from 'node:crypto';
import type { MappedText } from '../core/mapped-text.ts';
import type { Manifest, Model } from '../project/manifest.ts';
import { compile } from './compile.ts';
import type { KeptTable, NodePlan, PlanInput, Step } from './plan.ts';
import {
  buildQuery,
  columnsChanged,
  columnsStep,
  contractHash,
  contractStep,
  fillSteps,
  fingerprintOf,
  keptTable,
  keyStep,
  sameColumns,
} from './plan.ts';
import { planTable, rowKey } from './table.ts';

/**
 * An incremental model: a whole table the first time. After that only the delta is built, and a view puts it
 * together with what is published, so that everything downstream reads the future table.
 */
export function planIncremental(model: Model, input: PlanInput): NodePlan {
  const kept = keptTable(input);
  const fingerprint = logicOf(model, input);
  if (kept === undefined) return { ...planTable(model, input), fingerprint };
  const { names, sql } = input;
  const columns = model.contract?.map((column) => column.name) ?? kept.columns;
  if (!sameColumns(columns, kept.columns) || kept.contract !== contractHash(model)) throw columnsChanged(model, kept);
  const { strategy, uniqueKey } = model.config;
  const view =
    strategy === 'append'
      ? sql.appendedView(names.build, columns, names.published, names.delta)
      : sql.replacedView(names.build, columns, uniqueKey, names.published, names.delta);
  const changed = kept.fingerprint !== fingerprint;
  return {
    node: model,
    names,
    future: names.build,
    steps: [
      ...deltaSteps(model, input, kept, columns),
      ...keyStep(names.delta, model.config, input),
      { kind: 'create', statement: view },
      ...differenceStep(model, input, columns),
    ],
    publish: {
      how: strategy === 'append' ? 'append' : 'merge',
      statements: publishStatements(model, input, columns),
      recreate: [],
      type: 'table',
    },
    // The older logic stays in rows of the table, and so does its fingerprint, until a whole build.
    fingerprint: kept.fingerprint,
    contract: kept.contract,
    notes: changed
      ? [
          'its definition, or that of a view it reads, has changed since it was built as a whole: older rows keep the older logic until --full-refresh',
        ]
      : [],
  };
}

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

function deltaSteps(model: Model, input: PlanInput, kept: KeptTable, columns: readonly string[]): Step[] {
  const query = buildQuery(model, input, kept);
  return [
    ...contractStep(query, model, input),
    ...(model.contract === undefined ? [columnsStep(query, 'columns-changed', input)] : []),
    ...fillSteps(model, input, query, input.names.delta, columns),
  ];
}

function differenceStep({ config }: Model, { names, sql }: PlanInput, columns: readonly string[]): Step[] {
  if (config.strategy === 'append') return [];
  const create = sql.createDifference(
    names.difference,
    sql.difference(columns, names.delta, names.published, config.uniqueKey),
  );
  return [{ kind: 'difference', create, counts: sql.differenceCounts(names.difference, rowKey(config)) }];
}

function publishStatements({ config }: Model, { names, sql }: PlanInput, columns: readonly string[]): MappedText[] {
  switch (config.strategy) {
    case 'append':
      return [sql.insertFrom(names.published, columns, names.delta)];
    case 'delete+insert':
      return [
        sql.deleteKeys(names.published, config.uniqueKey, names.delta),
        sql.insertFrom(names.published, columns, names.delta),
      ];
    case 'merge':
      return [
        sql.deleteKeys(names.published, config.uniqueKey, names.difference),
        sql.insertDifference(names.published, columns, names.difference),
      ];
  }
}
