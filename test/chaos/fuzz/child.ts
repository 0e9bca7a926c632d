/**
 * Runs command lines as they come from the parent process, in the folders that it names, and tells how each ended. Many of
 * them share one process, since most are done before a new process would have begun.
 */
import { Writable } from 'node:stream';
import { main } from '../../../runner/cli.ts';
import { styleFor } from '../../../runner/terminal/style.ts';
import type { CommandEnd, CommandOrder } from './player.ts';

const signals = new Set<AbortController>();
process.on('SIGTERM', () => {
  for (const signal of signals) signal.abort();
});

/** Collects what is written to it. */
class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

async function run({ dir, words, env }: CommandOrder): Promise<CommandEnd> {
  process.chdir(dir);
  // A terminal, so that data is printed as to one; progress goes to a pipe, as lines.
  const [stdout, stderr] = [Object.assign(new Collected(), { isTTY: true }), new Collected()];
  const controller = new AbortController();
  signals.add(controller);
  const style = styleFor({}, { NO_COLOR: '1' });
  const terminal = {
    env,
    stdout,
    stderr,
    style,
    errorStyle: style,
    now: () => new Date(),
    random: Math.random,
    signal: controller.signal,
    commandLine: ['sparkify-run', ...words].join(' '),
  };
  const before = process.cpuUsage();
  const ended = await main(words, terminal).then(
    (code) => ({ code, bug: undefined }),
    (error: unknown) => ({ code: undefined, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  ); // prettier-ignore
  signals.delete(controller);
  const { user, system } = process.cpuUsage(before);
  return { ...ended, stdout: stdout.text, stderr: stderr.text, cpuSeconds: (user + system) / 1e6 };
}

process.on('message', (order: CommandOrder) => {
  void run(order).then((end) => process.send?.(end));
});
