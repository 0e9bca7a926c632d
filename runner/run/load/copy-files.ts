import type { Field } from '../../json/row.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError, throwFaults } from '../../core/fault.ts';
import { locationAt } from '../../core/location.ts';
import type { Model } from '../../project/manifest.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import { normalized } from '../../storage/storage.ts';
import type { SameContent } from '../../config/schema.ts';
import { copyFields } from './copy-fields.ts';
import type { LoadedFile } from './ledger.ts';
import { findRenamed, foundAgain } from './found-again.ts';
import { compareFiles, missingFault, missingMessage, movedFaults, uncertainFaults } from './ledger.ts';
import type { ObjectAccess } from './object-access.ts';
import type { OpenSource } from './open-source.ts';
import { jsonArgument } from './open-source.ts';

/** The raw files that a copy model has to load, and how. */
export interface CopyFiles {
  readonly storage: Storage;
  readonly root: string;
  /** Where the files are, below the root. */
  readonly path: string;
  readonly files: readonly RawFile[];
  readonly bytes: number;
  readonly fields: readonly Field[];
  /** What COPY takes behind `json`. */
  readonly jsonpaths: string;
  /** How the warehouse comes to them, where it reads them from S3. */
  readonly access: ObjectAccess | undefined;
  /** Loaded files that were found again under another path, in another root, or written anew with the same content. */
  readonly foundAgain: readonly LoadedFile[];
  /** The paths that the ledger knew those by which were renamed. */
  readonly renamed: readonly string[];
  /** All files whose rows are published, as they are now: what a new one is compared with. */
  readonly known: readonly LoadedFile[];
  readonly sameContent: SameContent;
  /** Reported when the run begins to load, such as that loaded files are missing. */
  readonly notes: readonly string[];
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
  const { storage, root, path, sameContent, missingFiles } = source;
  const files = await storage.list(path);
  if (files.length === 0) throw new FaultError(emptyFault(model, storage, path));
  const { fresh, touched, ofPacked, gone, faults } = compareFiles(model.name, root, files, ledger);
  const renamed = await findRenamed(storage, root, fresh, gone);
  const renamedFrom = new Set(renamed.map(({ before }) => before.path));
  const isRenamed = new Set(renamed.map(({ file }) => file));
  const lost = gone.filter((entry) => !renamedFrom.has(entry.path));
  const toLoad = fresh.filter((file) => !isRenamed.has(file));
  // Of two places all files may differ: that is one thing to say.
  if (faults.some(({ code }) => code === 'source-moved')) throwFaults(faults);
  throwFaults(
    [
      ...movedFaults(model.name, root, normalized(path), lost),
      ...faults,
      ...uncertainFaults(model.name, toLoad, lost),
      ...(missingFiles === 'fail' && lost.length > 0 ? [missingFault(model.name, lost)] : []),
    ].slice(0, 10),
  );
  // New files can be compared with those only that are known by their unpacked bytes.
  const toFind = toLoad.length > 0 ? [...touched, ...ofPacked] : touched;
  const found = [...(await foundAgain(model.name, storage, root, toFind)), ...renamed.map(({ now }) => now)];
  const again = new Set([...found.map((entry) => entry.path), ...renamedFrom]);
  return {
    storage,
    root,
    path,
    files: toLoad,
    bytes: toLoad.reduce((sum, file) => sum + file.size, 0),
    fields: await copyFields(model, source),
    jsonpaths: jsonArgument(source),
    access,
    foundAgain: found,
    renamed: [...renamedFrom],
    known: [...found, ...ledger.filter((entry) => !again.has(entry.path))],
    sameContent,
    notes: missingFiles === 'warn' && lost.length > 0 ? [missingMessage(model.name, lost)] : [],
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
