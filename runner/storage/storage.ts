/**
 * Raw files of a source, wherever they are: on disk or in S3. Owns their listing and their bytes. Knows nothing of
 * rows, of what is loaded, or of who reads. Used by whatever loads.
 */
import { normalize, sep } from 'node:path';
import type { Place } from '../core/location.ts';

/** A raw file of a source, as it was found. */
export interface RawFile {
  /** Below the root of its source, with forward slashes: what it is known by. */
  readonly path: string;
  /** What its storage opens it by: a path on disk, or the key of an object. */
  readonly location: string;
  /** The name to show to people. */
  readonly shown: string;
  /** In bytes, as it stands: packed if it is a `.gz`. */
  readonly size: number;
  /** When it was written last, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** What its storage knows its content by: the ETag of an object. Undefined where only reading it all can tell. */
  readonly version: string | undefined;
}

/** The files below one root. */
export interface Storage {
  /** The root in full: an absolute folder, or `s3://bucket/prefix`. */
  readonly place: string;
  /**
   * Below this size a file takes longer to be asked for than to be read: many of them are better read at the same time
   * and put together.
   */
  readonly smallBytes: number;
  /** A path below the root as it is shown to people. */
  shown(path: string): string;
  /**
   * The files at `path` (a folder with all that it holds, or one file), in alphabetical order; none if there is
   * nothing there. Names that begin with a dot, such as `.DS_Store`, are not data. Throws a FaultError.
   */
  list(path: string): Promise<RawFile[]>;
  /** The bytes of a file as they stand, in constant memory. Throws a FaultError when they do not all arrive. */
  stream(file: RawFile): AsyncIterable<Uint8Array>;
  /** The bytes of a small file as they stand, at once. Throws a FaultError. */
  read(file: RawFile): Promise<Buffer>;
  /** The text of a file that is no data, such as jsonpaths. Throws a FaultError. */
  readText(path: string): Promise<string>;
  /** Writes a file as a whole: whoever reads meanwhile sees the old one or the new one. */
  put(path: string, body: string | Uint8Array): Promise<void>;
  /** Removes a file, if it is there: also once what is under way there was broken off. */
  remove(path: string): Promise<void>;
  /**
   * Whether what was read of a file may be of another one than was listed, since it was written to. Never so in S3,
   * where each read asks for the object as it was listed, and is refused if there is another one.
   */
  hasChanged(file: RawFile): Promise<boolean>;
}

/** How a root is opened. */
export interface StorageOptions {
  /** The region of a bucket; undefined for that of AWS's own settings. */
  readonly region?: string | undefined;
  /** Where the root and the region are set, for faults that have to do with them. */
  readonly rootAt?: Place | undefined;
  readonly regionAt?: Place | undefined;
  /** Ends listing and reading, and what is under way in S3: its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** A path of a source as the ledger has it: `./orders/` is `orders`. */
export function normalized(path: string): string {
  return normalize(path).split(sep).join('/').replace(/\/$/, '');
}

/** Whether a file is unpacked when it is read, by its name. */
export function isPacked(path: string): boolean {
  return /\.gz$/i.test(path);
}

/** Whether a root is a place in S3. What is known of a file there cannot be compared with what is known of one on disk. */
export function isInS3(root: string): boolean {
  return root.startsWith('s3://');
}

/** Bytes that are all there, as one piece. */
export async function wholeOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  const [only, ...others] = pieces;
  return only instanceof Buffer && others.length === 0 ? only : Buffer.concat(pieces);
}
