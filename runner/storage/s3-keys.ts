import { posix } from 'node:path';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { Place } from '../core/location.ts';

/** A place in S3. */
export interface S3Root {
  readonly bucket: string;
  /** What all keys begin with, without a slash at either end; empty for the whole bucket. */
  readonly prefix: string;
}

// s3://udacity-dend, s3://my.bucket/some/prefix/
const form = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** Takes `s3://bucket/prefix` apart. Throws a FaultError at `at` when it is not of that form. */
export function parseS3Root(root: string, at: Place | undefined): S3Root {
  const [, bucket, prefix = ''] = form.exec(root) ?? [];
  if (bucket !== undefined) return { bucket, prefix: keyBelow('', prefix) };
  const fault: Fault = {
    code: 'config-invalid',
    message: `"${root}" is not the name of a place in S3`,
    at,
    hint: 'it is written s3://bucket or s3://bucket/prefix; names of buckets have lower-case letters, digits, dots and hyphens',
  };
  throw new FaultError(fault);
}

/** The key at `path` below `prefix`: `s3://bucket/raw` and `./orders/` give `raw/orders`, and `../x` gives `x`. */
export function keyBelow(prefix: string, path: string): string {
  return posix.normalize(`/${prefix}/${path}`).replace(/^\/|\/$/g, '');
}

/**
 * Whether an object is data, by its key below the place that was listed: names that begin with a dot are none, and
 * neither are the empty objects that consoles make to show a folder.
 */
export function isData(name: string, size: number): boolean {
  const isFolder = size === 0 && (name === '' || name.endsWith('/'));
  return !isFolder && !name.split('/').some((part) => part.startsWith('.'));
}
