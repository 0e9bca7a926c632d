import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import type { LoadField } from '../../adapters/dialect.ts';
import { rootValues } from '../../json/root-values.ts';
import type { RowProblem } from '../../json/row.ts';
import { checkRow } from '../../json/row.ts';
import type { Model } from '../../project/manifest.ts';
import type { RawFile } from '../../storage/raw-files.ts';
import { streamRawFile } from '../../storage/raw-files.ts';

/** A raw row that was put aside. */
export interface Rejected {
  readonly file: RawFile;
  readonly problem: RowProblem;
  readonly raw: string;
}

export interface Reread {
  readonly rejected: readonly Rejected[];
  /** How many rows were written to the new file. */
  readonly rows: number;
}

/** How many bad rows are shown when a load is refused. */
const shown = 5;

/**
 * Reads files that the engine refused once more, value by value, and writes the rows that can be loaded to
 * `location`. Throws a FaultError that names the bad ones when there are more than `allowed`.
 */
export async function reread(
  model: Model,
  files: readonly RawFile[],
  fields: readonly LoadField[],
  allowed: number,
  location: string,
): Promise<Reread> {
  const rejected: Rejected[] = [];
  const out = createWriteStream(location);
  let rows = 0;
  try {
    for (const file of files) {
      for await (const value of rootValues(streamRawFile(file))) {
        const checked = checkRow(value, fields, file.shown);
        if ('problems' in checked) {
          const [problem] = checked.problems;
          if (problem !== undefined) rejected.push({ file, problem, raw: checked.raw });
          if (rejected.length >= Math.max(allowed + 1, shown)) throw refused(model, rejected);
        } else {
          rows++;
          if (!out.write(`${checked.text}\n`)) await once(out, 'drain');
        }
      }
    }
  } finally {
    out.end();
    await finished(out);
  }
  if (rejected.length > allowed) throw refused(model, rejected);
  return { rejected, rows };
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
