import { onServer } from '../support/postgres.ts';
import { CopySource } from './copy-source.ts';
import type { CopyStatement } from './copy-statement.ts';
import { parseCopy } from './copy-statement.ts';
import type { TargetColumn, ValueError } from './copy-values.ts';
import { convert, parseExact, rootValues, written } from './copy-values.ts';
import type { Answer, CopySession, Warehouse } from './warehouse.ts';
import { RedshiftError } from './warehouse.ts';

interface LoadError extends ValueError {
  readonly file: string;
  readonly line: number;
  readonly column: TargetColumn | undefined;
}

const maxValueBytes = 4 * 1024 * 1024;
const rowsInInsert = 500;

/** Carries out a COPY of JSON from S3, in the transaction of the session. Throws a RedshiftError. */
export async function copy(statement: string, session: CopySession, warehouse: Warehouse): Promise<Answer> {
  return new Copy(parseCopy(statement), session, warehouse).run();
}

class Copy {
  readonly #statement: CopyStatement;
  readonly #session: CopySession;
  readonly #warehouse: Warehouse;
  readonly #source: CopySource;
  readonly #errors: LoadError[] = [];

  constructor(statement: CopyStatement, session: CopySession, warehouse: Warehouse) {
    this.#statement = statement;
    this.#session = session;
    this.#warehouse = warehouse;
    this.#source = new CopySource(statement, warehouse);
  }

  async run(): Promise<Answer> {
    const { json, table, maxErrors, noLoad } = this.#statement;
    const columns = await this.#columns();
    const paths = json.startsWith('s3://') ? await this.#source.jsonPaths(json) : undefined;
    if (paths !== undefined && paths.length !== columns.length)
      throw new RedshiftError('Number of jsonpaths and the number of columns should match', 'XX000');
    const steps = paths?.map(stepsOf);
    const rows: (string | null)[][] = [];
    for (const file of await this.#source.files()) {
      const bytes = await this.#source.data(file);
      for (const value of rootValues(this.#text(bytes, file))) {
        const row = this.#row(value.text, columns, steps);
        if (Array.isArray(row)) rows.push(row);
        else this.#errors.push({ ...row, file, line: value.lastLine });
        if (this.#errors.length >= Math.max(1, maxErrors)) throw await this.#failed();
      }
    }
    if (!noLoad) await this.#insert(columns, rows);
    await this.#noteErrors();
    await this.#session.query(`select set_config('stand_in.last_copy_count', '${rows.length}', false)`);
    const short = table.replaceAll('"', '').split('.').at(-1);
    const skipped = this.#errors.length;
    const more =
      skipped === 0
        ? []
        : [
            `Load into table '${short}' completed, ${skipped} record(s) could not be loaded.  Check 'sys_load_error_detail' system table for details.`,
          ];
    const notices = [`Load into table '${short}' completed, ${rows.length} record(s) loaded successfully.`, ...more];
    return {
      columns: [],
      rows: [],
      tag: 'COPY',
      rowCount: rows.length,
      notices: notices.map((message) => ({ severity: 'INFO', message })),
    };
  }

  /** Invalid bytes are told by the line that they are in. */
  #text(bytes: Buffer, file: string): string {
    const text = bytes.toString('utf8');
    if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text;
    const line = text.slice(0, text.indexOf('\ufffd')).split('\n').length;
    this.#errors.push({
      code: 1220,
      message: 'String contains invalid or unsupported UTF8 codepoints',
      file,
      line,
      column: undefined,
    });
    return text
      .split('\n')
      .map((part) => (part.includes('\ufffd') ? '' : part))
      .join('\n');
  }

  #row(
    text: string,
    columns: readonly TargetColumn[],
    steps: readonly (readonly (string | number)[])[] | undefined,
  ): (string | null)[] | (ValueError & { column: TargetColumn | undefined }) {
    if (Buffer.byteLength(text) > maxValueBytes)
      return { code: 1224, message: 'JSON object exceeds the maximum size of 4194304 bytes', column: undefined };
    let root: unknown;
    try {
      root = parseExact(text);
    } catch {
      return { code: 1223, message: 'Invalid JSON format: parse error', column: undefined };
    }
    if (typeof root !== 'object' || root === null || (Array.isArray(root) && steps === undefined))
      return { code: 1223, message: 'Invalid JSON format: not an object', column: undefined };
    const repeated = this.#repeatedKey(root);
    if (repeated !== undefined)
      return { code: 1223, message: `Invalid JSON format: the key ${repeated} occurs twice`, column: undefined };
    const row: (string | null)[] = [];
    for (const [i, column] of columns.entries()) {
      const found = valueAt(root, steps?.[i] ?? [this.#keyFor(root, column.name)]);
      if (found instanceof RedshiftError) return { code: 1224, message: found.message, column };
      const stored = convert(written(found), column, this.#statement);
      if (!('text' in stored)) return { ...stored, column };
      row.push(stored.text);
    }
    return row;
  }

  #keyFor(root: object, name: string): string {
    if (this.#statement.json !== 'auto ignorecase') return name;
    return Object.keys(root).find((key) => key.toLowerCase() === name) ?? name;
  }

  /** What Redshift does with keys that differ only by case is not documented: the stand-in takes the definition of the project. */
  #repeatedKey(root: object): string | undefined {
    if (this.#statement.json !== 'auto ignorecase') return undefined;
    const wanted = Object.keys(root)
      .map((key) => key.toLowerCase())
      .filter((key) => this.#statement.columns?.includes(key));
    return wanted.find((key, i) => wanted.indexOf(key) !== i);
  }

  /** The columns that are loaded, in the order of their values. */
  async #columns(): Promise<TargetColumn[]> {
    const { table, columns } = this.#statement;
    const { rows } = await this.#session.query(`select attname, pg_catalog.format_type(atttypid, atttypmod), attnotnull
from pg_catalog.pg_attribute
where attrelid = ${quoted(table)}::regclass
    and attnum > 0
    and not attisdropped
order by attnum`);
    const all = rows.map(([name, type, notNull]) => ({ name: name ?? '', type: type ?? '', notNull: notNull === 't' }));
    if (columns === undefined) return all;
    return columns.map((name) => {
      const column = all.find((candidate) => candidate.name === name);
      if (column === undefined)
        throw new RedshiftError(`column "${name}" of relation ${table} does not exist`, '42703');
      return column;
    });
  }

  async #insert(columns: readonly TargetColumn[], rows: readonly (readonly (string | null)[])[]): Promise<void> {
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    for (let i = 0; i < rows.length; i += rowsInInsert) {
      const values = rows.slice(i, i + rowsInInsert).map((row) => `(${row.map(quoted).join(', ')})`);
      await this.#session.query(`insert into ${this.#statement.table} (${names}) values ${values.join(', ')}`);
    }
  }

  async #failed(): Promise<RedshiftError> {
    await this.#noteErrors();
    const short = this.#statement.table.replaceAll('"', '').split('.').at(-1);
    return new RedshiftError(
      `Load into table '${short}' failed.  Check 'sys_load_error_detail' system table for details.`,
    );
  }

  /** What is noted stays, though the COPY be undone. */
  async #noteErrors(): Promise<void> {
    if (this.#errors.length === 0) return;
    const { rows } = await this.#session.query(`select ${quoted(this.#statement.table)}::regclass::oid`);
    const id = rows[0]?.[0] ?? '0';
    const values = this.#errors.map(
      ({ file, line, column, code, message }) =>
        `(${id}, ${quoted(file.padEnd(256).slice(0, 256))}, ${line}, ${quoted(column?.name ?? '')}, ${quoted(column?.type ?? '')}, ${code}, ${quoted(message)}, ${this.#session.pid})`,
    );
    await onServer(
      this.#warehouse.address,
      `insert into redshift_stand_in.load_errors (table_id, file_name, line_number, column_name, column_type, error_code, error_message, session_id) values ${values.join(', ')}`,
    );
  }
}

/** `$['a'][0]` or `$.a[0]` -> a, 0 */
function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.([\w$]+)/g)].map(
    ([, single, double, index, word]) => (index === undefined ? (single ?? double ?? word ?? '') : Number(index)),
  );
}

function valueAt(root: unknown, steps: readonly (string | number)[]): unknown {
  let at: unknown = root;
  for (const step of steps) {
    if (typeof step === 'number') {
      if (!Array.isArray(at) || step >= at.length)
        return new RedshiftError('Invalid JSONPath format: Not an array or index out of range.');
      at = at[step];
    } else if (typeof at === 'object' && at !== null && !Array.isArray(at)) {
      at = Object.hasOwn(at, step) ? Reflect.get(at, step) : null;
    } else return null;
  }
  return at;
}

function quoted(text: string | null): string {
  return text === null ? 'null' : `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
