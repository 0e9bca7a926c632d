import type { $ZodIssue, $ZodType } from 'zod/v4/core';
import type { Fault } from '../core/fault.ts';
import { nearest, suggestion } from '../core/nearest.ts';
import { ownValue } from '../core/own-value.ts';
import { secretKeys } from './secrets.ts';
import { commaHint, valueHint } from './yaml-hints.ts';

type Keys = readonly (string | number)[];

/**
 * Turns what a schema refused into faults, one for each key or value, with the nearest right one.
 * `data` is what was parsed from the YAML file `path`; it stands there at `base`.
 */
export function schemaFaults(
  schema: $ZodType,
  data: unknown,
  issues: readonly $ZodIssue[],
  path: string,
  base: Keys = [],
): Fault[] {
  // Looked up by where they are: thousands of keys may be missing beside thousands that are unknown.
  const unknown = new Map<string, readonly string[]>();
  for (const issue of issues)
    if (issue.code === 'unrecognized_keys') unknown.set(JSON.stringify(issue.path), issue.keys);
  return issues
    .filter((issue) => !isMisspelt(schema, data, issue, unknown))
    .flatMap((issue) => issueFaults(schema, data, issue, path, base));
}

/** Whether a key is missing only since it is misspelt, which is a fault of its own. `unknown` has the unknown keys by their mapping. */
function isMisspelt(
  schema: $ZodType,
  data: unknown,
  { path }: $ZodIssue,
  unknown: ReadonlyMap<string, readonly string[]>,
): boolean {
  const keys = path.filter((key) => typeof key !== 'symbol');
  if (keys.length === 0 || valueAt(data, keys) !== undefined) return false;
  const [parent, last] = [keys.slice(0, -1), String(keys.at(-1))];
  const beside = unknown.get(JSON.stringify(parent)) ?? [];
  return beside.some((key) => nearest(key, knownKeys(schema, data, parent)) === last);
}

function issueFaults(schema: $ZodType, data: unknown, issue: $ZodIssue, path: string, base: Keys): Fault[] {
  const inner = issue.path.filter((key) => typeof key !== 'symbol');
  const keys = [...base, ...inner];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, data, inner);
    const mapping = new Map<string, unknown>(Object.entries(valueAt(data, inner) ?? {}));
    return issue.keys.map((key) => ({
      code: 'config-unknown-key',
      message: `the key "${key}" is not one that may stand here`,
      at: { path, keys: [...keys, key], point: 'key' },
      ...hint(commaHint(key, mapping) ?? nameHere(key, known) ?? suggestion(key, known)),
    }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest is the one that was meant.
    const branch = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
    if (branch !== undefined && depth(branch) > 0) {
      const nested = branch.map((inside) => ({ ...inside, path: [...issue.path, ...inside.path] }));
      return nested.flatMap((inside) => issueFaults(schema, data, inside, path, base));
    }
  }
  const value = valueAt(data, inner);
  const missing = value === undefined && inner.length > 0;
  return [
    {
      code: 'config-invalid',
      message: missing ? `"${inner.join('.')}" is missing` : sentence(issue, shownValue(inner, value)),
      at: missing ? { path, keys: keys.slice(0, -1), point: 'value' } : { path, keys, point: 'value' },
      ...hint(missing ? undefined : valueHintFor(issue, value)),
    },
  ];
}

/** What dbt calls a key, and what it is called here. */
const keysElsewhere: ReadonlyMap<string, string> = new Map([
  ['data_tests', 'tests'],
  ['data_type', 'type'],
  ['field', 'column'],
]);

function nameHere(key: string, known: readonly string[]): string | undefined {
  const name = keysElsewhere.get(key);
  return name !== undefined && known.includes(name) ? `it is called "${name}" here` : undefined;
}

function valueHintFor(issue: $ZodIssue, value: unknown): string | undefined {
  if (issue.code === 'invalid_type') return valueHint(issue.expected, value);
  return isScalar(value) ? suggestion(String(value), optionsOf(issue)) : undefined;
}

/** The values that may stand there, where there are only so many. */
function optionsOf(issue: $ZodIssue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return [];
  const options = 'options' in issue ? issue.options : issue.errors.flat().filter(isWhole).flatMap(optionsOf);
  return Array.isArray(options) ? options.filter((option) => typeof option === 'string') : [];
}

/** Whether an issue is about a value as a whole, and not about a part of it. */
function isWhole(issue: $ZodIssue): boolean {
  return issue.path.length === 0;
}

/** A password that should not be there is not repeated. */
function shownValue(keys: Keys, value: unknown): unknown {
  return secretKeys.includes(String(keys.at(-1))) ? '…' : value;
}

function sentence(issue: $ZodIssue, value: unknown): string {
  const said = typeof value === 'object' ? issue.message : `${describe(value)}: ${issue.message}`;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${article(issue.expected)}, found ${describe(value)}`;
    case 'invalid_value':
      return `${describe(value)} is not one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      if (issue.message !== 'Invalid input') return issue.message;
      return optionsOf(issue).length === 0
        ? `${describe(value)} does not fit here`
        : `${describe(value)} is not one of ${optionsOf(issue).join(', ')}`;
    case 'too_big':
      if (issue.message !== 'Invalid input') return said;
      return `${describe(value)} is more than ${issue.maximum}`;
    case 'too_small':
      if (issue.message !== 'Invalid input') return said;
      return `${describe(value)} is less than ${issue.minimum}`;
    default:
      return said;
  }
}

function article(expected: string): string {
  const names: Record<string, string> = { object: 'a mapping', record: 'a mapping', array: 'a list', string: 'text' };
  return ownValue(names, expected) ?? `a ${expected}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : JSON.stringify(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function depth(issues: readonly $ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

function valueAt(data: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    data,
  );
}

/** The keys that the schema allows in the mapping at `keys`; of a union, those of the branch that the data chose. */
function knownKeys(schema: $ZodType, data: unknown, keys: Keys): string[] {
  const def = schema._zod.def as { type: string; [part: string]: unknown };
  const [first, ...rest] = keys;
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'nullable':
      return knownKeys(def['innerType'] as $ZodType, data, keys);
    case 'pipe':
      return knownKeys(def['in'] as $ZodType, data, keys);
    case 'union':
      return [...new Set((def['options'] as $ZodType[]).flatMap((option) => knownKeys(option, data, keys)))];
    case 'object': {
      const shape = def['shape'] as Record<string, $ZodType>;
      if (first === undefined) return Object.keys(shape);
      const next = ownValue(shape, String(first));
      return next === undefined ? [] : knownKeys(next, valueAt(data, [first]), rest);
    }
    case 'record':
      return first === undefined ? [] : knownKeys(def['valueType'] as $ZodType, valueAt(data, [first]), rest);
    case 'array':
      return first === undefined ? [] : knownKeys(def['element'] as $ZodType, valueAt(data, [first]), rest);
    default:
      return [];
  }
}

function hint(text: string | undefined): { hint?: string } {
  return text === undefined ? {} : { hint: text };
}
