import type { Buildable, Model, ModelConfig, Seed } from '../project/manifest.ts';
import type { NodePlan, PlanInput, Publish, Step } from './plan.ts';
import {
  buildQuery,
  columnsStep,
  contractHash,
  contractStep,
  fillSteps,
  fingerprintOf,
  keyStep,
  sameColumns,
} from './plan.ts';

/** A table that is made anew as a whole beside the published one. */
export function planTable(model: Model, input: PlanInput): NodePlan {
  const { names, published } = input;
  const query = buildQuery(model, input);
  const columns = model.contract?.map((column) => column.name) ?? published?.columns;
  const isCompared = model.contract === undefined && published?.type === 'table';
  const steps: Step[] = [
    ...contractStep(query, model, input),
    ...(isCompared ? [columnsStep(query, 'recreate', input)] : []),
    ...fillSteps(model, input, query, names.build, columns ?? []),
    ...keyStep(names.build, model.config, input),
  ];
  return wholeTable(model, input, steps, columns, rowKey(model.config));
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
  ];
  return wholeTable(
    seed,
    input,
    steps,
    seed.contract.map((column) => column.name),
    [],
  );
}

/** Publishes a whole new table: only what differs from the published one is written or counted, where that can be told. */
export function wholeTable(
  node: Buildable,
  input: PlanInput,
  steps: readonly Step[],
  columns: readonly string[] | undefined,
  key: readonly string[],
): NodePlan {
  const { names, published, sql, context } = input;
  const contract = contractHash(node);
  const plan = { node, names, future: names.build, fingerprint: fingerprintOf(node, input), contract, notes: [] };
  const swap = swapPublish(input);
  const sameContract = published?.state?.contract === contract;
  if (
    published?.type !== 'table' ||
    columns === undefined ||
    !sameColumns(published.columns, columns) ||
    !sameContract
  ) {
    return { ...plan, steps, publish: swap };
  }
  const difference = sql.difference(columns, names.build, names.published);
  if (context.dialect.supports.publish === 'swap') {
    return {
      ...plan,
      steps: [...steps, { kind: 'difference', create: undefined, counts: sql.differenceCounts(difference, key) }],
      publish: swap,
    };
  }
  const counts = sql.differenceCounts(names.difference, key);
  const statements =
    key.length > 0
      ? [
          sql.deleteKeys(names.published, key, names.difference),
          sql.insertDifference(names.published, columns, names.difference),
        ]
      : [sql.deleteAll(names.published), sql.insertFrom(names.published, columns, names.build)];
  return {
    ...plan,
    steps: [...steps, { kind: 'difference', create: sql.createDifference(names.difference, difference), counts }],
    publish: { ...swap, how: 'merge', statements },
  };
}

/** The new table takes the place and the name of what is published. */
export function swapPublish({ names, published, sql }: PlanInput): Publish {
  const drop = published === undefined ? [] : [sql.drop(names.published, published.type)];
  const statements = [...drop, sql.rename(names.build, names.published)];
  return { how: 'swap', statements, recreate: statements, type: 'table' };
}
