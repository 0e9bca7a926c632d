import { join } from 'node:path';
import type { Fault } from '../../core/fault.ts';
import { throwFaults } from '../../core/fault.ts';
import { readText } from '../../files/text-file.ts';
import { fit, misfit } from '../../json/fit.ts';
import type { Seed } from '../../project/manifest.ts';
import { csvRecords } from './csv-records.ts';

/** How many faults of one seed are shown. */
const shown = 10;

/**
 * The rows of a seed's CSV file in the order of its contract, each value as the text to store. An empty field is null;
 * in quotes it is empty text, which `fit` takes for null in a column that is not of text, as COPY does.
 * Throws a FaultError with the first faults of the file.
 */
export function readSeed(projectDir: string, seed: Seed): (string | null)[][] {
  const { rows, faults } = fittedRows(seed, readText(join(projectDir, seed.path), seed.path));
  throwFaults(faults);
  return rows;
}

/** What is wrong with the rows of a seed, of which `text` is the CSV. */
export function seedFaults(seed: Seed, text: string): readonly Fault[] {
  return fittedRows(seed, text).faults;
}

function fittedRows(seed: Seed, text: string): { rows: (string | null)[][]; faults: readonly Fault[] } {
  const { records, fault } = csvRecords(seed.path, text);
  const [header, ...found] = records;
  const names = header?.fields ?? [];
  const columns = seed.contract.map((column) => ({ column, index: names.indexOf(column.name) }));
  const faults: Fault[] = [];
  let wrong = 0;
  const refuse = (message: string, line: () => number): void => {
    if (++wrong <= shown)
      faults.push({ code: 'seed-invalid', message, at: { path: seed.path, line: line(), column: 1 } });
  };
  const rows = found.map(({ fields, line }) => {
    if (fields.length !== names.length) {
      refuse(lengthMessage(fields.length, names.length), line);
      return [];
    }
    return columns.map(({ column, index }) => {
      const written = fields[index] ?? null;
      const fitted = fit(written, column);
      if ('text' in fitted) return fitted.text;
      refuse(misfit(written, column, fitted.problem), line);
      return null;
    });
  });
  const all =
    wrong > shown ? faults.map((one) => ({ ...one, hint: `these are the first ${shown} of ${wrong}` })) : faults;
  return { rows, faults: fault === undefined ? all : [...all, fault] };
}

function lengthMessage(fields: number, names: number): string {
  const why = fields > names ? ': a field with a comma in it is in quotes' : '';
  return `this row has ${fields} ${fields === 1 ? 'field' : 'fields'}, and the header names ${names} ${names === 1 ? 'column' : 'columns'}${why}`;
}
