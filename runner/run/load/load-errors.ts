import type { ObjectReading } from '../../adapters/dialect.ts';
import type { Fault } from '../../core/fault.ts';
import { plain } from '../../core/mapped-text.ts';
import type { Relation } from '../../core/relation.ts';
import type { RejectedRow } from '../../json/copy-text.ts';
import type { Field } from '../../json/row.ts';
import { checkRow } from '../../json/row.ts';
import { rootValues } from '../../json/root-values.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import type { Executor } from '../executor.ts';

/** What an engine said of one raw row that it could not load. */
export interface LoadError {
  /** `s3://bucket/key`, perhaps cut. */
  readonly file: string;
  /** The last one of the object. */
  readonly line: number;
  readonly column: string;
  readonly type: string;
  readonly message: string;
}

/** The longest name of a file that an engine writes down, in bytes. */
const longestName = 256;

/** What the engine said of the rows that it could not load into a table. Throws a FaultError. */
export async function loadErrors(into: Relation, reading: ObjectReading, executor: Executor): Promise<LoadError[]> {
  const { rows: ids } = await executor.query(plain(reading.tableId(into)));
  const id = ids[0]?.[0];
  if (id === undefined) return [];
  const { rows } = await executor.query(plain(reading.errors(String(id))));
  return rows.map((row) => {
    const [file = '', line = '', column = '', type = '', message = ''] = row.map((cell) => String(cell ?? '').trim());
    return { file, line: Number(line), column, type, message };
  });
}

/** The files that errors are about, in their order. */
export function filesIn(errors: readonly LoadError[], files: readonly RawFile[]): RawFile[] {
  const names = [...new Set(errors.map(({ file }) => file))];
  const whole = new Set(names);
  const cut = names.filter((name) => Buffer.byteLength(name) >= longestName - 3);
  return files.filter(({ shown }) => whole.has(shown.trim()) || cut.some((name) => shown.startsWith(name)));
}

/** Reads files with the runner's own reader, which knows the place of each value. Yields the rows that do not fit. */
export async function* badRows(
  storage: Storage,
  files: readonly RawFile[],
  fields: readonly Field[],
): AsyncGenerator<{ readonly file: RawFile; readonly row: RejectedRow }> {
  for await (const { file, bytes } of inOrder(storage, files)) {
    for await (const value of rootValues(bytes)) {
      const row = checkRow(value, fields, file.shown);
      if ('problems' in row) yield { file, row };
    }
  }
}

/** A fault in the words of the engine, for a row that the runner finds nothing wrong with. */
export function saidFault(model: string, { file, line, column, type, message }: LoadError): Fault {
  const field = column === '' ? '' : `column "${column}"${type === '' ? '' : ` (${type})`}: `;
  return {
    code: 'row-rejected',
    message: `the warehouse does not load a raw row into "${model}": ${field}${message}`,
    at: { path: file, line: Math.max(1, line), column: 1 },
    hint: 'these are its own words, and the line is where the object ends: the runner finds nothing wrong with it',
  };
}
