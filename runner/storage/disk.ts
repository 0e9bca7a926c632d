import type { Stats } from 'node:fs';
import { createReadStream, mkdirSync, readdirSync, readFile, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import type { RawFile, Storage } from './storage.ts';
import { normalized } from './storage.ts';
import { unreadable } from './unreadable.ts';

// Less than half the time of the function in node:fs/promises, which counts when there are thousands of small files.
const readWhole = promisify(readFile);

const chunkBytes = 256 * 1024;

/** Files below a folder. A relative root counts from the project. */
export class DiskStorage implements Storage {
  readonly place: string;
  /** To open a small file takes DuckDB some 0.5 ms. */
  readonly smallBytes = 32 * 1024;
  readonly #root: string;

  constructor(projectDir: string, root: string) {
    this.place = resolve(projectDir, root);
    this.#root = root;
  }

  shown(path: string): string {
    return join(this.#root, path);
  }

  // What is asked of the file system here is asked synchronously: a promise for each of thousands of files takes longer.
  async list(path: string): Promise<RawFile[]> {
    return namesBelow(join(this.place, path), this.shown(path))
      .map((name) => normalized(join(path, name)))
      .toSorted()
      .flatMap((name): RawFile[] => {
        const [location, shown] = [join(this.place, name), this.shown(name)];
        const stat = readableStat(location, shown);
        if (!stat.isFile()) return [];
        return [
          { path: name, location, shown, size: stat.size, modifiedMs: Math.floor(stat.mtimeMs), version: undefined },
        ];
      });
  }

  async *stream(file: RawFile): AsyncGenerator<Uint8Array> {
    try {
      yield* createReadStream(file.location, { highWaterMark: chunkBytes });
    } catch (error) {
      throw unreadable(file.shown, error);
    }
  }

  async read(file: RawFile): Promise<Buffer> {
    try {
      return await readWhole(file.location);
    } catch (error) {
      throw unreadable(file.shown, error);
    }
  }

  async readText(path: string): Promise<string> {
    try {
      return await readWhole(resolve(this.place, path), 'utf8');
    } catch (error) {
      throw unreadable(this.shown(path), error);
    }
  }

  async put(path: string, body: string | Uint8Array): Promise<void> {
    const location = resolve(this.place, path);
    mkdirSync(dirname(location), { recursive: true });
    await writeFileAtomic(location, Buffer.from(body));
  }

  async remove(path: string): Promise<void> {
    await rm(resolve(this.place, path), { force: true });
  }

  async hasChanged(file: RawFile): Promise<boolean> {
    const stat = statSync(file.location, { throwIfNoEntry: false });
    return stat === undefined || stat.size !== file.size || Math.floor(stat.mtimeMs) !== file.modifiedMs;
  }
}

/** What a folder holds, by its path below it; an empty path for a file; nothing where there is nothing. */
function namesBelow(top: string, shown: string): string[] {
  try {
    const found = statSync(top, { throwIfNoEntry: false });
    if (found === undefined || !found.isDirectory()) return found === undefined ? [] : [''];
    const names = readdirSync(top, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => !name.split(sep).some((part) => part.startsWith('.')));
  } catch (error) {
    throw unreadable(shown, error);
  }
}

function readableStat(location: string, shown: string): Stats {
  try {
    return statSync(location);
  } catch (error) {
    throw unreadable(shown, error);
  }
}
