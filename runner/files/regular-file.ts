import type { Stats } from 'node:fs';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { refused } from './refusal.ts';

/**
 * Does something with an open file. Only regular files are opened, and links to them: to read from a pipe or a device may
 * never end. Throws a FaultError for anything else, and what the system throws.
 */
export function withRegularFile<T>(
  does: 'read' | 'write',
  path: string,
  shown: string,
  work: (descriptor: number, stat: Stats) => T,
): T {
  const flags = does === 'read' ? constants.O_RDONLY : constants.O_WRONLY | constants.O_CREAT;
  // Without this flag, which Windows does not have, opening a pipe waits for its other end.
  const descriptor = openSync(path, flags | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw notRegular(does, shown, stat);
    return work(descriptor, stat);
  } finally {
    closeSync(descriptor);
  }
}

/** The fault for something that is no regular file. */
export function notRegular(does: 'read' | 'write', shown: string, stat: Stats): FaultError {
  const why = stat.isDirectory() ? 'it is a folder' : 'it is not a regular file';
  // There is nothing to show of what is written over.
  return refused(does, shown, why, does === 'read' ? fileStart(shown) : undefined);
}
