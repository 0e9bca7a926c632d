import { FaultError } from '../../core/fault.ts';
import { hashOf, packedHashOf } from '../../storage/content.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import { isPacked } from '../../storage/storage.ts';
import type { KnownFile, LoadedFile } from './ledger.ts';
import { changedFault } from './ledger.ts';

/** A loaded file that has another path now, or is packed or unpacked since. */
export interface RenamedFile {
  readonly file: RawFile;
  readonly before: LoadedFile;
  readonly now: LoadedFile;
}

/** New files that have the content of loaded ones whose path is gone. Throws a FaultError when one cannot be read. */
export async function findRenamed(
  storage: Storage,
  root: string,
  fresh: readonly RawFile[],
  gone: readonly LoadedFile[],
): Promise<RenamedFile[]> {
  const sizes = new Set(gone.map(({ size }) => size));
  const isAnyPacked = gone.some(({ path, isOfPacked }) => isPacked(path) && !isOfPacked);
  const byContent = new Map(gone.map((entry) => [contentKey(entry), entry]));
  const found: RenamedFile[] = [];
  for (const file of fresh) {
    // The size of what is packed says nothing of its content.
    const mayBePacked = file.version === undefined && byContent.size > 0 && (isAnyPacked || isPacked(file.path));
    if (!sizes.has(file.size) && !mayBePacked) continue;
    const now = await asLoaded(storage, root, file);
    const before =
      byContent.get(contentKey(now)) ??
      (isPacked(file.path) && file.version === undefined
        ? byContent.get(contentKey({ ...now, hash: await packedHashOf(storage, file), isOfPacked: true }))
        : undefined);
    if (before === undefined) continue;
    found.push({ file, before, now: { ...now, ...loadOf(before) } });
    byContent.delete(contentKey(before));
  }
  return found;
}

/** What two files with the same content have in common: of objects, size and ETag. */
function contentKey({ hash, size, isOfPacked }: Pick<LoadedFile, 'hash' | 'size' | 'isOfPacked'>): string {
  if (isOfPacked) return `packed ${hash}`;
  return /^[0-9a-f]{64}$/.test(hash) ? hash : `${size} ${hash}`;
}

/** The rows of a file that is found again are those of its first load. */
function loadOf({ loadId }: LoadedFile): Pick<LoadedFile, 'loadId'> {
  return loadId === undefined ? {} : { loadId };
}

async function asLoaded(storage: Storage, root: string, file: RawFile): Promise<LoadedFile> {
  const { path, size, modifiedMs } = file;
  return { path, root, size, modifiedMs, hash: await hashOf(storage, file), isOfPacked: false };
}

/**
 * Files that were only written again or moved are known by their hash: gives them as they are now. Throws a FaultError
 * for the first one that changed.
 */
export async function foundAgain(
  model: string,
  storage: Storage,
  root: string,
  touched: readonly KnownFile[],
): Promise<LoadedFile[]> {
  const found: LoadedFile[] = [];
  for (const known of touched) {
    const { file, loaded } = known;
    const now = await asLoaded(storage, root, file);
    const hash = loaded.isOfPacked ? await packedHashOf(storage, file) : now.hash;
    if (hash !== loaded.hash) throw new FaultError(changedFault(model, root, known, 'its content is another one'));
    found.push({ ...now, ...loadOf(loaded) });
  }
  return found;
}
