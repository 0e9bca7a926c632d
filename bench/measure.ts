import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The built program. */
export const program = join(import.meta.dirname, '../dist/cli.js');

/** One whole process, from outside: its time on the clock, and the memory that it held at most. */
export interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
  /** The time that it had a core: what else the machine does hardly changes it. */
  readonly cpuSeconds: number;
  readonly stdout: string;
}

/** Has a Node process write what it used when it ends, without a wrapper around it. */
const tellUsage =
  "data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,JSON.stringify(process.resourceUsage())))";

/** Runs `node` with these arguments and measures it. Throws when it does not end with `expected`. */
export async function measure(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  expected = 0,
): Promise<Measured> {
  const begin = performance.now();
  const child = spawn(process.execPath, ['--import', tellUsage, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const text = ['', '', ''];
  [child.stdout, child.stderr, child.stdio[3]].forEach((stream, i) =>
    stream?.on('data', (chunk: Buffer) => (text[i] += String(chunk))),
  );
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - begin) / 1000;
  const [stdout = '', stderr = '', usage = ''] = text;
  if (code !== expected) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(usage) as NodeJS.ResourceUsage;
  return { seconds, megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, stdout };
}

/** Measures several times and gives the median of each figure. `before` prepares each run and is not counted. */
export async function median(
  times: number,
  run: () => Promise<Measured>,
  before: () => void = () => undefined,
): Promise<Measured> {
  const all: Measured[] = [];
  for (let i = 0; i < times; i++) {
    before();
    all.push(await run());
  }
  const middle = (figures: readonly number[]): number =>
    figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
  return {
    seconds: middle(all.map(({ seconds }) => seconds)),
    megabytes: middle(all.map(({ megabytes }) => megabytes)),
    cpuSeconds: middle(all.map(({ cpuSeconds }) => cpuSeconds)),
    stdout: all.at(-1)?.stdout ?? '',
  };
}

/** `node -e 0` in the same minute: what no program on Node can be faster than. */
export function nodeFloor(times = 9): Promise<Measured> {
  return median(times, () => measure(['-e', '0']));
}

/** A line of a table: what was measured, what it gave, what it may be at most. */
export interface Figure {
  readonly what: string;
  readonly seconds: number;
  readonly megabytes?: number;
  /** Against the floor that the limit speaks of. */
  readonly ratio?: number;
  readonly limit: string;
  readonly holds: boolean;
}
