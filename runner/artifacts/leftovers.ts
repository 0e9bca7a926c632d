import { statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const host = hostname().replace(/[^\w.-]/g, '_');

/** The process that makes a file or folder for a while, as a part of its name: `host-pid`. */
export const owner = `${host}-${process.pid}`;

/** How long nothing may have changed in what a process of another machine made, of which nobody here knows whether it lives. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

// What earlier versions made names no process: the temporary files of `write-file-atomic`, a folder named for a run.
const temporary = /\.json\.(?:(.+)\.tmp|\d+)$/;
const spool = /^[^@]+(?:@(.+))?$/;

/**
 * Removes what processes that are no longer alive left in `target/`: temporary artifacts and spool folders. Those of a live
 * process stay, since two runs may use one folder for different targets. What cannot be removed is left to a later run.
 */
export async function removeLeftovers(targetDir: string): Promise<void> {
  for (const [folder, pattern] of [
    [targetDir, temporary],
    [join(targetDir, 'spool'), spool],
  ] as const) {
    for (const name of await readdir(folder).catch(() => [])) {
      const match = pattern.exec(name);
      const path = join(folder, name);
      if (match !== null && isLeftBehind(path, match[1]))
        await rm(path, { recursive: true, force: true }).catch(() => 0);
    }
  }
}

/** Whether the process that made this, by its name, has ended. */
function isLeftBehind(path: string, madeBy: string | undefined): boolean {
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  if (madeBy === owner) return changed < Date.now() - process.uptime() * 1000;
  if (madeBy?.startsWith(`${host}-`) === true) return !isAlive(Number(madeBy.slice(host.length + 1)));
  return changed < Date.now() - abandonedAfterMs;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be signalled, and lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
