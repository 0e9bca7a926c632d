import type { Location } from '../../core/location.ts';
import { rootValues } from '../../json/root-values.ts';
import type { Field } from '../../json/row.ts';
import { checkRow, placeOfValue } from '../../json/row.ts';
import { storedValue } from '../../json/stored-value.ts';
import type { Content } from '../../storage/content.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import type { LoadedFile } from './ledger.ts';

/** How much may still be read in search of rows, by all tests of a run together. */
export interface Budget {
  files: number;
  bytes: number;
}

/** What ends a search before all is found. */
export interface SearchEnd {
  readonly budget: Budget;
  readonly signal: AbortSignal;
}

/** The raw files of a copy model that were loaded, and how they are read. */
export interface SearchedFiles {
  readonly storage: Storage;
  readonly files: readonly FileOfLoad[];
  readonly fields: readonly Field[];
}

/** A raw row that is searched for: one of as many as have its values and its load. */
export interface WantedRow {
  readonly loadId: number;
  /** The values of the fields in their order, as `rowKey` has them. */
  readonly key: string;
}

/** A raw file, and what the ledger says of it. */
export interface FileOfLoad {
  readonly file: RawFile;
  readonly loaded: LoadedFile;
}

/** What two rows have in common exactly when all of their values are the same. */
export function rowKey(fields: readonly Field[], values: readonly (string | null)[]): string {
  return JSON.stringify(
    fields.map(({ column }, i) => {
      const value = values[i] ?? null;
      return value === null ? null : storedValue(value, column.type);
    }),
  );
}

/**
 * Searches files for rows, each in those of its load. Gives the place of each row that was found, by its index. Ends when
 * all are found, the budget is spent or `signal` says so. A file that is not as it was loaded tells nothing. Throws a
 * FaultError when a file cannot be read.
 */
export async function findRows(
  wanted: readonly WantedRow[],
  { storage, files, fields }: SearchedFiles,
  end: SearchEnd,
): Promise<ReadonlyMap<number, Location>> {
  const { budget, signal } = end;
  const found = new Map<number, Location>();
  const loads = new Set(wanted.map(({ loadId }) => loadId));
  const ofLoads = files.filter(({ loaded: { loadId } }) => loadId !== undefined && loads.has(loadId));
  const affordable = within(budget, ofLoads);
  const loadedAs = new Map(affordable.map(({ file, loaded }) => [file, loaded]));
  // In S3 the next files are fetched while one is read.
  for await (const content of inOrder(storage, [...loadedAs.keys()])) {
    if (found.size === wanted.length || signal.aborted) break;
    const loaded = loadedAs.get(content.file);
    const open = [...wanted.entries()].filter(([i, { loadId }]) => loadId === loaded?.loadId && !found.has(i));
    if (open.length === 0) continue;
    budget.files--;
    const rows = await rowsIn(content, new Map(open.map(([i, { key }]) => [i, key])), fields, end);
    const isAsLoaded = budget.bytes > 0 && !signal.aborted && (await content.hash()) === loaded?.hash;
    if (isAsLoaded) for (const [i, at] of rows) found.set(i, at);
  }
  return found;
}

/** The first files of several that a budget is enough for: a large one is left out, and smaller ones after it are not. */
function within({ files: most, bytes }: Budget, files: readonly FileOfLoad[]): FileOfLoad[] {
  let rest = bytes;
  const affordable = files.filter(({ file: { size } }) => {
    if (size > rest) return false;
    rest -= size;
    return true;
  });
  return affordable.slice(0, most);
}

/** The places of rows in one file, by their index: `open` has their keys. What is found of it is taken out. */
async function rowsIn(
  { bytes, file }: Content,
  open: Map<number, string>,
  fields: readonly Field[],
  end: SearchEnd,
): Promise<ReadonlyMap<number, Location>> {
  const found = new Map<number, Location>();
  for await (const value of rootValues(counted(bytes, end))) {
    const row = checkRow(value, fields, file.shown);
    if ('problems' in row) continue;
    const key = rowKey(fields, row.values);
    const [i] = [...open].find(([, other]) => other === key) ?? [];
    if (i === undefined) continue;
    open.delete(i);
    found.set(i, placeOfValue(value, file.shown));
  }
  return found;
}

/** Bytes as far as they may be read: those of a packed file are more than its size. */
async function* counted(bytes: AsyncIterable<Uint8Array>, { budget, signal }: SearchEnd): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    budget.bytes -= chunk.byteLength;
    if (budget.bytes <= 0 || signal.aborted) return;
    yield chunk;
  }
}
