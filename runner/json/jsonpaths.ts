import { parseJson, JsonError } from './parse.ts';
import type { JsonNode } from './parse.ts';

/** The steps from a root value down to a field: keys of objects, and indexes of arrays from 0. */
export type JsonPath = readonly (string | number)[];

// ['key'], ["key"] or [0]; and .key
const bracketStep = /\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+))\s*\]/y;
const dotStep = /\.([A-Za-z_][A-Za-z0-9_]*)/y;

/**
 * The paths of a jsonpaths file, `{"jsonpaths": ["$['artist']", "$.auth", …]}`, in the order of the columns.
 * Throws a JsonError where the file is not one: unlike COPY, which then silently falls back to `auto`.
 */
export function parseJsonPathsFile(text: string): JsonPath[] {
  const root = parseJson(text.replace(/^\ufeff/, ''));
  const list = root.kind === 'object' && root.repeated.size === 0 ? root.fields.get('jsonpaths') : undefined;
  if (list?.kind !== 'array')
    throw new JsonError('a jsonpaths file is an object with the one key "jsonpaths", a list of paths', 0);
  const paths = list.items.map((item) => {
    const path = item.kind === 'string' ? parseJsonPath(item.text) : undefined;
    if (path === undefined) throw new JsonError("this is not a path such as $['artist'], $.artist or $[0]", item.start);
    return path;
  });
  const other = paths.findIndex((path) => rowKind([path]) !== rowKind(paths));
  if (other === -1) return paths;
  const message = 'a row is an object or an array: all paths begin with a key, or all with an index';
  throw new JsonError(message, list.items[other]?.start ?? 0);
}

/** What a row has to be so that these paths lead into it: an array if they begin with an index, as in `$[0]`. */
export function rowKind(paths: readonly JsonPath[]): 'object' | 'array' {
  return typeof paths[0]?.[0] === 'number' ? 'array' : 'object';
}

/** The steps of one path, or undefined when it is not a path that COPY knows (no wildcards, no filters). */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  let at = 1;
  while (at < text.length) {
    const pattern = text[at] === '.' ? dotStep : bracketStep;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, first, second, index] = match;
    const key = first ?? second;
    steps.push(key === undefined ? Number(index) : key.replace(/\\(.)/g, '$1'));
    at = pattern.lastIndex;
  }
  return steps.length > 0 ? steps : undefined;
}

/** The node that a path leads to; undefined where a key or an element is missing, or the value is of another kind. */
export function follow(root: JsonNode, path: JsonPath): JsonNode | undefined {
  return path.reduce<JsonNode | undefined>((node, step) => {
    if (node?.kind === 'object') return typeof step === 'string' ? node.fields.get(step) : undefined;
    return node?.kind === 'array' && typeof step === 'number' ? node.items[step] : undefined;
  }, root);
}

/** A key with the letters A to Z in lower case, as the names of columns are. */
export function lowerCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** An object with its own keys in lower case: those that differ only by case are one key, which occurs more than once. */
export function withLowerCaseKeys(node: JsonNode): JsonNode {
  if (node.kind !== 'object') return node;
  const fields = new Map<string, JsonNode>();
  const repeated = new Map<string, number>();
  for (const [written, value] of node.fields) {
    const key = lowerCase(written);
    const again = fields.has(key) ? value.start : node.repeated.get(written);
    if (!fields.has(key)) fields.set(key, value);
    if (again !== undefined && !repeated.has(key)) repeated.set(key, again);
  }
  return { ...node, fields, repeated };
}

/** Where a key that the path leads through occurs a second time in its object; undefined when each occurs once. */
export function repeatedKey(root: JsonNode, path: JsonPath): { readonly key: string; readonly at: number } | undefined {
  for (const [i, key] of path.entries()) {
    const node = follow(root, path.slice(0, i));
    const at = node?.kind === 'object' && typeof key === 'string' ? node.repeated.get(key) : undefined;
    if (at !== undefined) return { key: String(key), at };
  }
  return undefined;
}
