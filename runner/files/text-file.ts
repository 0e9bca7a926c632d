import { isUtf8 } from 'node:buffer';
import { ftruncateSync, readSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { makeFolder } from './make-folder.ts';
import { refusal, refused } from './refusal.ts';
import { withRegularFile } from './regular-file.ts';

const megabyte = 1024 * 1024;

/** The size of a text file of a project (docs/project.md, "Limits"). */
export const mostTextBytes = 16 * megabyte;

const newline = 0x0a;

/**
 * The text of a file in UTF-8, without its byte order mark. Throws a FaultError, at the file, for one that is larger than
 * `mostBytes`, is not UTF-8, is not a regular file, or cannot be read.
 */
export function readText(path: string, shown: string, mostBytes = mostTextBytes): string {
  return decode(readBytes(path, shown, mostBytes), shown);
}

/** The text that bytes of UTF-8 are, without its byte order mark. Throws a FaultError at the first line that is none. */
export function decode(bytes: Buffer, shown: string): string {
  if (!isUtf8(bytes))
    throw new FaultError({
      code: 'file-unreadable',
      message: `${shown} is not UTF-8`,
      at: { path: shown, line: lineNotUtf8(bytes), column: 1 },
      hint: 'save it as UTF-8',
    });
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Writes a text file and the folders above it. Throws a FaultError. */
export function writeText(path: string, shown: string, text: string): void {
  try {
    makeFolder(dirname(path));
    withRegularFile('write', path, shown, (descriptor) => {
      ftruncateSync(descriptor);
      writeFileSync(descriptor, text);
    });
  } catch (error) {
    throw refusal('write', shown, error);
  }
}

/** The fault for a file of a size that is not read. */
export function tooLarge(bytes: number, shown: string, mostBytes = mostTextBytes): FaultError {
  const [size, most] = [Math.ceil(bytes / megabyte), mostBytes / megabyte];
  return refused('read', shown, `it has ${size} MB, and at most ${most} MB are read`, fileStart(shown));
}

function readBytes(path: string, shown: string, mostBytes: number): Buffer {
  try {
    return withRegularFile('read', path, shown, (descriptor, { size }) => {
      if (size > mostBytes) throw tooLarge(size, shown, mostBytes);
      // One byte more than there should be shows a file that has become longer, or never ends, as some in /proc.
      const buffer = Buffer.allocUnsafe(size + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < buffer.length; length += read)
        read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (length > size) throw refused('read', shown, 'it changes while it is read', fileStart(shown));
      return buffer.subarray(0, length);
    });
  } catch (error) {
    throw refusal('read', shown, error, fileStart(shown));
  }
}

/** No character of several bytes has a line break in it: each line is UTF-8 by itself, or is not. */
function lineNotUtf8(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(newline, start);
    const next = end === -1 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, next))) return line;
    start = next;
  }
  return line;
}
