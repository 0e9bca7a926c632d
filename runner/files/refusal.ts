import type { FaultCode } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { Place } from '../core/location.ts';
import { fileStart } from '../core/location.ts';

/** What the system means by the codes of its errors (POSIX, `errno.h`). */
const sentences: ReadonlyMap<unknown, string> = new Map([
  ['EACCES', 'this user is not allowed to'],
  ['EPERM', 'this user is not allowed to'],
  ['EBUSY', 'something else is using it'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EEXIST', 'there is something of that name already'],
  ['EFBIG', 'it gets larger than a file may be'],
  ['EIO', 'the disk reports an error'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its links lead in a circle'],
  ['EMFILE', 'too many files are open'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ENFILE', 'too many files are open'],
  ['ENOENT', 'there is no such file'],
  ['ENOSPC', 'the disk is full'],
  ['ENOTDIR', 'it is below a file, or is no folder'],
  ['ENXIO', 'it is not a regular file'],
  ['EROFS', 'the file system is read-only'],
]);

/**
 * The fault for what the system says against reading, writing or removing `shown`; anything else that was thrown is a bug, or a fault
 * already, and is given back as it is.
 */
export function refusal(does: 'read' | 'write' | 'remove', shown: string, error: unknown, at?: Place): unknown {
  if (!(error instanceof Error) || error instanceof FaultError || !('code' in error)) return error;
  // What is written needs no file before: only its folder can be missing.
  const why = does === 'write' && error.code === 'ENOENT' ? 'its folder cannot be made' : sentences.get(error.code);
  return refused(does, shown, why ?? error.message, at, error);
}

/** A fault for a file that cannot be read or written, and why. It is placed there, unless something else is to blame. */
export function refused(
  does: 'read' | 'write' | 'remove',
  shown: string,
  why: string,
  at: Place = fileStart(shown),
  cause?: unknown,
): FaultError {
  const code: FaultCode = does === 'read' ? 'file-unreadable' : 'system';
  return new FaultError({ code, message: `cannot ${does} ${shown}: ${why}`, at }, { cause });
}

/** Whether a fault says that there is no such file, or no folder that it could be in. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof FaultError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}
