import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** Writes JSON so that a reader sees the old file or the new one, and never half of it. */
export async function writeArtifact(file: string, content: unknown): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify(content)}\n`);
}

/** The content of an artifact, or undefined when there is none or it is not JSON. */
export function readArtifact(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
