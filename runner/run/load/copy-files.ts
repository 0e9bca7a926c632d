import type { Field } from '../../json/row.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError, throwFaults } from '../../core/fault.ts';
import { locationAt } from '../../core/location.ts';
import type { Model } from '../../project/manifest.ts';
import { hashOf } from '../../storage/content.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import { normalized } from '../../storage/storage.ts';
import { copyFields } from './copy-fields.ts';
import type { LoadedFile } from './ledger.ts';
import { changedFault, compareFiles, movedFaults } from './ledger.ts';
import type { ObjectAccess } from './object-access.ts';
import type { OpenSource } from './open-source.ts';

/** The raw files that a copy model has to load, and how. */
export interface CopyFiles {
  readonly storage: Storage;
  readonly root: string;
  /** Where the files are, below the root. */
  readonly path: string;
  readonly files: readonly RawFile[];
  readonly bytes: number;
  readonly fields: readonly Field[];
  /** In full. */
  readonly jsonpaths: string | undefined;
  /** How the warehouse comes to them, where it reads them from S3. */
  readonly access: ObjectAccess | undefined;
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
  source: OpenSource,
  ledger: readonly LoadedFile[],
  access: ObjectAccess | undefined,
): Promise<CopyFiles> {
  const { storage, root, path, jsonpaths } = source;
  const files = await storage.list(path);
  if (files.length === 0) throw new FaultError(emptyFault(model, storage, path));
  const { fresh, touched, gone, faults } = compareFiles(model.name, root, files, ledger);
  const renamed = await findRenamed(storage, fresh, gone);
  const renamedFrom = new Set([...renamed.values()].map(({ path: before }) => before));
  const lost = gone.filter((entry) => !renamedFrom.has(entry.path));
  throwFaults([...movedFaults(model.name, root, normalized(path), lost), ...faults].slice(0, 10));
  const toLoad = fresh.filter((file) => !renamed.has(file));
  return {
    storage,
    root,
    path,
    files: toLoad,
    bytes: toLoad.reduce((sum, file) => sum + file.size, 0),
    fields: await copyFields(model, source),
    jsonpaths: jsonpaths === undefined ? undefined : storage.shown(jsonpaths),
    access,
    foundAgain: [
      ...(await foundAgain(model.name, storage, root, touched)),
      ...[...renamed].map(([file, loaded]) => ({ ...loaded, root, path: file.path, modifiedMs: file.modifiedMs })),
    ],
    renamed: [...renamedFrom],
  };
}

function emptyFault(model: Model, storage: Storage, path: string): Fault {
  return {
    code: 'source-empty',
    message: `there are no files at ${storage.shown(path)}`,
    at: locationAt(model.template, model.facts.sources[0]?.at ?? 0),
    hint: `the root of the source is set in dwh.yaml; here it is ${storage.place}`,
  };
}

/** New files that are, by size and hash, loaded ones whose path is gone. */
async function findRenamed(
  storage: Storage,
  fresh: readonly RawFile[],
  gone: readonly LoadedFile[],
): Promise<ReadonlyMap<RawFile, LoadedFile>> {
  const sizes = new Set(gone.map((entry) => entry.size));
  const bySizeAndHash = new Map(gone.map((entry) => [`${entry.size} ${entry.hash}`, entry]));
  const found = new Map<RawFile, LoadedFile>();
  for (const file of fresh) {
    if (!sizes.has(file.size)) continue;
    const known = `${file.size} ${await hashOf(storage, file)}`;
    const before = bySizeAndHash.get(known);
    if (before === undefined) continue;
    found.set(file, before);
    bySizeAndHash.delete(known);
  }
  return found;
}

/** Files that were only written again or moved are known by their hash. Throws a FaultError for those that changed. */
async function foundAgain(
  model: string,
  storage: Storage,
  root: string,
  touched: readonly { file: RawFile; loaded: LoadedFile }[],
): Promise<LoadedFile[]> {
  const found: LoadedFile[] = [];
  for (const { file, loaded } of touched) {
    if ((await hashOf(storage, file)) !== loaded.hash)
      throw new FaultError(changedFault(model, file, 'its content is another one'));
    found.push({ ...loaded, root, modifiedMs: file.modifiedMs });
  }
  return found;
}
