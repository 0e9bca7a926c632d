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
  const list = root.kind === 'object' ? root.fields.get('jsonpaths') : undefined;
  if (list?.kind !== 'array')
    throw new JsonError('a jsonpaths file is an object with the one key "jsonpaths", a list of paths', 0);
  return list.items.map((item) => {
    const path = item.kind === 'string' ? parseJsonPath(item.text) : undefined;
    if (path === undefined) throw new JsonError("this is not a path such as $['artist'] or $.artist", item.start);
    return path;
  });
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
  // A row is an object, so that the first step is one of its keys.
  return typeof steps[0] === 'string' ? steps : undefined;
}

/** The node that a path leads to, or undefined where a key or an element is missing. */
export function follow(root: JsonNode, path: JsonPath): JsonNode | undefined {
  return path.reduce<JsonNode | undefined>((node, step) => {
    if (node?.kind === 'object') return node.fields.get(String(step));
    return node?.kind === 'array' && typeof step === 'number' ? node.items[step] : undefined;
  }, root);
}
