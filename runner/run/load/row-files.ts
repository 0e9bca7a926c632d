import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { refusal } from '../../files/refusal.ts';
import { newline } from '../../json/bytes.ts';

/** DuckDB stores rows in groups of so many (DuckDB, "Row Groups"), and writes again what was loaded as parts of groups. */
const fileRows = 122_880;
/** No file gets much larger, also where rows are long. */
const fileBytes = 256 * 1024 * 1024;

/** Lines of rows on their way into a table, by files of some size each of which is loaded while the next is written. */
export class RowFiles {
  readonly #pathOf: (i: number) => string;
  readonly #load: (path: string) => Promise<number>;
  #current: { readonly path: string; readonly handle: FileHandle; bytes: number; rows: number } | undefined;
  #files = 0;
  #written = 0;
  #rows = 0;
  #loading: Promise<number> = Promise.resolve(0);

  /** `load` loads a file, and gives the number of its rows. */
  constructor(pathOf: (i: number) => string, load: (path: string) => Promise<number>) {
    this.#pathOf = pathOf;
    this.#load = load;
  }

  /** Adds whole lines, with which there are `rows` of them in all. Throws what loading an earlier file threw. */
  async add(lines: Buffer, rows: number): Promise<void> {
    for (let rest = lines; rest.length > 0;) {
      this.#current ??= await this.#open();
      const more = Math.min(rows - this.#written, fileRows - this.#current.rows);
      const part = more === rows - this.#written ? rest : firstLines(rest, more);
      await this.#write(part, more);
      rest = rest.subarray(part.length);
    }
  }

  /** Loads what is left. Gives the number of rows of all files. */
  async end(): Promise<number> {
    await this.#loadCurrent();
    this.#rows += await this.#loading;
    this.#loading = Promise.resolve(0);
    return this.#rows;
  }

  /** Waits for what is being loaded, however that ends. */
  async close(): Promise<void> {
    await this.#current?.handle.close();
    await this.#loading.catch(() => 0);
  }

  async #open(): Promise<{ path: string; handle: FileHandle; bytes: number; rows: number }> {
    const path = this.#pathOf(this.#files++);
    const handle = await open(path, 'w').catch((error: unknown) => {
      throw refusal('write', path, error);
    });
    return { path, handle, bytes: 0, rows: 0 };
  }

  async #write(lines: Buffer, rows: number): Promise<void> {
    if (this.#current === undefined) return;
    const { handle, path } = this.#current;
    await handle.appendFile(lines).catch((error: unknown) => {
      throw refusal('write', path, error);
    });
    this.#written += rows;
    this.#current.rows += rows;
    this.#current.bytes += lines.length;
    if (this.#current.rows >= fileRows || this.#current.bytes >= fileBytes) await this.#loadCurrent();
  }

  /** Begins to load the current file, when the one before it is loaded. */
  async #loadCurrent(): Promise<void> {
    if (this.#current === undefined) return;
    const { path, handle } = this.#current;
    this.#current = undefined;
    await handle.close();
    this.#rows += await this.#loading;
    this.#loading = this.#load(path).finally(() => rm(path, { force: true }));
    // A failure is thrown when the next file is to be loaded; until then it is not unhandled.
    this.#loading.catch(() => 0);
  }
}

/** The first lines of several; a line break ends each of them, and is nowhere else. */
function firstLines(lines: Buffer, count: number): Buffer {
  let end = 0;
  for (let i = 0; i < count; i++) end = lines.indexOf(newline, end) + 1;
  return lines.subarray(0, end);
}
