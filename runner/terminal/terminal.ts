import type { ReadOptions } from '../commands/on-published.ts';
import type { ProjectOptions } from '../commands/open-project.ts';
import type { Environment } from '../config/interpolate.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** Where output goes: a terminal, a pipe or a file. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** The world outside, as far as a verb may touch it. */
export interface Terminal {
  readonly env: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
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

/** Prints what has no styles of ours: to a file or a pipe as it is, to a terminal without control characters. */
export function printData(terminal: Terminal, text: string): void {
  printResult(terminal, terminal.stdout.isTTY === true ? printable(text) : text);
}

/** What a command that only reads the warehouse is given. */
export function readOptions(project: ProjectOptions, wait: boolean, terminal: Terminal): ReadOptions {
  const { now, signal, commandLine: command } = terminal;
  const tell = (holder: string): void =>
    void terminal.stderr.write(`waiting for the database: it is in use by ${holder}\n`);
  return { ...project, command, now, signal, wait: wait ? tell : undefined };
}
