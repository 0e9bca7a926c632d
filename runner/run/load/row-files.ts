import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';

/** So many bytes of lines are loaded at once: of smaller files DuckDB writes much twice, of larger ones it waits for the first. */
const fileBytes = 96 * 1024 * 1024;

/** Lines of rows on their way into a table, by files of some size each of which is loaded while the next is written. */
export class RowFiles {
  readonly #pathOf: (i: number) => string;
  readonly #load: (path: string) => Promise<number>;
  #current: { readonly path: string; readonly handle: FileHandle } | undefined;
  #bytes = 0;
  #files = 0;
  #rows = 0;
  #loading: Promise<number> = Promise.resolve(0);

  /** `load` loads a file, and gives the number of its rows. */
  constructor(pathOf: (i: number) => string, load: (path: string) => Promise<number>) {
    this.#pathOf = pathOf;
    this.#load = load;
  }

  /** Adds whole lines. Throws what loading an earlier file threw. */
  async add(lines: Buffer): Promise<void> {
    if (lines.length === 0) return;
    this.#current ??= await this.#open();
    await this.#current.handle.appendFile(lines);
    this.#bytes += lines.length;
    if (this.#bytes >= fileBytes) await this.#loadCurrent();
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

  async #open(): Promise<{ path: string; handle: FileHandle }> {
    const path = this.#pathOf(this.#files++);
    return { path, handle: await open(path, 'w') };
  }

  /** Begins to load the current file, when the one before it is loaded. */
  async #loadCurrent(): Promise<void> {
    if (this.#current === undefined) return;
    const { path, handle } = this.#current;
    this.#current = undefined;
    this.#bytes = 0;
    await handle.close();
    this.#rows += await this.#loading;
    this.#loading = this.#load(path).finally(() => rm(path, { force: true }));
    // A failure is thrown when the next file is to be loaded; until then it is not unhandled.
    this.#loading.catch(() => 0);
  }
}
