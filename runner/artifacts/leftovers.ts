import { statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const host = hostname().replace(/[^\w.-]/g, '_');

/** The process that makes a file or folder for a while, as a part of its name: `host-pid`. */
export const owner = `${host}-${process.pid}`;

/** How long nothing may have changed in what a process of another machine made: whether it lives is not known here. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** How long nothing may have changed in a temporary artifact: a living process writes it at once, and gives it its name. */
const writtenWithinMs = 60 * 1000;

/** What `write-file-atomic` calls a file until it is complete. */
const temporary = /\.json\.\d+$/;
/** A folder of rows, named for a run and the process that makes it. */
const spool = /^[^@]+(?:@(.+))?$/;

/**
 * Removes what processes that are no longer alive left in `target/`: temporary artifacts and spool folders. Those of a live
 * process stay, since two runs may use one folder for different targets. What cannot be removed is left to a later run.
 */
export async function removeLeftovers(targetDir: string): Promise<void> {
  const spoolDir = join(targetDir, 'spool');
  const artifacts = (await namesIn(targetDir)).filter((name) => temporary.test(name));
  const spools = await namesIn(spoolDir);
  const left = [
    ...artifacts.map((name) => join(targetDir, name)).filter((path) => isUnchanged(path, writtenWithinMs)),
    ...spools
      .filter((name) => isLeftBehind(join(spoolDir, name), spool.exec(name)?.[1]))
      .map((name) => join(spoolDir, name)),
  ];
  for (const path of left) await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** Whether the process that made this, by its name, has ended. */
function isLeftBehind(path: string, madeBy: string | undefined): boolean {
  if (madeBy === owner) return isUnchanged(path, process.uptime() * 1000);
  if (madeBy?.startsWith(`${host}-`) === true) return !isAlive(Number(madeBy.slice(host.length + 1)));
  return isUnchanged(path, abandonedAfterMs);
}

function isUnchanged(path: string, forMs: number): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - forMs;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be signalled, and lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
