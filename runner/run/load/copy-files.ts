import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Field } from '../../json/row.ts';
import type { Environment } from '../../config/interpolate.ts';
import type { ProjectConfig } from '../../config/schema.ts';
import { resolveSource } from '../../config/target.ts';
import { FaultError, throwFaults } from '../../core/fault.ts';
import { locationAt } from '../../core/location.ts';
import type { JsonPath } from '../../json/jsonpaths.ts';
import { parseJsonPathsFile } from '../../json/jsonpaths.ts';
import { JsonError } from '../../json/parse.ts';
import { loadFields } from '../../materialize/copy.ts';
import type { Model } from '../../project/manifest.ts';
import type { RawFile } from '../../storage/raw-files.ts';
import { hashRawFile, listRawFiles, normalized } from '../../storage/raw-files.ts';
import type { LoadedFile } from './ledger.ts';
import { changedFault, compareFiles, movedFaults } from './ledger.ts';

/** The raw files that a copy model has to load, and how. */
export interface CopyFiles {
  readonly root: string;
  readonly files: readonly RawFile[];
  readonly bytes: number;
  readonly fields: readonly Field[];
  readonly jsonpaths: string | undefined;
  /** Loaded files that were found again under another path, in another root, or written anew with the same content. */
  readonly foundAgain: readonly LoadedFile[];
  /** The paths that the ledger knew those by which were renamed. */
  readonly renamed: readonly string[];
}

/**
 * What a copy model has to load: the files of its source that the ledger does not know.
 * Throws a FaultError when there are none at all, or when files that are loaded have changed.
 */
export async function findCopyFiles(
  model: Model,
  config: ProjectConfig,
  projectDir: string,
  env: Environment,
  ledger: readonly LoadedFile[],
): Promise<CopyFiles> {
  const [source] = model.facts.sources;
  if (source === undefined) throw new Error(`${model.name} has no source`);
  const { root, path, jsonpaths } = resolveSource(config, source.group, source.name, env);
  const files = listRawFiles(projectDir, root, path);
  if (files.length === 0) {
    throw new FaultError({
      code: 'source-empty',
      message: `there are no files at ${join(root, path)}`,
      at: locationAt(model.template, source.at),
      hint: `the root of the source is set in dwh.yaml; here it is ${resolve(projectDir, root)}`,
    });
  }
  const { fresh, touched, gone, faults } = compareFiles(model.name, root, files, ledger);
  const renamed = await findRenamed(fresh, gone);
  const renamedFrom = new Set([...renamed.values()].map(({ path: before }) => before));
  const lost = gone.filter((entry) => !renamedFrom.has(entry.path));
  throwFaults([...movedFaults(model.name, root, normalized(path), lost), ...faults].slice(0, 10));
  const toLoad = fresh.filter((file) => !renamed.has(file));
  return {
    root,
    files: toLoad,
    bytes: toLoad.reduce((sum, file) => sum + file.size, 0),
    fields: copyFields(model, projectDir, root, jsonpaths),
    jsonpaths,
    foundAgain: [
      ...(await foundAgain(model.name, root, touched)),
      ...[...renamed].map(([file, loaded]) => ({ ...loaded, root, path: file.path, modifiedMs: file.modifiedMs })),
    ],
    renamed: [...renamedFrom],
  };
}

/** How the columns of a copy model are read. Throws a FaultError when its jsonpaths file cannot be used. */
export function copyFields(model: Model, projectDir: string, root: string, jsonpaths: string | undefined): Field[] {
  return loadFields(model, jsonpaths === undefined ? undefined : readJsonPaths(projectDir, root, jsonpaths, model));
}

/** New files that are, by size and hash, loaded ones whose path is gone. */
async function findRenamed(
  fresh: readonly RawFile[],
  gone: readonly LoadedFile[],
): Promise<ReadonlyMap<RawFile, LoadedFile>> {
  const sizes = new Set(gone.map((entry) => entry.size));
  const byHash = new Map(gone.map((entry) => [entry.hash, entry]));
  const found = new Map<RawFile, LoadedFile>();
  for (const file of fresh) {
    if (!sizes.has(file.size)) continue;
    const hash = await hashRawFile(file);
    const before = byHash.get(hash);
    if (before === undefined) continue;
    found.set(file, before);
    byHash.delete(hash);
  }
  return found;
}

/** Files that were only written again or moved are known by their hash. Throws a FaultError for those that changed. */
async function foundAgain(
  model: string,
  root: string,
  touched: readonly { file: RawFile; loaded: LoadedFile }[],
): Promise<LoadedFile[]> {
  const found: LoadedFile[] = [];
  for (const { file, loaded } of touched) {
    if ((await hashRawFile(file)) !== loaded.hash)
      throw new FaultError(changedFault(model, file, 'its content is another one'));
    found.push({ ...loaded, root, modifiedMs: file.modifiedMs });
  }
  return found;
}

function readJsonPaths(projectDir: string, root: string, path: string, model: Model): JsonPath[] {
  const shown = join(root, path);
  const text = readText(resolve(projectDir, root, path), shown);
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
    throw new FaultError({
      code: 'jsonpaths-invalid',
      message: error.message,
      at: locationAt({ path: shown, text }, error.offset),
    });
  }
}

function readText(location: string, shown: string): string {
  try {
    return readFileSync(location, 'utf8');
  } catch (error) {
    const hint = 'it is named in dwh.yaml, under the source';
    throw new FaultError(
      { code: 'file-unreadable', message: `cannot read the jsonpaths file ${shown}`, hint },
      { cause: error },
    );
  }
}
