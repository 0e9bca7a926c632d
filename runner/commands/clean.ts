import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readDwhYaml } from '../config/dwh-yaml.ts';
import { targetFolder } from '../project/load-project.ts';

/** Removes what commands left in `target/`. Never touches a warehouse. Gives the folder. */
export async function clean(projectDir: string): Promise<string> {
  // Only in the folder of a project: elsewhere a folder of that name is somebody else's.
  await readDwhYaml(projectDir);
  const folder = join(projectDir, targetFolder);
  await rm(folder, { recursive: true, force: true });
  return folder;
}
