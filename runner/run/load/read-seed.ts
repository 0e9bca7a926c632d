import { join } from 'node:path';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import { readText } from '../../files/text-file.ts';
import { carriageReturn, newline } from '../../json/bytes.ts';
import { fit, misfit } from '../../json/fit.ts';
import type { Seed } from '../../project/manifest.ts';
import { seedFormat } from '../../project/seed-format.ts';

const mostFaults = 10;

/**
 * The rows of a seed's CSV file in the order of its contract, each value as the text to store. An empty field is null;
 * in quotes it is empty text, which `fit` takes for null in a column that is not of text, as COPY does.
 * Throws a FaultError with every value that does not fit its column.
 */
export function readSeed(projectDir: string, seed: Seed): (string | null)[][] {
  const text = readText(join(projectDir, seed.path), seed.path);
  const records = parseCsv(seed.path, text);
  const faults: Fault[] = [];
  const rows = records.map(({ record, raw, info }) =>
    seed.contract.map((column) => {
      const written = record[column.name] ?? null;
      const fitted = fit(written, column);
      if ('text' in fitted) return fitted.text;
      if (faults.length < mostFaults) {
        const line = lineOfRecord(text, info.bytes - Buffer.byteLength(raw));
        const message = misfit(written, column, fitted.problem);
        faults.push({ code: 'seed-invalid', message, at: { path: seed.path, line, column: 1 } });
      }
      return null;
    }),
  );
  if (faults.length > 0) throw new FaultError(faults);
  return rows;
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string | null>>;
  /** As it is written, perhaps with line breaks before it. */
  readonly raw: string;
  /** Where it ends, in bytes. */
  readonly info: { readonly bytes: number };
}

/** The line of the first record at or behind an offset in bytes. The parser's own count is off behind a \r\n in quotes. */
function lineOfRecord(text: string, offset: number): number {
  const bytes = Buffer.from(text);
  let begin = offset;
  while (bytes[begin] === newline || bytes[begin] === carriageReturn) begin++;
  return bytes.toString('latin1', 0, begin).split(/\r\n|\n|\r/).length;
}

function parseCsv(path: string, text: string): CsvRecord[] {
  try {
    return parse(text, {
      ...seedFormat,
      columns: true,
      info: true,
      raw: true,
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
