import { hash } from 'node:crypto';
import type { Fault } from '../core/fault.ts';
import type { KeyPath } from '../core/location.ts';
import type { Severity } from '../core/node.ts';
import { uniqueId } from '../core/node.ts';
import type { Check, Test } from './manifest.ts';
import type { ColumnTest, NodeProperties } from './properties.ts';

/** A data test as a properties file has it, before the names in it are looked up. */
interface Declared {
  readonly check: Exclude<Check, { kind: 'sql' }>;
  readonly severity: Severity | undefined;
  readonly keys: readonly (string | number)[];
}

/** The data tests that a properties file declares for the model or seed at `place`. */
export function declaredTests(
  project: string,
  node: NodeProperties,
  place: KeyPath,
  fqn: readonly string[],
  idOf: (name: string) => string | undefined,
  /** Whether a model or seed of that name has a file, even one that cannot be read. */
  hasFile: (name: string) => boolean,
  faults: Fault[],
): Test[] {
  const onColumns = (node.columns ?? []).flatMap((column, i) =>
    (column.tests ?? []).flatMap((test, j) => columnTests(node.name, column.name, test, ['columns', i, 'tests', j])),
  );
  const onNode = (node.tests ?? []).map((test, i): Declared => {
    const { columns, severity } = test.unique;
    return { check: { kind: 'unique', model: node.name, columns }, severity, keys: ['tests', i, 'unique'] };
  });
  return [...onColumns, ...onNode].map(({ check, severity = 'error', keys }) => {
    const at: KeyPath = { path: place.path, keys: [...place.keys, ...keys], point: 'value' };
    const name = testName(check);
    const parents = [check.model, ...(check.kind === 'relationships' ? [check.to] : [])];
    for (const parent of parents) {
      if (idOf(parent) === undefined && parent !== node.name && !hasFile(parent)) {
        faults.push({
          code: 'ref-unknown',
          message: `there is no model or seed "${parent}"`,
          at: { ...at, keys: [...at.keys, 'relationships', 'to'] },
        });
      }
    }
    return {
      resourceType: 'test',
      uniqueId: uniqueId('test', project, name),
      name,
      path: place.path,
      fqn: [...fqn, name],
      description: '',
      tags: [],
      dependsOn: parents.map(idOf).filter((id) => id !== undefined),
      check,
      severity,
      at,
    };
  });
}

function columnTests(model: string, column: string, test: ColumnTest, keys: readonly (string | number)[]): Declared[] {
  if (typeof test === 'string') return [{ check: simpleCheck(test, model, column), severity: undefined, keys }];
  const found: Declared[] = [];
  for (const kind of ['not_null', 'unique'] as const) {
    if (kind in test) found.push({ check: simpleCheck(kind, model, column), severity: test[kind]?.severity, keys });
  }
  if (test.accepted_values !== undefined) {
    const { values, severity } = test.accepted_values;
    found.push({ check: { kind: 'accepted_values', model, column, values }, severity, keys });
  }
  if (test.accepted_range !== undefined) {
    const { min_value, max_value, severity } = test.accepted_range;
    const range = { minValue: min_value, maxValue: max_value };
    found.push({ check: { kind: 'accepted_range', model, column, ...range }, severity, keys });
  }
  if (test.relationships !== undefined) {
    const { to, column: toColumn, severity } = test.relationships;
    found.push({ check: { kind: 'relationships', model, column, to, toColumn }, severity, keys });
  }
  return found;
}

function simpleCheck(kind: 'not_null' | 'unique', model: string, column: string): Declared['check'] {
  return kind === 'unique' ? { kind, model, columns: [column] } : { kind, model, column };
}

function testName(check: Declared['check']): string {
  const columns = check.kind === 'unique' ? check.columns : [check.column];
  const to = check.kind === 'relationships' ? [check.to] : [];
  return [check.kind, check.model, ...columns, ...to].join('_');
}

/**
 * Tests that would have the same name, such as two lists of accepted values for one column: all but the first get a
 * hash of what they look for. One that is declared twice is added to `faults`.
 */
export function withOwnNames(project: string, tests: readonly Test[], faults: Fault[]): Test[] {
  const known = new Map<string, string>();
  return tests.flatMap((test): Test[] => {
    const looksFor = JSON.stringify(test.check);
    const name = known.has(test.name) ? `${test.name}_${hash('sha1', looksFor).slice(0, 8)}` : test.name;
    if (known.get(test.name) === looksFor || known.has(name)) {
      faults.push({ code: 'duplicate-name', message: `the test "${test.name}" is declared twice`, at: test.at });
      return [];
    }
    known.set(name, looksFor);
    return [{ ...test, name, uniqueId: uniqueId('test', project, name), fqn: [...test.fqn.slice(0, -1), name] }];
  });
}
