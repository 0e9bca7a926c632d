import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { RawFile, Storage } from './storage.ts';
import { unreadable } from './unreadable.ts';

/** What is in a raw file, to be read once. */
export interface Content {
  readonly file: RawFile;
  /** Unpacked if it is a `.gz`. Reading throws a FaultError when the file cannot be read, or is not whole. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What the content is known by, to be asked for when it was read: the ETag of an object, the SHA-256 of a file in hex. */
  readonly hash: () => Promise<string>;
}

/** The content of a file; `packed` are its bytes as they stand, which are read when the content is. */
export function openContent(storage: Storage, file: RawFile, packed = storage.stream(file)): Content {
  const { version } = file;
  if (version !== undefined) return { file, bytes: unpacked(file, packed), hash: () => Promise.resolve(version) };
  let hash: string | undefined;
  const passing = (async function* () {
    const digest = createHash('sha256');
    for await (const chunk of packed) {
      digest.update(chunk);
      yield chunk;
    }
    hash = digest.digest('hex');
  })();
  // Of a packed file the end is not always read: it may be filled up with zeros.
  return { file, bytes: unpacked(file, passing), hash: async () => hash ?? (await hashOf(storage, file)) };
}

/** What the content of a file is known by. Reads all of it where its storage does not know. Throws a FaultError. */
export async function hashOf(storage: Storage, file: RawFile): Promise<string> {
  if (file.version !== undefined) return file.version;
  const digest = createHash('sha256');
  for await (const chunk of storage.stream(file)) digest.update(chunk);
  return digest.digest('hex');
}

/**
 * Copies a file to `location` on this machine, unpacked if it is a `.gz`, and gives what its content is known by.
 * Throws a FaultError when it cannot be read, or is not whole.
 */
export async function copyContent(storage: Storage, file: RawFile, location: string): Promise<string> {
  const { bytes, hash } = openContent(storage, file);
  await pipelined(bytes, createWriteStream(location));
  return hash();
}

function unpacked(file: RawFile, packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return file.path.endsWith('.gz') ? gunzipped(file, packed) : packed;
}

async function* gunzipped(file: RawFile, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(packed, createGunzip(), () => undefined);
  } catch (error) {
    throw unreadable(file.shown, error);
  }
}
