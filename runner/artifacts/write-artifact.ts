import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { owner } from './leftovers.ts';

/** Where a project leaves what it makes, relative to its folder. */
export const targetFolder = 'target';

/** Writes JSON so that a reader sees the old file or the new one, and never half of it. */
export function writeArtifact(file: string, content: unknown): Promise<void> {
  replaceFile(file, `${JSON.stringify(content)}\n`, true);
  return Promise.resolve();
}

/** Writes JSON that can be made again: not to be able to is no fault, as in a project that may only be read. */
export function writeCache(file: string, content: unknown): void {
  try {
    replaceFile(file, JSON.stringify(content), false);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
}

/** Puts a file in its place when it is written as a whole. Until then its name says which process writes it. */
function replaceFile(file: string, text: string, isFlushed: boolean): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${owner}.tmp`;
  try {
    const handle = openSync(temporary, 'w');
    try {
      writeFileSync(handle, text);
      if (isFlushed) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The content of a JSON file, or undefined when there is none or it is not JSON. */
export function readArtifact(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
