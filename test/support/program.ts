import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The built program. */
export const program = join(import.meta.dirname, '../../dist/cli.js');

/** How the program ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program in a folder as a user would. `during` may do something while it runs, and send it one signal. */
export async function run(
  dir: string,
  words: readonly string[],
  options: {
    env?: Record<string, string>;
    during?: (said: string, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ended> {
  const { SPARKIFY_RAW: _raw, SPARKIFY_DB: _db, FORCE_COLOR: _color, ...env } = process.env;
  const child = spawn(process.execPath, [program, ...words], {
    cwd: dir,
    env: { ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const kill = (signal: NodeJS.Signals): void => {
    if (!isKilled) child.kill(signal);
    isKilled = true;
  };
  let isKilled = false;
  child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += String(chunk);
    options.during?.(stderr, kill);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
