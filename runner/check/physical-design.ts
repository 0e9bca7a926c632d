import { columnTypeText } from '../core/column-type.ts';
import type { Fault } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { suggestion } from '../core/nearest.ts';
import { distStyles, loadIdColumn, sortStyle } from '../core/node.ts';
import type { Buildable, Manifest, Model } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';
import { encodings, encodingsFor } from './encodings.ts';
import { isMisspelt, settingPlace } from './setting-place.ts';

/** How many columns a table may be sorted by (AWS, "CREATE TABLE"). */
const mostSorted = { compound: 400, interleaved: 8 };

/** What Redshift would refuse of the layout of a table. It is told on every warehouse, so that a project fits them all. */
export function checkPhysicalDesign(manifest: Manifest): Fault[] {
  return [...manifest.nodes.values()]
    .filter(isBuildable)
    .flatMap((node) => [...encodingFaults(node), ...(node.resourceType === 'model' ? designFaults(node) : [])]);
}

function designFaults(model: Model): Fault[] {
  if (isMisspelt(model)) return [];
  const { materialized } = model.config;
  if (materialized === 'view' || materialized === 'ephemeral') return withoutTable(model, materialized);
  return [...distFaults(model), ...sortFaults(model)];
}

function withoutTable(model: Model, materialized: string): Fault[] {
  const what = materialized === 'view' ? 'a view' : materialized;
  return declared(model).map((setting) =>
    invalid(model, setting, `${setting} lays out the rows of a table, and "${model.name}" is ${what}`),
  );
}

/** Those of the settings that the model has. */
function declared({ config }: Model): string[] {
  const settings = { dist: config.dist, sort: config.sort[0], sort_type: config.sortType };
  return Object.entries(settings).flatMap(([setting, value]) => (value === undefined ? [] : [setting]));
}

function distFaults(model: Model): Fault[] {
  const { dist } = model.config;
  if (dist === undefined || distStyles.includes(dist)) return [];
  if (dist.includes(','))
    return [invalid(model, 'dist', `a table is distributed by one column, and dist="${dist}" names several`)];
  return columnFaults(model, 'dist', [dist], distStyles);
}

function sortFaults(model: Model): Fault[] {
  const { sort, sortType = 'compound' } = model.config;
  if (sort.length === 0) {
    if (model.config.sortType === undefined) return [];
    return [invalid(model, 'sort_type', 'sort_type says how to sort by the columns of sort, and there is none')];
  }
  if (sort.includes(sortStyle)) return automaticSortFaults(model);
  const most = mostSorted[sortType];
  const twice = sort.find((column, i) => sort.indexOf(column) !== i);
  return [
    ...(sort.length <= most
      ? []
      : [invalid(model, 'sort', `a ${sortType} sort key has ${most} columns at most, and sort names ${sort.length}`)]),
    ...(twice === undefined ? [] : [invalid(model, 'sort', `sort names "${twice}" twice`)]),
    ...columnFaults(model, 'sort', [...new Set(sort)], [sortStyle]),
  ];
}

function automaticSortFaults(model: Model): Fault[] {
  const { sort, sortType } = model.config;
  if (sort.length > 1)
    return [invalid(model, 'sort', `sort="${sortStyle}" leaves the columns to Redshift, and names some as well`)];
  if (sortType === undefined) return [];
  return [invalid(model, 'sort_type', `sort="${sortStyle}" leaves it to Redshift how the table is sorted`)];
}

/** Columns of a key must be in the contract, if there is one, and of a type that can be compared. */
function columnFaults(model: Model, setting: string, columns: readonly string[], styles: readonly string[]): Fault[] {
  const { contract, config } = model;
  if (contract === undefined) return [];
  const own = config.materialized === 'copy' ? [loadIdColumn] : [];
  return columns.flatMap((name): Fault[] => {
    if (own.includes(name)) return [];
    const column = contract.find((candidate) => candidate.name === name);
    if (column === undefined) {
      const message = `${setting}: the contract of "${model.name}" has no column "${name}"`;
      const hint = suggestion(name, [...contract.map((known) => known.name), ...own, ...styles]);
      return [{ code: 'column-unknown', message, at: settingPlace(model, setting), hint }];
    }
    if (column.type.kind !== 'super') return [];
    return [invalid(model, setting, `"${name}" is super, and no table can be laid out by such a column`)];
  });
}

function encodingFaults({ name: node, path, contract = [], properties }: Buildable): Fault[] {
  return contract.flatMap(({ name, type, encode }): Fault[] => {
    if (encode === undefined) return [];
    const fitting = encodingsFor(type);
    if (fitting.includes(encode)) return [];
    const index = properties?.columns.findIndex((column) => column.name === name) ?? -1;
    const keys = [...(properties?.place.keys ?? []), 'columns', index, 'encode'];
    const at = properties === undefined ? fileStart(path) : ({ ...properties.place, keys, point: 'value' } as const);
    const message = Object.hasOwn(encodings, encode)
      ? `the column "${name}" of "${node}" is ${columnTypeText(type)}, for which the encoding ${encode} is not made`
      : `"${encode}" is no encoding that Redshift knows`;
    const hint = Object.hasOwn(encodings, encode)
      ? `those for it are ${fitting.join(', ')}`
      : suggestion(encode, Object.keys(encodings));
    return [{ code: 'config-invalid', message, at, hint }];
  });
}

function invalid(model: Model, setting: string, message: string): Fault {
  return { code: 'config-invalid', message, at: settingPlace(model, setting) };
}
