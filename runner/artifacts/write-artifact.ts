import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { FaultError } from '../core/fault.ts';
import { makeFolder } from '../files/make-folder.ts';
import { refusal } from '../files/refusal.ts';
import { notRegular } from '../files/regular-file.ts';
import { readText } from '../files/text-file.ts';

/** Where a project leaves what it makes, relative to its folder. */
export const targetFolder = 'target';

/** What is read of a file in it: the manifest of many thousands of models has less. */
const mostBytes = 256 * 1024 * 1024;

/**
 * Writes JSON into the folder `target` so that a reader sees the old file or the new one, and never half of it. Throws a
 * FaultError.
 */
export async function writeArtifact(projectDir: string, name: string, content: unknown): Promise<void> {
  const shown = join(targetFolder, name);
  const file = join(projectDir, shown);
  try {
    prepare(file, shown);
    await writeFileAtomic(file, `${JSON.stringify(content)}\n`);
  } catch (error) {
    throw refusal('write', shown, error);
  }
}

/** Throws a FaultError when something is in the way of a file in the folder `target`, such as a folder of its name. */
export function checkArtifact(projectDir: string, name: string): void {
  const shown = join(targetFolder, name);
  try {
    prepare(join(projectDir, shown), shown);
  } catch (error) {
    throw refusal('write', shown, error);
  }
}

/** Writes JSON that can be made again: not to be able to is no fault, as in a project that may only be read. */
export function writeCache(file: string, content: unknown): void {
  try {
    prepare(file, file);
    writeFileAtomic.sync(file, JSON.stringify(content), { fsync: false });
  } catch (error) {
    if (!(refusal('write', file, error) instanceof FaultError)) throw error;
  }
}

/** The content of a JSON file, or undefined when there is none or it is not JSON. */
export function readArtifact(file: string): unknown {
  try {
    return JSON.parse(readText(file, file, mostBytes)) as unknown;
  } catch {
    return undefined;
  }
}

/** Makes the folder of a file. Throws for what would be lost in the place of the file, such as a device behind a link. */
function prepare(file: string, shown: string): void {
  makeFolder(dirname(file));
  const there = statSync(file, { throwIfNoEntry: false });
  if (there?.isFile() === false) throw notRegular('write', shown, there);
}
