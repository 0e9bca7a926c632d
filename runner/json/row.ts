import type { Location } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import type { Column } from '../core/node.ts';
import type { CopyOptions } from './copy-options.ts';
import { fit, misfit } from './fit.ts';
import type { JsonPath } from './jsonpaths.ts';
import { follow } from './jsonpaths.ts';
import type { JsonNode } from './parse.ts';
import { JsonError, parseJson, rawText } from './parse.ts';
import type { RootValue } from './root-values.ts';
import { maxValueBytes } from './root-values.ts';

/** A column of a table that is loaded, and where in the raw object its value stands. */
export interface Field {
  readonly column: Column;
  readonly path: JsonPath;
  /** How its values are taken; as they are written, if nothing is said. */
  readonly options?: CopyOptions;
}

/** Why a raw row cannot be loaded. */
export interface RowProblem {
  readonly message: string;
  readonly at: Location;
  /** The field that does not fit; absent when the row is not a JSON object at all. */
  readonly field?: string;
}

/** What became of one raw row: for each field the text to store, or all that is wrong with it. */
export type CheckedRow =
  { readonly values: readonly (string | null)[] } | { readonly problems: readonly RowProblem[]; readonly raw: string };

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
  const root = parseRow(value, raw);
  if (root instanceof JsonError) return { problems: [reject(root.message, root.offset)], raw };

  const problems: RowProblem[] = [];
  const values = fields.map(({ column, path: steps, options }) => {
    const node = follow(root, steps);
    const written = node === undefined ? null : writtenText(raw, node, column);
    const fitted = fit(written, column, options);
    if ('text' in fitted) return fitted.text;
    const name = steps.join('.');
    problems.push(
      reject(`field "${name}": ${misfit(written, column, fitted.problem)}`, node?.start ?? root.start, name),
    );
    return null;
  });
  return problems.length > 0 ? { problems, raw } : { values };
}

function parseRow(value: RootValue, raw: string): JsonNode | JsonError {
  try {
    utf8.decode(value.bytes);
  } catch {
    return new JsonError('this is not UTF-8', Math.max(0, raw.indexOf('\ufffd')));
  }
  try {
    const root = parseJson(raw);
    return root.kind === 'object'
      ? root
      : new JsonError(`a row is a JSON object, this is ${root.kind === 'array' ? 'an array' : `a ${root.kind}`}`, 0);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}

/** The text of a value as COPY sees it: strings by their meaning, objects and arrays as JSON; all of it for SUPER. */
function writtenText(raw: string, node: JsonNode, { type }: Column): string | null {
  if (node.kind === 'null') return null;
  if (type.kind === 'super' || node.kind === 'object' || node.kind === 'array') return rawText(raw, node);
  return node.text;
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
