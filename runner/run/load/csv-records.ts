import { CsvError, parse } from 'csv-parse/sync';
import type { Fault } from '../../core/fault.ts';
import { carriageReturn, newline } from '../../json/bytes.ts';
import { seedFormat } from '../../project/seed-format.ts';

/** A row of a CSV text behind its header. */
export interface CsvRecord {
  /** A field that is empty and not in quotes is null. */
  readonly fields: readonly (string | null)[];
  /** Where it begins, in lines from 1. To count takes as long as the text is. */
  readonly line: () => number;
}

/** The records of a CSV text, of which the first is its header, up to where its quotes are wrong, and the fault there. */
export function csvRecords(path: string, text: string): { readonly records: CsvRecord[]; readonly fault?: Fault } {
  const records: CsvRecord[] = [];
  const options = {
    ...seedFormat,
    info: true,
    raw: true,
    relax_column_count: true,
    // Records are collected as they are found: the parser throws at the first that is wrong, and its own list is lost.
    on_record: (given: unknown) => {
      const { record, raw, info } = given as { record: (string | null)[]; raw: string; info: { bytes: number } };
      records.push({ fields: record, line: () => lineOfRecord(text, info.bytes - Buffer.byteLength(raw)) });
      return null;
    },
    cast: (value: string, { quoting }: { quoting: boolean }) => (value === '' && !quoting ? null : value),
  } as const;
  try {
    parse(text, options);
    return { records };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const wrong = { code: error.code, line: Number(error['lines'] ?? 1), raw: String(error['raw'] ?? '') };
    return { records, fault: quoteFault(path, text, wrong) };
  }
}

/** The line of the first record at or behind an offset in bytes. The parser's own count is off behind a \r\n in quotes. */
function lineOfRecord(text: string, offset: number): number {
  const bytes = Buffer.from(text);
  let begin = offset;
  while (bytes[begin] === newline || bytes[begin] === carriageReturn) begin++;
  return linesUpTo(bytes.toString('latin1', 0, begin));
}

function linesUpTo(text: string): number {
  return text.split(/\r\n|\n|\r/).length;
}

function quoteFault(path: string, text: string, error: { code: string; line: number; raw: string }): Fault {
  const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED';
  const what = isOpen
    ? 'the quote that opens here is not closed'
    : error.code === 'INVALID_OPENING_QUOTE'
      ? 'a quote begins in the middle of a field'
      : 'a field goes on behind the quote that closes it';
  const start = text.length - error.raw.length + openQuote(error.raw);
  const line = isOpen ? linesUpTo(text.slice(0, start)) : error.line;
  const column = isOpen ? start - Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) : 1;
  return {
    code: 'seed-invalid',
    message: `this is not valid CSV: ${what}`,
    at: { path, line, column },
    hint: 'a field with a quote in it is in quotes as a whole, and its own quotes are written twice: "a ""b"""',
  };
}

/** Where the quote opens that is not closed. Two quotes inside of a field stand for one. */
function openQuote(raw: string): number {
  let open = -1;
  let closed = -2;
  for (let at = raw.indexOf('"'), first = 0; at !== -1; at = raw.indexOf('"', at + 1)) {
    if (open !== -1) {
      [first, open, closed] = [open, -1, at];
    } else open = at === closed + 1 ? first : at;
  }
  return Math.max(0, open);
}
