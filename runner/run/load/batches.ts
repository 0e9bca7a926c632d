import type { RawFile } from '../../storage/raw-files.ts';

/** Files that one statement loads. */
export interface Batch {
  readonly files: readonly RawFile[];
  /**
   * Put together into one file first, because an engine spends more on opening a small file than on reading it; or one
   * file that is copied first, because the engine cannot read it where it is.
   */
  readonly spooled: boolean;
}

/** Below this size a file is cheaper to copy than to have the engine open it: some 0.5 ms a file for DuckDB. */
const smallBytes = 32 * 1024;
const limits = {
  spooled: { files: 5000, bytes: 16 * 1024 * 1024 },
  direct: { files: 500, bytes: 64 * 1024 * 1024 },
};

/** Splits files into batches, bounded by count and bytes. `canRead` says whether the engine takes a file by its name. */
export function batchesOf(files: readonly RawFile[], canRead: (location: string) => boolean): Batch[] {
  const [small, large] = [files.filter(isSmall), files.filter((file) => !isSmall(file))];
  const isDirect = (file: RawFile): boolean => canRead(file.location);
  return [
    ...split(small, limits.spooled).map((group) => ({ files: group, spooled: true })),
    ...large.filter((file) => !isDirect(file)).map((file) => ({ files: [file], spooled: true })),
    ...split(large.filter(isDirect), limits.direct).map((group) => ({ files: group, spooled: false })),
  ];
}

function isSmall(file: RawFile): boolean {
  return file.size < smallBytes;
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
