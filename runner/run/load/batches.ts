import type { RawFile } from '../../storage/storage.ts';

/** Files that one statement loads. */
export interface Batch {
  readonly files: readonly RawFile[];
  /**
   * Where the engine opens them itself. Undefined when they are put together into one file first, because an engine
   * spends more on opening a small file than on reading it; or when it is one that the engine cannot read where it is.
   */
  readonly paths: readonly string[] | undefined;
}

const limits = {
  spooled: { files: 5000, bytes: 16 * 1024 * 1024 },
  direct: { files: 500, bytes: 64 * 1024 * 1024 },
};

/**
 * Splits files into batches, bounded by count and bytes; those smaller than `smallBytes` are put together. `pathFor`
 * says where the engine can open a file itself; undefined when it cannot.
 */
export function batchesOf(
  files: readonly RawFile[],
  smallBytes: number,
  pathFor: (file: RawFile) => string | undefined,
): Batch[] {
  const large = files.filter((file) => file.size >= smallBytes);
  const direct = large.filter((file) => pathFor(file) !== undefined);
  return [
    ...split(
      files.filter((file) => file.size < smallBytes),
      limits.spooled,
    ).map((group) => ({ files: group, paths: undefined })),
    ...large.filter((file) => pathFor(file) === undefined).map((file) => ({ files: [file], paths: undefined })),
    ...split(direct, limits.direct).map((group) => ({
      files: group,
      paths: group.flatMap((file) => pathFor(file) ?? []),
    })),
  ];
}

function split(files: readonly RawFile[], limit: { files: number; bytes: number }): RawFile[][] {
  const groups: RawFile[][] = [];
  let bytes = Infinity;
  for (const file of files) {
    const last = groups.at(-1);
    if (last === undefined || last.length >= limit.files || bytes + file.size > limit.bytes) {
      groups.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return groups;
}
