import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { Column } from '../core/node.ts';
import type { Model } from '../project/manifest.ts';
import type { AddedColumn } from './columns.ts';
import { addedColumn, addedEngineColumn, sameColumns } from './columns.ts';
import type { EngineColumn } from '../core/engine-column.ts';
import type { KeptTable, PlanInput } from './plan.ts';
import { columnsChanged, contractHash } from './plan.ts';

/** The columns of an incremental table after this run, by `on_schema_change`. */
export interface SchemaChange {
  /** All columns of the future table. */
  readonly columns: readonly string[];
  /** Those that the delta gives. */
  readonly given: readonly string[];
  /** Those that the published table does not have yet. */
  readonly added: readonly AddedColumn[];
  /** Those that the model gives no more, with their types: they stay, and are null in new rows. */
  readonly gone: ReadonlyMap<string, string>;
  /** What the contract is that the table was made by from now on. */
  readonly contract: string;
  readonly notes: readonly string[];
}

/**
 * Works out what the columns of a model mean for its published table. Throws a FaultError when they are others and that is
 * not to be, or when the type of one has changed, which no table can follow in place.
 */
export function schemaChange(model: Model, input: PlanInput, kept: KeptTable): SchemaChange {
  return model.contract === undefined
    ? shapesChange(model, input, kept)
    : contractChange(model, model.contract, input, kept);
}

/** Only the hash of the older contract is known: of the columns that are still there it must give the same. */
function contractChange(
  model: Model,
  contract: readonly Column[],
  { context }: PlanInput,
  kept: KeptTable,
): SchemaChange {
  const mode = model.config.onSchemaChange;
  const names = contract.map(({ name }) => name);
  const more = contract.filter(({ name }) => !kept.columns.includes(name));
  const common = kept.columns.flatMap((name) => contract.filter((column) => column.name === name));
  const isKnown = kept.contract === contractHash({ ...model, contract: common });
  const isSame = isKnown && sameColumns(names, kept.columns);
  if (!isSame && (mode === 'fail' || !isKnown)) throw columnsChanged(model, kept);
  if (mode === 'append' && more.some(({ notNull }) => notNull)) throw columnsChanged(model, kept);
  const added = mode === 'append' ? more : [];
  const columns = [...kept.columns, ...added.map(({ name }) => name)];
  return {
    columns,
    given: columns,
    added: added.map((column) => addedColumn(column, context.dialect)),
    gone: new Map(),
    contract: contractHash({ ...model, contract: [...common, ...added] }),
    notes: notesOf(mode === 'ignore' ? more.map(({ name }) => name) : [], []),
  };
}

function shapesChange(model: Model, { shapes, context }: PlanInput, kept: KeptTable): SchemaChange {
  const mode = model.config.onSchemaChange;
  const given = shapes?.given ?? kept.columns.map((name): EngineColumn => ({ name, type: '' }));
  const published = shapes?.published ?? given;
  if (kept.contract !== contractHash(model)) throw columnsChanged(model, kept);
  const more = given.filter(({ name }) => !published.some((column) => column.name === name));
  const gone = published.filter(({ name }) => !given.some((column) => column.name === name));
  const isRetyped = given.some(({ name, type }) =>
    published.some((column) => column.name === name && column.type !== type),
  );
  const isSame = !isRetyped && text(given) === text(published);
  if (isRetyped || (mode === 'fail' && !isSame)) throw otherColumns(model, given, published);
  const added = mode === 'append' ? more : [];
  const columns = [...published, ...added].map(({ name }) => name);
  return {
    columns,
    given: columns.filter((name) => given.some((column) => column.name === name)),
    added: added.map((column) => addedEngineColumn(column, context.dialect)),
    gone: new Map(gone.map(({ name, type }) => [name, type])),
    contract: kept.contract,
    notes: notesOf(
      mode === 'ignore' ? more.map(({ name }) => name) : [],
      gone.map(({ name }) => name),
    ),
  };
}

function notesOf(ignored: readonly string[], gone: readonly string[]): string[] {
  return [
    ...(ignored.length === 0
      ? []
      : [`its new columns are left out: ${ignored.join(', ')} (on_schema_change="ignore")`]),
    ...(gone.length === 0 ? [] : [`columns that it gives no more stay, and are null in new rows: ${gone.join(', ')}`]),
  ];
}

function otherColumns(model: Model, given: readonly EngineColumn[], published: readonly EngineColumn[]): FaultError {
  return new FaultError({
    code: 'columns-changed',
    message: `the query of "${model.name}" gives other columns than are published:\n  ${text(given)}\n  and before ${text(published)}`,
    at: fileStart(model.path),
    hint: `rebuild it as a whole: sparkify-run models ${model.name}+ --full-refresh; or say on_schema_change="append" or "ignore"`,
  });
}

function text(columns: readonly EngineColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${type}`.toLowerCase()).join(', ');
}
