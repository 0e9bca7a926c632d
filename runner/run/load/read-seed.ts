import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import { fit, misfit } from '../../json/fit.ts';
import type { Seed } from '../../project/manifest.ts';

/**
 * The rows of a seed's CSV file in the order of its contract, each value as the text to store. An empty field is null;
 * in quotes it is empty text, which `fit` takes for null in a column that is not of text, as COPY does.
 * Throws a FaultError with every value that does not fit its column.
 */
export function readSeed(projectDir: string, seed: Seed): (string | null)[][] {
  const records = parseCsv(seed.path, readFileSync(join(projectDir, seed.path), 'utf8'));
  const faults: Fault[] = [];
  const rows = records.map(({ record, info }) =>
    seed.contract.map((column) => {
      const written = record[column.name] ?? null;
      const fitted = fit(written, column);
      if ('text' in fitted) return fitted.text;
      faults.push({
        code: 'seed-invalid',
        message: misfit(written, column, fitted.problem),
        at: { path: seed.path, line: info.lines, column: 1 },
      });
      return null;
    }),
  );
  if (faults.length > 0) throw new FaultError(faults.slice(0, 10));
  return rows;
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string | null>>;
  readonly info: { readonly lines: number };
}

function parseCsv(path: string, text: string): CsvRecord[] {
  try {
    return parse(text, {
      columns: true,
      bom: true,
      info: true,
      skip_empty_lines: true,
      cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
    }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    throw new FaultError(
      { code: 'seed-invalid', message: `this is not valid CSV: ${error.message}`, at: { path, line, column: 1 } },
      { cause: error },
    );
  }
}
