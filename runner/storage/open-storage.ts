import { FaultError } from '../core/fault.ts';
import { DiskStorage } from './disk.ts';
import type { Storage, StorageOptions } from './storage.ts';
import { isInS3 } from './storage.ts';

/**
 * Opens a folder, which counts from the project when it is relative, or `s3://bucket/prefix`. Whether anything is there
 * is seen when it is read. Throws a FaultError when the root is neither.
 */
export async function openStorage(projectDir: string, root: string, options: StorageOptions = {}): Promise<Storage> {
  if (isInS3(root)) {
    const { openS3 } = await import('./s3.ts');
    return openS3(root, options);
  }
  const hint = otherPlaceHint(root);
  if (hint === undefined) return new DiskStorage(projectDir, root, options.signal);
  throw new FaultError({
    code: 'config-invalid',
    message: `"${root}" is not a place that raw files can be read from`,
    at: options.rootAt,
    hint,
  });
}

// https://bucket.s3.eu-west-1.amazonaws.com/prefix, https://s3.amazonaws.com/bucket/prefix
const s3Hosts = [
  /^https?:\/\/([^/]+)\.s3[.-][^/]*amazonaws\.com(?:\/|$)(.*)/i,
  /^https?:\/\/s3[.-][^/]*amazonaws\.com\/([^/]+)\/?(.*)/i,
];

/** How to write a root that has the form of another place than a folder; undefined for a folder. */
function otherPlaceHint(root: string): string | undefined {
  const [, bucket, prefix = ''] = s3Hosts.map((host) => host.exec(root)).find((found) => found !== null) ?? [];
  if (bucket !== undefined) return inS3(prefix === '' ? bucket : `${bucket}/${prefix}`);
  // S3://bucket, s3a://bucket, s3:/bucket, s3:bucket, s3//bucket
  const misspelt = /^s3(?:[an]?:\/*|\/\/+)(.*)/i.exec(root)?.[1];
  if (misspelt !== undefined) return inS3(misspelt);
  const folder = /^file:(?:\/\/(?:localhost(?=\/))?)?(.*)/i.exec(root)?.[1];
  if (folder !== undefined) return `name the folder itself: ${folder}`;
  if (root.startsWith('~')) return 'a ~ does not stand for a home folder here: name the folder in full';
  // gs://bucket, https://host
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(root) ? 'a root is a folder, or s3://bucket/prefix' : undefined;
}

function inS3(place: string): string {
  return `a place in S3 is written s3://${place}`;
}
