import { follow, lowerCase, withLowerCaseKeys } from '../../json/jsonpaths.ts';
import type { JsonNode } from '../../json/parse.ts';
import { parseJsonIf } from '../../json/parse.ts';
import { rootValues } from '../../json/root-values.ts';
import type { Field } from '../../json/row.ts';
import type { Storage, RawFile } from '../../storage/storage.ts';
import { inOrder } from '../../storage/in-order.ts';

const shownKeys = 5;

/** What was loaded. */
export interface LoadedRows {
  readonly model: string;
  readonly storage: Storage;
  readonly files: readonly RawFile[];
  readonly fields: readonly Field[];
  readonly rows: number;
}

/**
 * What to say of a load whose rows have no field of their contract: their number, the keys of the first row, and which
 * setting may find the fields. Undefined when the first row has a field, though it is null.
 */
export async function noFieldsNote({ model, storage, files, fields, rows }: LoadedRows): Promise<string | undefined> {
  const root = await firstRow(storage, files);
  if (root !== undefined && fields.some(({ path }) => follow(keysOf(root, fields), path) !== undefined))
    return undefined;
  const found = `no row of "${model}" has a field of its contract: ${rows} of ${rows} loaded rows (${files.length === 1 ? '1 file' : `${files.length} files`}) have null in all columns`;
  return root === undefined ? found : `${found}; ${described(root)}${advice(root, fields)}`;
}

function keysOf(root: JsonNode, fields: readonly Field[]): JsonNode {
  return fields.some(({ ignoresCase }) => ignoresCase) ? withLowerCaseKeys(root) : root;
}

/** The first object or array of the files, which are read no further. */
async function firstRow(storage: Storage, files: readonly RawFile[]): Promise<JsonNode | undefined> {
  for await (const { bytes } of inOrder(storage, files)) {
    for await (const value of rootValues(bytes)) {
      const root = parseJsonIf(value.bytes.toString('utf8'));
      if (root?.kind === 'object' || root?.kind === 'array') return root;
    }
  }
  return undefined;
}

function described(root: JsonNode): string {
  if (root.kind === 'array') return `the first row is an array of length ${root.items.length}`;
  const keys = root.kind === 'object' ? [...root.fields.keys()] : [];
  if (keys.length === 0) return 'the first row is empty';
  const more = keys.length > shownKeys ? `, and ${keys.length - shownKeys} more` : '';
  const named = keys.slice(0, shownKeys).map((key) => JSON.stringify(key));
  return `the first row has the ${keys.length === 1 ? 'key' : 'keys'} ${named.join(', ')}${more}`;
}

function advice(root: JsonNode, fields: readonly Field[]): string {
  const names = new Set(fields.map(({ column }) => column.name));
  const keys = root.kind === 'object' ? [...root.fields.keys()] : [];
  if (keys.some((key) => names.has(key))) return '; look at the paths in the jsonpaths file of the source';
  if (keys.some((key) => names.has(lowerCase(key))))
    return ', which are names of columns but for case: set jsonpaths: auto ignorecase at the source in dwh.yaml';
  const list = root.kind === 'object' ? listIn(root.fields) : undefined;
  if (list !== undefined)
    return `; if the rows are the elements of "${list}", the file has to hold each of them as an object of its own, as jq -c '.["${list}"][]' writes them`;
  return '; set jsonpaths at the source in dwh.yaml to a file that says where the columns find their values';
}

/** The key of the first list of objects. */
function listIn(fields: ReadonlyMap<string, JsonNode>): string | undefined {
  const isList = (value: JsonNode): boolean =>
    value.kind === 'array' && value.items.some(({ kind }) => kind === 'object');
  return [...fields].find(([, value]) => isList(value))?.[0];
}
