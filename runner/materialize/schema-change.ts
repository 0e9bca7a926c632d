import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { Column } from '../core/node.ts';
import type { Model } from '../project/manifest.ts';
import type { AddedColumn } from './columns.ts';
import { addedColumn, addedEngineColumn, sameColumns } from './columns.ts';
import type { ColumnDifference } from './column-differences.ts';
import { changeText, columnDifferences, queryColumns } from './column-differences.ts';
import { columnsChanged, contractDifferences } from './columns-changed.ts';
import type { Dialect } from '../adapters/dialect.ts';
import type { EngineColumn } from '../core/engine-column.ts';
import type { KeptTable, PlanInput } from './plan.ts';
import { contractHash } from './plan.ts';

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
function contractChange(model: Model, contract: readonly Column[], input: PlanInput, kept: KeptTable): SchemaChange {
  const { context } = input;
  const mode = model.config.onSchemaChange;
  const names = contract.map(({ name }) => name);
  const more = contract.filter(({ name }) => !kept.columns.includes(name));
  const common = kept.columns.flatMap((name) => contract.filter((column) => column.name === name));
  const isKnown = kept.contract === contractHash({ ...model, contract: common });
  const isSame = isKnown && sameColumns(names, kept.columns);
  const isDrifted = contractDifferences(model, input).some(({ kind }) => kind !== 'missing');
  const isRefused = isDrifted || !isKnown || (!isSame && mode === 'fail');
  if (isRefused || (mode === 'append' && more.some(({ notNull }) => notNull)))
    throw columnsChanged(model, kept, input, kept.contract === contractHash(model));
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

function shapesChange(model: Model, input: PlanInput, kept: KeptTable): SchemaChange {
  const { shapes, context } = input;
  const mode = model.config.onSchemaChange;
  const given = shapes?.given ?? kept.columns.map((name): EngineColumn => ({ name, type: '' }));
  const published = shapes?.published ?? given;
  if (kept.contract !== contractHash(model)) throw columnsChanged(model, kept, input, false);
  const more = given.filter(({ name }) => !published.some((column) => column.name === name));
  const gone = published.filter(({ name }) => !given.some((column) => column.name === name));
  const isRetyped = given.some(({ name, type }) =>
    published.some((column) => column.name === name && column.type !== type),
  );
  const isSame = !isRetyped && sameColumns(namesOf(given), namesOf(published));
  if (isRetyped || (mode === 'fail' && !isSame)) throw otherColumns(model, given, published, context.dialect);
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

function namesOf(columns: readonly EngineColumn[]): string[] {
  return columns.map(({ name }) => name);
}

function notesOf(ignored: readonly string[], gone: readonly string[]): string[] {
  return [
    ...(ignored.length === 0
      ? []
      : [`its new columns are left out: ${ignored.join(', ')} (on_schema_change="ignore")`]),
    ...(gone.length === 0 ? [] : [`columns that it gives no more stay, and are null in new rows: ${gone.join(', ')}`]),
  ];
}

function otherColumns(
  model: Model,
  given: readonly EngineColumn[],
  published: readonly EngineColumn[],
  dialect: Dialect,
): FaultError {
  const differences = columnDifferences(queryColumns(published, dialect), queryColumns(given, dialect));
  const lines = differences.length === 0 ? ['the columns are in another order'] : differences.map(givenText);
  // No setting lets a column of a table have another type.
  const mayFollow = model.config.onSchemaChange === 'fail' && differences.every(({ kind }) => kind !== 'type');
  return new FaultError({
    code: 'columns-changed',
    message: `the query of "${model.name}" gives other columns than are published:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    at: fileStart(model.path),
    hint: `rebuild it as a whole: sparkify-run models ${model.name}+ --full-refresh${mayFollow ? '; or say on_schema_change="append" or "ignore"' : ''}`,
  });
}

function givenText(difference: ColumnDifference): string {
  const { kind, name } = difference;
  if (kind === 'missing') return `column ${name} (${difference.type}) is new`;
  return kind === 'extra' ? `column ${name} (${difference.type}) is not given any more` : changeText(difference);
}
