import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FaultError } from '../core/fault.ts';
import { refusal } from '../files/refusal.ts';
import { formatOf, headBytes } from './format.ts';
import type { RawFile, Storage } from './storage.ts';
import { isPacked } from './storage.ts';

/** What is in a raw file, to be read once. */
export interface Content {
  readonly file: RawFile;
  /** Unpacked if it is a `.gz`. Reading throws a FaultError when the file cannot be read, is not whole, or of another format. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /**
   * What the content is known by, to be asked for when it was read: the ETag of an object; of a file the SHA-256 of its unpacked
   * bytes, in hex, where white space alone is as good as nothing.
   */
  readonly hash: () => Promise<string>;
}

/** What a file on disk without rows is known by. Many may be alike. */
export const hashOfNothing = createHash('sha256').digest('hex');

/** The white space of JSON, and the bytes of a byte order mark. */
const blanks: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n\ufeff'));

/** The content of a file; `packed` are its bytes as they stand, which are read when the content is. */
export function openContent(storage: Storage, file: RawFile, packed = storage.stream(file)): Content {
  const { version } = file;
  const bytes = readable(file, isPacked(file.path) ? gunzipped(file, packed) : packed);
  if (version !== undefined) return { file, bytes, hash: () => Promise.resolve(version) };
  let hash: string | undefined;
  const passing = (async function* () {
    const digest = createHash('sha256');
    let isBlank = true;
    for await (const chunk of bytes) {
      isBlank &&= chunk.every((byte) => blanks.has(byte));
      digest.update(chunk);
      yield chunk;
    }
    hash = isBlank ? hashOfNothing : digest.digest('hex');
  })();
  return { file, bytes: passing, hash: async () => hash ?? (await hashOf(storage, file)) };
}

/** What the content of a file is known by. Reads all of it where its storage does not know. Throws a FaultError. */
export async function hashOf(storage: Storage, file: RawFile): Promise<string> {
  if (file.version !== undefined) return file.version;
  const { bytes, hash } = openContent(storage, file);
  for await (const _ of bytes);
  return hash();
}

/** The SHA-256 of a file as it is on disk, in hex: packed if it is a `.gz`. Throws a FaultError. */
export async function packedHashOf(storage: Storage, file: RawFile): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of storage.stream(file)) digest.update(chunk);
  return digest.digest('hex');
}

/** Passes bytes on. Throws a FaultError instead of the first ones when they are packed or encoded in a way that is not read. */
async function* readable(file: RawFile, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of bytes) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    const begun: Uint8Array = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    head = begun.length < headBytes ? begun : undefined;
    if (head !== undefined) continue;
    checkFormat(file, begun);
    yield begun;
  }
  if (head === undefined || head.length === 0) return;
  checkFormat(file, head);
  yield head;
}

function checkFormat({ path, shown }: RawFile, bytes: Uint8Array): void {
  const format = formatOf(bytes.subarray(0, headBytes));
  if (format === undefined) return;
  const [why, hint] = format.startsWith('UTF-')
    ? ['only UTF-8 is read', `write it as UTF-8: iconv -f ${format} -t UTF-8`]
    : ['only .gz is unpacked', 'unpack it, or pack it with gzip under a name that ends in .gz'];
  throw new FaultError({
    code: 'file-format',
    message: `cannot read ${shown}: ${isPacked(path) ? 'in the gzip ' : ''}this is ${format}; ${why}`,
    hint,
  });
}

async function* gunzipped(file: RawFile, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(packed, createGunzip(), () => undefined);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR'))
      throw refusal('read', file.shown, error);
    throw new FaultError(
      {
        code: 'file-unreadable',
        message: `cannot read ${file.shown}: the gzip is cut off: ${error.message}`,
        hint: 'copy it again, as a whole; a file without rows is packed as well, or has a name without .gz',
      },
      { cause: error },
    );
  }
}
