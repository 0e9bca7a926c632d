import { FaultError } from '../core/fault.ts';
import type { Place } from '../core/location.ts';
import { fileStart } from '../core/location.ts';
import { loadIdColumn, strategies } from '../core/node.ts';
import { relationName } from '../core/relation.ts';
import type { Buildable, Model } from '../project/manifest.ts';
import type { ColumnDifference } from './column-differences.ts';
import { columnDifferences, contractColumns, differenceText } from './column-differences.ts';
import type { KeptTable, PlanInput } from './plan.ts';
import { contractHash } from './plan.ts';

/** In what the table that is published for a node differs from its contract; nothing without one. */
export function contractDifferences(node: Buildable, { published, context }: PlanInput): ColumnDifference[] {
  if (node.contract === undefined || published === undefined) return [];
  const found = published.catalogColumns.filter(
    ({ name }) => node.config.materialized !== 'copy' || name !== loadIdColumn,
  );
  return columnDifferences(found, contractColumns(node.contract, context.dialect));
}

/**
 * A fault for a model that adds to a table that is not, or no longer, one of its contract, its key and its way to load.
 * `isOurs` says that the table was published by all of these: then somebody has changed it since.
 */
export function columnsChanged(model: Model, kept: KeptTable, input: PlanInput, isOurs: boolean): FaultError {
  const differences = contractDifferences(model, input);
  if (isOurs) return changedByOthers(model, differences, input);
  const why =
    differences.length === 0
      ? `the published table "${model.name}" cannot be added to: ${otherThanColumns(model, kept)}`
      : `the published table "${model.name}" does not have the columns of the contract:\n${lines(differences)}`;
  return new FaultError({
    code: 'columns-changed',
    message: why,
    at: placeOf(model, differences),
    hint: rebuild(model),
  });
}

/** A fault for a table that somebody has changed since it was published. What they have added would be lost. */
export function changedByOthers(
  node: Buildable,
  differences: readonly ColumnDifference[],
  { names }: PlanInput,
): FaultError {
  const extra = differences.flatMap(({ kind, name }) => (kind === 'extra' ? [`"${name}"`] : []));
  const lost = `; that drops ${extra.join(', ')} with all values: to keep them, copy them elsewhere or add the column to the contract`;
  const shown = differences.length === 0 ? '  its columns are in another order' : lines(differences);
  return new FaultError({
    code: 'columns-changed',
    message: `${relationName(names.published)} has been changed since it was published for "${node.name}":\n${shown}`,
    at: placeOf(node, differences),
    hint: `${rebuild(node)}${extra.length === 0 ? '' : lost}`,
  });
}

function rebuild({ name }: Buildable): string {
  return `rebuild it as a whole: sparkify-run models ${name}+ --full-refresh`;
}

function lines(differences: readonly ColumnDifference[]): string {
  return differences.map((difference) => `  ${differenceText(difference, differences)}`).join('\n');
}

/** The first column of the contract that differs, or the node in its properties file. */
function placeOf({ properties, path }: Buildable, differences: readonly ColumnDifference[]): Place {
  if (properties === undefined) return fileStart(path);
  const indexes = differences.map(({ name }) => properties.columns.findIndex((column) => column.name === name));
  const index = indexes.find((found) => found >= 0);
  const { place } = properties;
  return index === undefined ? place : { ...place, keys: [...place.keys, 'columns', index, 'name'] };
}

/** Why rows cannot be added to a table, though its columns are those of the model. */
function otherThanColumns(model: Model, kept: KeptTable): string {
  if (model.config.materialized === 'copy')
    return 'its jsonpaths file, or another way to read values, has changed since its rows were loaded';
  return keyChange(model, kept) ?? 'its contract, unique_key or strategy has changed since it was built';
}

/** Only a hash is kept of the contract and the key: those that are likely are tried. */
function keyChange(model: Model, kept: KeptTable): string | undefined {
  const { config } = model;
  const keys = [[], ...kept.columns.map((name) => [name]), ...pairs(kept.columns), config.uniqueKey];
  const likely = strategies.flatMap((strategy) => keys.map((uniqueKey) => ({ ...config, strategy, uniqueKey })));
  const isKept = (candidate: Pick<Model, 'contract' | 'config'>): boolean => contractHash(candidate) === kept.contract;
  const before = likely.find((candidate) => isKept({ contract: model.contract, config: candidate }));
  if (before === undefined) return undefined;
  return [
    ...(before.strategy === config.strategy ? [] : [`its strategy was ${before.strategy} and is ${config.strategy}`]),
    ...(keyText(before.uniqueKey) === keyText(config.uniqueKey)
      ? []
      : [`its unique_key was ${keyText(before.uniqueKey)} and is ${keyText(config.uniqueKey)}`]),
  ].join(', ');
}

/** Keys of two columns; of a wide table there are too many. */
function pairs(names: readonly string[]): string[][] {
  if (names.length > 30) return [];
  return names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b]));
}

function keyText(key: readonly string[]): string {
  return key.length === 0 ? 'none' : `"${key.join(',')}"`;
}
