import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { FaultError } from '../core/fault.ts';

/** A raw file of a source, as it was found. */
export interface RawFile {
  /** Below the root of its source, with forward slashes: what it is known by. */
  readonly path: string;
  /** The path that it is opened with. */
  readonly location: string;
  /** The path to show to people. */
  readonly shown: string;
  readonly size: number;
  /** When it was written last, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

/**
 * The files at `path` below `root` (a folder with all that it holds, or one file), in alphabetical order; none if
 * there is nothing there. Names that begin with a dot, such as `.DS_Store`, are not data. A relative root counts
 * from the project.
 */
export function listRawFiles(projectDir: string, root: string, path: string): RawFile[] {
  const base = resolve(projectDir, root);
  const top = join(base, path);
  const found = statSync(top, { throwIfNoEntry: false });
  if (found === undefined) return [];
  const below = found.isDirectory()
    ? readdirSync(top, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
    : [path];
  return below
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.')))
    .map((name) => name.split(sep).join('/').replace(/^\.\//, ''))
    .toSorted()
    .flatMap((name) => {
      const location = join(base, name);
      const stat = readableStat(location, join(root, name));
      return stat.isFile()
        ? [{ path: name, location, shown: join(root, name), size: stat.size, modifiedMs: Math.floor(stat.mtimeMs) }]
        : [];
    });
}

/** The bytes of a raw file as a stream, unpacked if it is a `.gz`. Throws a FaultError when it cannot be read. */
export async function* streamRawFile(file: RawFile): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file.location, { highWaterMark: 256 * 1024 });
  try {
    yield* isPacked(file) ? pipeline(stream, createGunzip(), () => undefined) : stream;
  } catch (error) {
    throw unreadable(file.shown, error);
  }
}

/**
 * The bytes of a small raw file at once, unpacked if it is a `.gz`, and the SHA-256 of the file as it stands.
 * Throws a FaultError when it cannot be read.
 */
export async function readRawFile(file: RawFile): Promise<{ bytes: Buffer; hash: string }> {
  try {
    const bytes = await readFile(file.location);
    const hash = createHash('sha256').update(bytes).digest('hex');
    return { bytes: isPacked(file) ? await promisify(gunzip)(bytes) : bytes, hash };
  } catch (error) {
    throw unreadable(file.shown, error);
  }
}

/** The SHA-256 of a file as it stands, in hex. Throws a FaultError when it cannot be read. */
export async function hashRawFile(file: RawFile): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file.location, { highWaterMark: 1024 * 1024 }))
      digest.update(chunk as Uint8Array);
  } catch (error) {
    throw unreadable(file.shown, error);
  }
  return digest.digest('hex');
}

function readableStat(location: string, shown: string): Stats {
  try {
    return statSync(location);
  } catch (error) {
    throw unreadable(shown, error);
  }
}

function isPacked(file: RawFile): boolean {
  return file.location.endsWith('.gz');
}

/** A fault for what the system says against reading a file; anything else that went wrong is a bug and passes. */
function unreadable(shown: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  return new FaultError(
    { code: 'file-unreadable', message: `cannot read ${shown}: ${error.message}` },
    { cause: error },
  );
}
