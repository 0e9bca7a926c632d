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
  // gs://bucket, https://host
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(root))
    throw new FaultError({
      code: 'config-invalid',
      message: `"${root}" is not a place that raw files can be read from`,
      at: options.rootAt,
      hint: 'a root is a folder, or s3://bucket/prefix',
    });
  return new DiskStorage(projectDir, root, options.signal);
}
