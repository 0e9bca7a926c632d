import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readDwhYaml } from '../config/dwh-yaml.ts';
import { removeLeftovers } from '../artifacts/leftovers.ts';
import { refusal } from '../files/refusal.ts';
import { targetFolder } from '../artifacts/write-artifact.ts';

/** What commands leave in `target/`. */
const made = ['manifest.json', 'run_results.json', 'parse-cache.json', 'valid.json', 'compiled', 'spool'];

/** Removes what commands left in `target/`, and nothing else: someone may keep a warehouse there. Gives the folder. */
export async function clean(projectDir: string): Promise<string> {
  // Only in the folder of a project: elsewhere a folder of that name is somebody else's.
  await readDwhYaml(projectDir);
  const folder = join(projectDir, targetFolder);
  try {
    for (const name of made) await rm(join(folder, name), { recursive: true, force: true });
    await removeLeftovers(folder);
  } catch (error) {
    throw refusal('remove', targetFolder, error);
  }
  // Only if nothing else is left in it.
  await rmdir(folder).catch(() => undefined);
  return folder;
}
