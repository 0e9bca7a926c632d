import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** Where a project leaves what it makes, relative to its folder. */
export const targetFolder = 'target';

/** Writes JSON so that a reader sees the old file or the new one, and never half of it. */
export async function writeArtifact(file: string, content: unknown): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify(content)}\n`);
}

/** Writes JSON that can be made again: not to be able to is no fault, as in a project that may only be read. */
export function writeCache(file: string, content: unknown): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomic.sync(file, JSON.stringify(content), { fsync: false });
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
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
