import type { Dirent } from 'node:fs';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { refusal } from './refusal.ts';

/**
 * The paths of all that is below a folder and is no folder, one folder after another; names that begin with a dot are left
 * out. Links to folders are followed, and a folder to which several ways lead is read once: links may lead in a circle.
 * Throws a FaultError for a folder that cannot be read, with its name below `shown`.
 */
export function* foldersBelow(top: string, shown: string): Generator<string[]> {
  const links: string[] = [];
  const seen = new Set<string>();
  function* read(folder: string): Generator<string[]> {
    const { identity, entries } = readFolder(join(top, folder), join(shown, folder));
    if (seen.has(identity)) return;
    seen.add(identity);
    const names: string[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const name = join(folder, entry.name);
      if (entry.isDirectory()) yield* read(name);
      else if (entry.isSymbolicLink() && isFolder(join(top, name))) links.push(name);
      else names.push(name);
    }
    yield names;
  }
  yield* read('');
  // The folders themselves come first, so that a file is not known by the name of a link where it has another one.
  for (const link of links) yield* read(link);
}

function readFolder(path: string, shown: string): { readonly identity: string; readonly entries: Dirent[] } {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return { identity: `${dev}:${ino}`, entries: readdirSync(path, { withFileTypes: true }) };
  } catch (error) {
    throw refusal('read', shown, error);
  }
}

/** Also false for a link that leads nowhere: reading it says why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
