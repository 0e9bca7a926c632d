import type { ReadOptions } from '../commands/on-published.ts';
import type { ProjectOptions } from '../commands/open-project.ts';
import type { Environment } from '../config/interpolate.ts';
import type { Style } from './style.ts';

/** The world outside, as far as a verb may touch it. */
export interface Terminal {
  readonly env: Environment;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** For what goes to stdout: results. */
  readonly style: Style;
  /** For what goes to stderr: progress and faults. */
  readonly errorStyle: Style;
  readonly now: () => Date;
  readonly random: () => number;
  /** Aborted when the user presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** The command line as it was given. */
  readonly commandLine: string;
}

export function printResult(terminal: Terminal, text: string): void {
  if (text !== '') terminal.stdout.write(`${text}\n`);
}

/** What a command that only reads the warehouse is given. */
export function readOptions(project: ProjectOptions, wait: boolean, terminal: Terminal): ReadOptions {
  const { now, signal, commandLine: command } = terminal;
  const tell = (holder: string): void =>
    void terminal.stderr.write(`waiting for the database: it is in use by ${holder}\n`);
  return { ...project, command, now, signal, wait: wait ? tell : undefined };
}
