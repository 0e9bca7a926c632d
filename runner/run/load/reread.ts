import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Field } from '../../json/row.ts';
import { rootValues } from '../../json/root-values.ts';
import { checkRow } from '../../json/row.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import type { Rejects } from './rejects.ts';
import type { Repeats } from './repeats.ts';

/** What is read once more, or for the first time where the engine cannot. */
export interface RereadInput {
  readonly storage: Storage;
  readonly files: readonly RawFile[];
  readonly fields: readonly Field[];
  readonly repeats: Repeats;
}

export interface Reread {
  /** What the content of each file is known by, by its path. */
  readonly hashes: ReadonlyMap<string, string>;
  /** How many rows were written to the new file. */
  readonly rows: number;
}

/**
 * Reads files value by value, as strictly as COPY does, and writes the rows that can be loaded to `location`: an object
 * a line, with the text to store under the name of each column. Throws a FaultError when more rows are bad than may be.
 */
export async function reread(input: RereadInput, rejects: Rejects, location: string): Promise<Reread> {
  const { storage, files, fields, repeats } = input;
  const hashes = new Map<string, string>();
  let rows = 0;
  const names = fields.map(({ column }) => JSON.stringify(column.name));
  async function* goodRows(): AsyncGenerator<string> {
    for await (const { file, bytes, hash } of inOrder(storage, files, repeats.isRepeat)) {
      for await (const value of rootValues(bytes)) {
        const checked = checkRow(value, fields, file.shown);
        if ('values' in checked) {
          rows++;
          yield `{${checked.values.map((text, i) => `${names[i]}:${JSON.stringify(text)}`).join(',')}}\n`;
          continue;
        }
        rejects.add(file, checked);
      }
      hashes.set(file.path, await hash());
    }
  }
  await pipeline(goodRows, createWriteStream(location));
  rejects.check();
  return { hashes, rows };
}
