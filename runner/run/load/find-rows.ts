import type { Location } from '../../core/location.ts';
import { rootValues } from '../../json/root-values.ts';
import type { Field } from '../../json/row.ts';
import { checkRow, placeOfValue } from '../../json/row.ts';
import { storedValue } from '../../json/stored-value.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import type { LoadedFile } from './ledger.ts';

/** How much is read in search of rows, for all tests of a run together. */
export interface Budget {
  files: number;
  bytes: number;
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
  storage: Storage,
  files: readonly FileOfLoad[],
  fields: readonly Field[],
  budget: Budget,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Location>> {
  const found = new Map<number, Location>();
  for (const { file, loaded } of files) {
    if (found.size === wanted.length || budget.files <= 0 || signal.aborted) break;
    const ofLoad = [...wanted.entries()].filter(([i, { loadId }]) => loadId === loaded.loadId && !found.has(i));
    if (ofLoad.length === 0 || file.size > budget.bytes) continue;
    budget.files--;
    const open = new Map(ofLoad.map(([i, { key }]) => [i, key]));
    for (const [i, at] of await rowsIn(storage, file, loaded.hash, open, fields, budget, signal)) found.set(i, at);
  }
  return found;
}

/** The places of rows in one file; none unless it was read to its end and has the content that was loaded. */
async function rowsIn(
  storage: Storage,
  file: RawFile,
  hash: string,
  open: Map<number, string>,
  fields: readonly Field[],
  budget: Budget,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Location>> {
  const found = new Map<number, Location>();
  for await (const content of inOrder(storage, [file])) {
    for await (const value of rootValues(within(content.bytes, budget, signal))) {
      const row = checkRow(value, fields, file.shown);
      if ('problems' in row) continue;
      const key = rowKey(fields, row.values);
      const [i] = [...open].find(([, other]) => other === key) ?? [];
      if (i === undefined) continue;
      open.delete(i);
      found.set(i, placeOfValue(value, file.shown));
    }
    const isWhole = budget.bytes > 0 && !signal.aborted;
    if (isWhole && (await content.hash()) === hash) return found;
  }
  return new Map();
}

/** Bytes as far as they may be read. */
async function* within(
  bytes: AsyncIterable<Uint8Array>,
  budget: Budget,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    budget.bytes -= chunk.byteLength;
    if (budget.bytes <= 0 || signal.aborted) return;
    yield chunk;
  }
}
