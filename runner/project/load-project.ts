import { join, resolve } from 'node:path';
import { targetFolder } from '../artifacts/write-artifact.ts';
import { readProjectConfig } from '../config/dwh-yaml.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { turnsOf } from '../core/stop.ts';
import { assemble } from './assemble.ts';
import type { ProjectFile } from './discover.ts';
import { readProjectFiles } from './discover.ts';
import type { Manifest } from './manifest.ts';
import { ParseCache } from './parse-cache.ts';
import { parseFiles } from './parse-files.ts';

/**
 * Reads a project: its dwh.yaml and every file that defines something. Connects to nothing.
 * Gives the manifest of what could be read, with all faults found on the way; throws a FaultError, with those of
 * all files too, when dwh.yaml itself cannot be used, and the reason of the signal once that comes.
 */
export async function loadProject(
  projectDir: string,
  projectFiles: readonly ProjectFile[] = readProjectFiles(projectDir),
  signal?: AbortSignal,
): Promise<{ manifest: Manifest; faults: readonly Fault[] }> {
  const faults: Fault[] = [];
  const dir = resolve(projectDir);
  const config = await readProjectConfig(dir).catch((error: unknown) => {
    if (!(error instanceof FaultError)) throw error;
    faults.push(...error.faults);
    return undefined;
  });
  const cache = new ParseCache(join(dir, targetFolder, 'parse-cache.json'));
  const files = await parseFiles(projectFiles, cache, faults, turnsOf(signal));
  if (config === undefined) throw new FaultError(faults);
  cache.save();
  return { manifest: assemble(config, files, faults), faults };
}
