import { FaultError } from '../../core/fault.ts';
import { locationAt } from '../../core/location.ts';
import type { JsonPath } from '../../json/jsonpaths.ts';
import { parseJsonPathsFile } from '../../json/jsonpaths.ts';
import { JsonError } from '../../json/parse.ts';
import type { Field } from '../../json/row.ts';
import { loadFields } from '../../materialize/copy.ts';
import type { Model } from '../../project/manifest.ts';
import type { OpenSource } from './open-source.ts';
import { isAuto } from './open-source.ts';

/**
 * How the columns of a copy model are read: reads the jsonpaths file of its source, if there is one. Throws a
 * FaultError when that cannot be used.
 */
export async function copyFields(model: Model, source: OpenSource): Promise<Field[]> {
  return loadFields(model, isAuto(source.jsonpaths) ? source.jsonpaths : await readJsonPaths(source, model));
}

async function readJsonPaths(source: OpenSource, model: Model): Promise<JsonPath[]> {
  const { storage, jsonpaths: path } = source;
  const text = await readText(source);
  try {
    const paths = parseJsonPathsFile(text);
    const columns = model.contract?.length ?? 0;
    if (paths.length === columns) return paths;
    throw new JsonError(
      `it has ${paths.length} paths, and the contract of "${model.name}" has ${columns} columns: each path is for the column of its place`,
      0,
    );
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const at = locationAt({ path: storage.shown(path), text }, error.offset);
    const excerpt = { text: text.split('\n')[at.line - 1] ?? '', column: 1 };
    throw new FaultError({ code: 'jsonpaths-invalid', message: error.message, at: { ...at, excerpt } });
  }
}

/** A file that cannot be read is found where dwh.yaml names it. */
async function readText({ storage, jsonpaths, places }: OpenSource): Promise<string> {
  try {
    return await storage.readText(jsonpaths);
  } catch (error) {
    const fault = error instanceof FaultError ? error.faults[0] : undefined;
    if (fault?.code !== 'file-unreadable') throw error;
    const message = `the jsonpaths file: ${fault.message}`;
    throw new FaultError({ ...fault, message, at: places.jsonpaths }, { cause: error });
  }
}
