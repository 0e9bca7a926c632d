import type { Fault } from '../../core/fault.ts';
import type { RawFile } from '../../storage/storage.ts';
import { isInS3 } from '../../storage/storage.ts';

/** A file whose rows are published, as it was when it was loaded. */
export interface LoadedFile {
  readonly path: string;
  /** The root that its source had then. */
  readonly root: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** The SHA-256 of a file on disk, in hex; the ETag of an object in S3. */
  readonly hash: string;
}

/** What is to be done about the files that a source has now. */
export interface FileComparison {
  /** Not loaded yet. */
  readonly fresh: readonly RawFile[];
  /** Loaded, of the same size, but written since or found elsewhere: their hash tells whether they changed. */
  readonly touched: readonly { readonly file: RawFile; readonly loaded: LoadedFile }[];
  /** Loaded, and not there any more. */
  readonly gone: readonly LoadedFile[];
  readonly faults: readonly Fault[];
}

/** Compares the files of a source with those that the ledger knows for the copy model `model`. */
export function compareFiles(
  model: string,
  root: string,
  files: readonly RawFile[],
  ledger: readonly LoadedFile[],
): FileComparison {
  const unlike = ledger.find((entry) => isInS3(entry.root) !== isInS3(root));
  if (unlike !== undefined) return { fresh: [], touched: [], gone: [], faults: [unlikeFault(model, root, unlike)] };
  const loaded = new Map(ledger.map((entry) => [entry.path, entry]));
  const fresh: RawFile[] = [];
  const touched: { file: RawFile; loaded: LoadedFile }[] = [];
  const faults: Fault[] = [];
  for (const file of files) {
    const known = loaded.get(file.path);
    if (known === undefined) fresh.push(file);
    else if (known.size !== file.size)
      faults.push(changedFault(model, file, `it had ${known.size} bytes, now it has ${file.size}`));
    else if (!isAsLoaded(file, root, known)) touched.push({ file, loaded: known });
  }
  const here = new Set(files.map((file) => file.path));
  return { fresh, touched, gone: ledger.filter(({ path }) => !here.has(path)), faults };
}

/** Two writes within one moment of the clock differ in nothing but their content, which is for the storage to know. */
function isAsLoaded(file: RawFile, root: string, known: LoadedFile): boolean {
  const isSameVersion = file.version === undefined || file.version === known.hash;
  return isSameVersion && known.modifiedMs === file.modifiedMs && known.root === root;
}

/** A fault for a file whose rows are published and whose content is now another one. */
export function changedFault(model: string, file: RawFile, how: string): Fault {
  return {
    code: 'file-changed',
    message: `${file.shown} was loaded into "${model}" and has changed since: ${how}`,
    hint: `load everything anew: sparkify-run models ${model}+ --full-refresh`,
  };
}

/**
 * Rows of two different places must not end up in one table, as when a sample was loaded before the real files: a fault
 * if one of the files that are `gone` was loaded from another place than `path` below `root`.
 */
export function movedFaults(model: string, root: string, path: string, gone: readonly LoadedFile[]): Fault[] {
  const isHere = (entry: LoadedFile): boolean =>
    entry.root === root && (entry.path === path || entry.path.startsWith(`${path}/`));
  const lost = gone.find((entry) => !isHere(entry));
  if (lost === undefined) return [];
  return [
    {
      code: 'source-moved',
      message: `"${model}" holds rows of ${lost.root}/${lost.path}, and ${root}/${path} has no such file: it would mix the rows of two places`,
      hint: movedHint(model),
    },
  ];
}

/** For a source that was on disk and is in S3 now, or the other way: of no file there it can be told whether it is the same. */
function unlikeFault(model: string, root: string, loaded: LoadedFile): Fault {
  return {
    code: 'source-moved',
    message: `"${model}" holds rows of files in ${loaded.root}, and its source is ${root} now: whether those are the same files cannot be told between a disk and S3`,
    hint: movedHint(model),
  };
}

function movedHint(model: string): string {
  return `use a database of its own for each (SPARKIFY_DB=…), or replace what is loaded: sparkify-run models ${model}+ --full-refresh`;
}
