import type { Fault } from '../../core/fault.ts';
import type { RawFile } from '../../storage/storage.ts';
import { isInS3, isPacked } from '../../storage/storage.ts';

/** A file whose rows are published, as it was when it was loaded. */
export interface LoadedFile {
  readonly path: string;
  /** The root that its source had then. */
  readonly root: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** The SHA-256 of the unpacked bytes of a file on disk, in hex; the ETag of an object in S3. */
  readonly hash: string;
  /** Of a `.gz` on disk that an older version of the runner loaded: the hash is that of its packed bytes. */
  readonly isOfPacked: boolean;
  /** The load that its rows came with, as `_load_id` has it; undefined for the load of this run. */
  readonly loadId?: number;
}

/** Precedes the hash of a `.gz`: older versions wrote down that of the packed bytes, in hex. */
const ofUnpacked = 'gz:';

/** The hash of a file as the ledger has it, in 64 letters at most. */
export function contentCell({ path, root, hash, isOfPacked }: LoadedFile): string {
  const isMarked = isPacked(path) && !isInS3(root) && !isOfPacked;
  return isMarked ? ofUnpacked + Buffer.from(hash, 'hex').toString('base64url') : hash;
}

/** Reads what `contentCell` wrote, in this version or an older one. */
export function readContentCell(path: string, root: string, cell: string): Pick<LoadedFile, 'hash' | 'isOfPacked'> {
  if (!cell.startsWith(ofUnpacked)) return { hash: cell, isOfPacked: isPacked(path) && !isInS3(root) };
  return { hash: Buffer.from(cell.slice(ofUnpacked.length), 'base64url').toString('hex'), isOfPacked: false };
}

/** A file, and what the ledger says of its path. */
export interface KnownFile {
  readonly file: RawFile;
  readonly loaded: LoadedFile;
}

/** What is to be done about the files that a source has now. */
export interface FileComparison {
  /** Not loaded yet. */
  readonly fresh: readonly RawFile[];
  /** Loaded, but written since or found elsewhere: their hash tells whether they changed. */
  readonly touched: readonly KnownFile[];
  /** As they were loaded, but known by the hash of their packed bytes. */
  readonly ofPacked: readonly KnownFile[];
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
  if (unlike !== undefined)
    return { fresh: [], touched: [], ofPacked: [], gone: [], faults: [unlikeFault(model, root, unlike)] };
  const loaded = new Map(ledger.map((entry) => [entry.path, entry]));
  const fresh: RawFile[] = [];
  const touched: KnownFile[] = [];
  const ofPacked: KnownFile[] = [];
  const changed: KnownFile[] = [];
  for (const file of files) {
    const known = loaded.get(file.path);
    if (known === undefined) fresh.push(file);
    else if (known.size !== file.size && !mayBeRepacked(file, known)) changed.push({ file, loaded: known });
    else if (!isAsLoaded(file, root, known)) touched.push({ file, loaded: known });
    else if (known.isOfPacked) ofPacked.push({ file, loaded: known });
  }
  const here = new Set(files.map((file) => file.path));
  const moved = changed.find((known) => known.loaded.root !== root);
  const faults = (moved === undefined ? changed : [moved]).map((known) =>
    changedFault(model, root, known, `it had ${known.loaded.size} bytes, now it has ${known.file.size}`),
  );
  return { fresh, touched, ofPacked, gone: ledger.filter(({ path }) => !here.has(path)), faults };
}

/** The same content may be packed into another number of bytes. */
function mayBeRepacked({ path, version }: RawFile, known: LoadedFile): boolean {
  return version === undefined && isPacked(path) && !known.isOfPacked;
}

/** Two writes within one moment of the clock differ in nothing but their content, which is for the storage to know. */
function isAsLoaded(file: RawFile, root: string, known: LoadedFile): boolean {
  const isSameVersion = file.version === undefined || file.version === known.hash;
  return isSameVersion && known.modifiedMs === file.modifiedMs && known.root === root;
}

/**
 * A fault for a file whose rows are published and whose content is now another one. Below another `root` than it was loaded
 * from it is taken for another file.
 */
export function changedFault(model: string, root: string, { file, loaded }: KnownFile, how: string): Fault {
  if (loaded.root !== root)
    return {
      code: 'source-moved',
      message: `"${model}" holds rows of files in ${loaded.root}, and the root of its source is ${root} now, where the files are not the same: of ${loaded.path}, ${how}`,
      hint: movedHint(model, loaded.root),
    };
  return {
    code: 'file-changed',
    message: `${file.shown} was loaded into "${model}" and has changed since: ${how}`,
    hint: `load everything again: sparkify-run models ${model}+ --full-refresh`,
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
      hint: movedHint(model, lost.root),
    },
  ];
}

/** How many missing files are named. */
const shownMissing = 3;

/** What to say of loaded files that are not there any more. */
export function missingMessage(model: string, gone: readonly LoadedFile[]): string {
  const named = gone.slice(0, shownMissing).map(({ root, path }) => `${root}/${path}`);
  const more = gone.length > shownMissing ? `, and ${gone.length - shownMissing} more` : '';
  return gone.length === 1
    ? `a file that is loaded into "${model}" is missing, and its rows stay: ${named.join('')}`
    : `${gone.length} files that are loaded into "${model}" are missing, and their rows stay: ${named.join(', ')}${more}`;
}

/** A fault for loaded files that are not there any more. */
export function missingFault(model: string, gone: readonly LoadedFile[]): Fault {
  return {
    code: 'file-missing',
    message: missingMessage(model, gone),
    hint: `put them back; or take their rows out: sparkify-run models ${model}+ --full-refresh; or set missing_files: warn`,
  };
}

/**
 * Faults for new files that may be loaded ones under another name: of a packed one that is gone, an older version of the
 * runner wrote down what cannot be compared with its unpacked bytes.
 */
export function uncertainFaults(model: string, fresh: readonly RawFile[], gone: readonly LoadedFile[]): Fault[] {
  const stem = (path: string): string => path.replace(/\.gz$/i, '');
  const before = new Map(gone.filter(({ isOfPacked }) => isOfPacked).map((entry) => [stem(entry.path), entry]));
  return fresh.flatMap((file): Fault[] => {
    const entry = before.get(stem(file.path));
    if (entry === undefined) return [];
    return [
      {
        code: 'file-changed',
        message: `${entry.root}/${entry.path} is loaded into "${model}" and is gone, and whether ${file.shown} has the same rows is not known`,
        hint: `put the old file back for one run, or load everything again: sparkify-run models ${model}+ --full-refresh`,
      },
    ];
  });
}

/** For a source that was on disk and is in S3 now, or the other way: of no file there it can be told whether it is the same. */
function unlikeFault(model: string, root: string, loaded: LoadedFile): Fault {
  return {
    code: 'source-moved',
    message: `"${model}" holds rows of files in ${loaded.root}, and its source is ${root} now: whether those are the same files cannot be told between a disk and S3`,
    hint: movedHint(model, loaded.root),
  };
}

function movedHint(model: string, before: string): string {
  return `set the root back to ${before}; or use another database for these files; or replace what is loaded: sparkify-run models ${model}+ --full-refresh`;
}
