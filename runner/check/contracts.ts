import type { Fault } from '../core/fault.ts';
import type { Location, Place } from '../core/location.ts';
import { fileStart } from '../core/location.ts';
import { suggestion } from '../core/nearest.ts';
import type { Column } from '../core/node.ts';
import { loadIdColumn, namePattern } from '../core/node.ts';
import { invalidName } from '../project/contract.ts';
import type { Check, Manifest, Model, Seed, Test } from '../project/manifest.ts';
import { buildableNamed } from '../project/manifest.ts';
import { settingPlace } from './setting-place.ts';

/** What the settings of a model and its column contract say about each other. */
export function checkContracts(manifest: Manifest): Fault[] {
  // A contract may stand in a properties file that could not be read.
  const contractsKnown = !manifest.unreadable.some((path) => /\.ya?ml$/.test(path));
  return [...manifest.nodes.values()].flatMap((node) => {
    switch (node.resourceType) {
      case 'model':
        return [...keyFaults(node), ...materializationFaults(node, contractsKnown), ...reservedNames(manifest, node)];
      case 'seed':
        return headerFaults(node);
      case 'test':
        return testFaults(manifest, node);
      default:
        return [];
    }
  });
}

/** The columns of a key must be in the contract, if there is one. */
function keyFaults(model: Model): Fault[] {
  const known = model.contract?.map((column) => column.name);
  if (known === undefined) return [];
  return model.config.uniqueKey
    .filter((column) => !known.includes(column))
    .map((column) =>
      columnUnknown(
        `unique_key: the contract of "${model.name}" has no column "${column}"`,
        column,
        known,
        settingPlace(model, 'unique_key'),
      ),
    );
}

function materializationFaults(model: Model, contractsKnown: boolean): Fault[] {
  const { materialized, strategy, uniqueKey } = model.config;
  const at = settingPlace(model, 'materialized');
  const faults: Fault[] = [];
  if (materialized === 'copy') {
    if (model.contract === undefined && contractsKnown) {
      faults.push({
        code: 'contract-missing',
        message: `the copy model "${model.name}" needs a column contract: the table that raw rows are loaded into`,
        at,
        hint: 'describe its columns, each with a type, in a .yml file beside it',
      });
    }
    if (model.facts.sources.length !== 1) {
      faults.push({
        code: 'config-invalid',
        message: `a copy model loads one source, "${model.name}" has ${model.facts.sources.length}`,
        at,
        hint: 'call a macro with from=(source "group" "file")',
      });
    }
  }
  if (materialized === 'incremental' && strategy !== 'append' && uniqueKey.length === 0) {
    faults.push({
      code: 'config-invalid',
      message: `the strategy "${strategy}" needs a unique_key`,
      at: settingPlace(model, 'strategy'),
      hint: 'add unique_key="…", or use strategy="append"',
    });
  }
  return faults;
}

/** A copy model has a column and may have a table of the runner's own. */
function reservedNames(manifest: Manifest, { name, path, config, contract = [] }: Model): Fault[] {
  if (config.materialized !== 'copy') return [];
  const rejects = buildableNamed(manifest, `${name}_rejects`);
  return [
    ...(contract.some((column) => column.name === loadIdColumn)
      ? [
          {
            code: 'name-invalid',
            message: `"${name}" has a column "${loadIdColumn}" of its own: it tells which run loaded a row`,
            at: fileStart(path),
            hint: 'leave it out of the contract',
          } as const,
        ]
      : []),
    ...(rejects === undefined || rejects.config.schema !== config.schema
      ? []
      : [
          {
            code: 'duplicate-name',
            message: `"${rejects.name}" is where rows go that do not fit "${name}"`,
            at: fileStart(rejects.path),
            hint: 'give it another name, or another schema',
          } as const,
        ]),
  ];
}

/** The columns of a seed are those of its file, in any order. */
function headerFaults({ name, path, header, contract, properties }: Seed): Fault[] {
  const at: Location = fileStart(path);
  const declared = contract.map((column) => column.name);
  const place = properties === undefined ? at : { ...properties.place, keys: [...properties.place.keys, 'columns'] };
  const missing = declared
    .filter((column) => !header.includes(column))
    .map((column) => columnUnknown(`the file of the seed "${name}" has no column "${column}"`, column, header, place));
  const extra = header
    .filter((column) => !declared.includes(column))
    .map((column) =>
      columnUnknown(`the contract of the seed "${name}" has no column "${column}"`, column, declared, at),
    );
  const invalid = header
    .filter((column) => declared.includes(column) && !namePattern.test(column))
    .map((column) => invalidName(column, at));
  return [...missing, ...extra, ...invalid];
}

function testFaults(manifest: Manifest, test: Test): Fault[] {
  return testedColumns(test.check).flatMap(({ model, column }) => {
    const known = columnsOf(buildableNamed(manifest, model));
    if (known === undefined || known.has(column)) return [];
    return [
      columnUnknown(
        `the test "${test.name}" looks at "${column}", which is no column of "${model}"`,
        column,
        known,
        test.at,
      ),
    ];
  });
}

function testedColumns(check: Check): { model: string; column: string }[] {
  switch (check.kind) {
    case 'sql':
      return [];
    case 'unique':
      return check.columns.map((column) => ({ model: check.model, column }));
    case 'relationships':
      return [
        { model: check.model, column: check.column },
        { model: check.to, column: check.toColumn },
      ];
    default:
      return [{ model: check.model, column: check.column }];
  }
}

/** The names of the columns of contracts: thousands of tests may be of one. */
const columnNames = new WeakMap<readonly Column[], ReadonlySet<string>>();

function columnsOf(node: Model | Seed | undefined): ReadonlySet<string> | undefined {
  const contract = node?.contract;
  if (contract === undefined) return undefined;
  const names = columnNames.get(contract) ?? new Set(contract.map((column) => column.name));
  columnNames.set(contract, names);
  return names;
}

function columnUnknown(message: string, column: string, known: Iterable<string>, at: Place): Fault {
  const hint = suggestion(column, known);
  return { code: 'column-unknown', message, at, hint };
}
