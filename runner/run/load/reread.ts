import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import type { Field } from '../../json/row.ts';
import { rootValues } from '../../json/root-values.ts';
import type { RowProblem } from '../../json/row.ts';
import { checkRow } from '../../json/row.ts';
import type { Model } from '../../project/manifest.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';

/** What is read once more, or for the first time where the engine cannot. */
export interface RereadInput {
  readonly model: Model;
  readonly storage: Storage;
  readonly files: readonly RawFile[];
  readonly fields: readonly Field[];
}

/** A raw row that was put aside. */
export interface Rejected {
  readonly file: RawFile;
  readonly problem: RowProblem;
  readonly raw: string;
}

export interface Reread {
  /** What the content of each file is known by, by its path. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly rejected: readonly Rejected[];
  /** How many rows were written to the new file. */
  readonly rows: number;
}

/** How many bad rows are shown when a load is refused. */
const shown = 5;

/**
 * Reads files value by value, as strictly as COPY does, and writes the rows that can be loaded to `location`: an object
 * a line, with the text to store under the name of each column. Throws a FaultError that names the bad rows when there
 * are more than `allowed`.
 */
export async function reread(input: RereadInput, allowed: number, location: string): Promise<Reread> {
  const { model, storage, files, fields } = input;
  const hashes = new Map<string, string>();
  const rejected: Rejected[] = [];
  let rows = 0;
  const names = fields.map(({ column }) => JSON.stringify(column.name));
  async function* goodRows(): AsyncGenerator<string> {
    for await (const { file, bytes, hash } of inOrder(storage, files)) {
      for await (const value of rootValues(bytes)) {
        const checked = checkRow(value, fields, file.shown);
        if ('values' in checked) {
          rows++;
          yield `{${checked.values.map((text, i) => `${names[i]}:${JSON.stringify(text)}`).join(',')}}\n`;
          continue;
        }
        const [problem] = checked.problems;
        if (problem !== undefined) rejected.push({ file, problem, raw: checked.raw });
        if (rejected.length >= Math.max(allowed + 1, shown)) throw refused(model, rejected);
      }
      hashes.set(file.path, await hash());
    }
  }
  await pipeline(goodRows, createWriteStream(location));
  if (rejected.length > allowed) throw refused(model, rejected);
  return { hashes, rejected, rows };
}

function refused(model: Model, rejected: readonly Rejected[]): FaultError {
  const hint =
    model.config.maxErrors === 0
      ? `mend the file; or let some go: {{config max_errors=…}} in the model puts whole rows aside into ${model.name}_rejects`
      : `max_errors=${model.config.maxErrors} lets that many rows go, and there are more`;
  return new FaultError(
    rejected.slice(0, shown).map(({ problem }): Fault => ({
      code: 'row-rejected',
      message: `a raw row does not fit "${model.name}": ${problem.message}`,
      at: problem.at,
      hint,
    })),
  );
}
