import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { createReadStream, createWriteStream, readdirSync, readFile, statSync } from 'node:fs';
import { join, normalize, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { FaultError } from '../core/fault.ts';

// Less than half the time of the function in node:fs/promises, which counts when there are thousands of small files.
const readWhole = promisify(readFile);

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
  return namesBelow(join(base, path), join(root, path))
    .map((name) => normalized(join(path, name)))
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
    const bytes = await readWhole(file.location);
    const hash = createHash('sha256').update(bytes).digest('hex');
    return { bytes: isPacked(file) ? await promisify(gunzip)(bytes) : bytes, hash };
  } catch (error) {
    throw unreadable(file.shown, error);
  }
}

/** Whether a file is another one than when it was listed: written to since, or gone. */
export function hasChanged(file: RawFile): boolean {
  const stat = statSync(file.location, { throwIfNoEntry: false });
  return stat === undefined || stat.size !== file.size || Math.floor(stat.mtimeMs) !== file.modifiedMs;
}

/**
 * Copies a raw file to `location`, unpacked if it is a `.gz`. Gives the SHA-256 of the file as it stands, in hex.
 * Throws a FaultError when it cannot be read, or is not whole.
 */
export async function copyRawFile(file: RawFile, location: string): Promise<string> {
  const digest = createHash('sha256');
  const whole = createReadStream(file.location, { highWaterMark: 1024 * 1024 }).on('data', (chunk) =>
    digest.update(chunk),
  );
  const out = createWriteStream(location);
  try {
    await (isPacked(file) ? pipelined(whole, createGunzip(), out) : pipelined(whole, out));
  } catch (error) {
    throw unreadable(file.shown, error);
  }
  return digest.digest('hex');
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

/** A path of a source as the ledger has it: `./orders/` is `orders`. */
export function normalized(path: string): string {
  return normalize(path).split(sep).join('/').replace(/\/$/, '');
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
