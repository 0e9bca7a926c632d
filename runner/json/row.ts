import type { Location } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import type { Column } from '../core/node.ts';
import type { CopyOptions } from './copy-options.ts';
import { fit, misfit } from './fit.ts';
import type { JsonPath } from './jsonpaths.ts';
import { follow, repeatedKey, rowKind, withLowerCaseKeys } from './jsonpaths.ts';
import type { JsonNode } from './parse.ts';
import { JsonError, parseJson, rawText } from './parse.ts';
import type { RootValue } from './root-values.ts';
import { maxValueBytes } from './value-extent.ts';

/** A column of a table that is loaded, and where in the raw row its value is. */
export interface Field {
  readonly column: Column;
  readonly path: JsonPath;
  /** How its values are taken; as they are written, if nothing is said. */
  readonly options?: CopyOptions;
  /** Whether a key may differ from its path in the case of A to Z; the path is one key in lower case then. */
  readonly ignoresCase?: boolean;
}

/** Why a raw row cannot be loaded. */
export interface RowProblem {
  readonly message: string;
  readonly at: Location;
  /** The field that does not fit; absent when the row is not a JSON object at all. */
  readonly field?: string;
}

/** What became of one raw row: for each field the text to store, and whether the row has any of them, also as null; or all that is wrong with it. */
export type CheckedRow =
  | { readonly values: readonly (string | null)[]; readonly hasField: boolean }
  | { readonly problems: readonly RowProblem[]; readonly raw: string };

const excerptBefore = 40;
const excerptLength = 100;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Checks one root value of the file `path` against the fields of its table. */
export function checkRow(value: RootValue, fields: readonly Field[], path: string): CheckedRow {
  const raw = value.bytes.toString('utf8');
  const reject = (message: string, offset: number, field?: string): RowProblem => ({
    message,
    at: locationIn(value, raw, path, offset),
    ...(field === undefined ? {} : { field }),
  });
  if (value.bytes.length > maxValueBytes) return { problems: [reject('one JSON value may be 4 MB at most', 0)], raw };
  const parsed = parseRow(value, raw, rowKind(fields.map((field) => field.path)));
  if (parsed instanceof JsonError) return { problems: [reject(parsed.message, parsed.offset)], raw };
  const root = fields.some((field) => field.ignoresCase) ? withLowerCaseKeys(parsed) : parsed;

  const problems: RowProblem[] = [];
  let hasField = false;
  const values = fields.map((field) => {
    const read = readField(raw, root, field.path, field);
    if ('text' in read) {
      hasField ||= read.isPresent;
      return read.text;
    }
    const name = field.path.join('.');
    problems.push(reject(`field "${name}": ${read.problem}`, read.at, name));
    return null;
  });
  return problems.length > 0 ? { problems, raw } : { values, hasField };
}

/** The text to store for a field, and whether the row has it, also as null; or what is wrong with it and where in `raw`. */
export type FieldValue =
  { readonly text: string | null; readonly isPresent: boolean } | { readonly problem: string; readonly at: number };

/** Reads the value of a field: `steps` lead from `root`, a node of `raw`, to it. */
export function readField(raw: string, root: JsonNode, steps: JsonPath, { column, options }: Field): FieldValue {
  const repeated = repeatedKey(root, steps);
  if (repeated !== undefined)
    return { problem: `the key "${repeated.key}" occurs twice in one object`, at: repeated.at };
  const node = follow(root, steps);
  const written = node === undefined ? null : writtenText(raw, node, column);
  const fitted = fit(written, column, options);
  if ('text' in fitted) return { text: fitted.text, isPresent: node !== undefined };
  return { problem: misfit(written, column, fitted.problem), at: node?.start ?? root.start };
}

function parseRow(value: RootValue, raw: string, wanted: 'object' | 'array'): JsonNode | JsonError {
  try {
    utf8.decode(value.bytes);
  } catch {
    return new JsonError('this is not UTF-8', Math.max(0, raw.indexOf('\ufffd')));
  }
  try {
    const root = parseJson(raw);
    return root.kind === wanted
      ? root
      : new JsonError(
          `a row is a JSON ${wanted}${wanted === 'array' ? ' for these jsonpaths' : ''}, this is ${article(root.kind)}`,
          0,
        );
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}

function article(kind: JsonNode['kind']): string {
  return kind === 'null' ? 'null' : `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** The text of a value as COPY reads it: strings by their meaning, objects and arrays as JSON; all of it for SUPER. */
function writtenText(raw: string, node: JsonNode, { type }: Column): string | null {
  if (node.kind === 'null') return null;
  if (type.kind === 'super') return raw.slice(node.start, node.end);
  return node.kind === 'object' || node.kind === 'array' ? rawText(raw, node) : node.text;
}

/** The place of a root value in the file `path`. */
export function placeOfValue(value: RootValue, path: string): Location {
  return locationIn(value, value.bytes.toString('utf8'), path, 0);
}

/** The place of an offset inside a root value, in the file that the value came from. */
function locationIn(value: RootValue, raw: string, path: string, offset: number): Location {
  const { line, column } = locationAt({ path, text: raw }, offset);
  const text = raw.split('\n')[line - 1] ?? '';
  const from = Math.max(0, column - 1 - excerptBefore);
  const shift = line === 1 ? value.column - 1 : 0;
  return {
    path,
    line: value.line + line - 1,
    column: column + shift,
    excerpt: { text: text.slice(from, from + excerptLength), column: from + shift + 1 },
  };
}
