import type { Stats } from 'node:fs';
import { createReadStream, mkdirSync, readFile, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import { namesBelow } from '../files/names-below.ts';
import { refusal } from '../files/refusal.ts';
import { readText } from '../files/text-file.ts';
import type { RawFile, Storage } from './storage.ts';
import { normalized } from './storage.ts';

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
    return filesAt(join(this.place, path), this.shown(path))
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
      throw refusal('read', file.shown, error);
    }
  }

  async read(file: RawFile): Promise<Buffer> {
    try {
      return await readWhole(file.location);
    } catch (error) {
      throw refusal('read', file.shown, error);
    }
  }

  async readText(path: string): Promise<string> {
    return readText(resolve(this.place, path), this.shown(path));
  }

  async put(path: string, body: string | Uint8Array): Promise<void> {
    const location = resolve(this.place, path);
    try {
      mkdirSync(dirname(location), { recursive: true });
      await writeFileAtomic(location, Buffer.from(body));
    } catch (error) {
      throw refusal('write', this.shown(path), error);
    }
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
function filesAt(top: string, shown: string): string[] {
  try {
    const found = statSync(top, { throwIfNoEntry: false });
    if (found === undefined || !found.isDirectory()) return found === undefined ? [] : [''];
    return namesBelow(top, shown);
  } catch (error) {
    throw refusal('read', shown, error);
  }
}

function readableStat(location: string, shown: string): Stats {
  try {
    return statSync(location);
  } catch (error) {
    throw refusal('read', shown, error);
  }
}
