import type { ReadOptions } from '../commands/on-published.ts';
import type { ProjectOptions } from '../commands/open-project.ts';
import type { Environment } from '../config/interpolate.ts';
import type { Fault } from '../core/fault.ts';
import type { Report } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
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

/** Prints what stands against a run, and what it warns of. */
export async function printFaultsOf(
  results: readonly RunResult[],
  faults: readonly Fault[],
  projectDir: string,
  terminal: Terminal,
): Promise<void> {
  const { faultsText } = await import('./fault-text.ts');
  const of = (isWarning: boolean): Fault[] =>
    results.filter((result) => (result.status === 'warn') === isWarning).flatMap((result) => result.faults);
  const [warnings, errors] = [of(true), [...of(false), ...faults]];
  if (warnings.length > 0)
    terminal.stderr.write(`\n${await faultsText(projectDir, warnings, terminal.errorStyle, 'warning')}\n`);
  if (errors.length > 0) terminal.stderr.write(`\n${await faultsText(projectDir, errors, terminal.errorStyle)}\n`);
  terminal.stderr.write('\n');
}

/** Shows a run while it goes on; `close` ends the showing. */
export interface RunView {
  readonly report: Report;
  close(): void;
}

/** The view that fits: JSON lines if asked for, a live screen on a terminal, else plain lines. */
export async function openRunView(terminal: Terminal, format: string, level: string): Promise<RunView> {
  const isDebug = level === 'debug';
  if (format === 'json') {
    const { jsonReport } = await import('./json-lines.ts');
    return {
      report: jsonReport((line) => terminal.stdout.write(`${line}\n`), terminal.now, isDebug),
      close: () => undefined,
    };
  }
  if (terminal.stderr.isTTY && !isDebug) {
    const { screenReport } = await import('./screen.ts');
    return screenReport(terminal.stderr, terminal.errorStyle);
  }
  const { RunLines } = await import('./run-lines.ts');
  const lines = new RunLines(terminal.errorStyle);
  const report: Report = (event) => {
    if (isDebug && event.type === 'statement')
      terminal.stderr.write(`-- ${event.uniqueId ?? 'run'}\n${event.sql};\n\n`);
    for (const line of lines.of(event)) terminal.stderr.write(`${line}\n`);
  };
  return { report, close: () => undefined };
}
