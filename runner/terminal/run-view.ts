import type { Fault } from '../core/fault.ts';
import type { Report } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
import type { RunSummary } from '../run/run-models.ts';
import { withHintsFor, withOptionsOf } from './hinted-commands.ts';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';
import { printResult } from './terminal.ts';
import type { Arguments } from './verb.ts';
import { text } from './verb.ts';

/** Shows a run while it goes on, and at its end what came of it, as `--log-format` and `--log-level` have it. */
export async function showRun(
  args: Arguments,
  terminal: Terminal,
  work: (report: Report) => Promise<RunSummary>,
): Promise<RunSummary> {
  const format = text(args, 'log-format') ?? 'text';
  const projectDir = text(args, 'project-dir') ?? '.';
  const view = await openRunView(args, terminal, projectDir, format);
  const summary = await work(view.report).finally(() => view.close());
  if (format === 'json') return summary;
  const { summaryText } = await import('./summary-text.ts');
  await printFaultsOf(summary.results, summary.faults, args, terminal);
  printResult(terminal, summaryText(summary, terminal.style, withOptionsOf(args)));
  return summary;
}

/** Shows a run while it goes on; `close` ends the showing. */
interface RunView {
  readonly report: Report;
  close(): void;
}

/** The view that fits: JSON lines if asked for, a live screen on a terminal, else plain lines. */
async function openRunView(args: Arguments, terminal: Terminal, projectDir: string, format: string): Promise<RunView> {
  const isDebug = text(args, 'log-level') === 'debug';
  if (format === 'json') {
    const { jsonReport } = await import('./json-lines.ts');
    const { faultPlacer } = await import('../config/place.ts');
    const place = await faultPlacer(projectDir);
    const hinted = withHintsFor(args);
    return {
      report: jsonReport(
        (line) => terminal.stdout.write(`${line}\n`),
        terminal.now,
        isDebug,
        (fault) => place(hinted(fault)),
      ),
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
      terminal.stderr.write(`-- ${event.uniqueId ?? 'run'}\n${printable(event.sql)};\n\n`);
    for (const line of lines.of(event)) terminal.stderr.write(`${line}\n`);
  };
  return { report, close: () => undefined };
}

/** Prints what stands against a run, and what it warns of. */
async function printFaultsOf(
  results: readonly RunResult[],
  faults: readonly Fault[],
  args: Arguments,
  terminal: Terminal,
): Promise<void> {
  const projectDir = text(args, 'project-dir') ?? '.';
  const { faultsText } = await import('./fault-text.ts');
  const of = (isWarning: boolean): Fault[] =>
    results.filter((result) => (result.status === 'warn') === isWarning).flatMap((result) => result.faults);
  const hinted = withHintsFor(args);
  const [warnings = [], errors = []] = [of(true), [...of(false), ...faults]].map((all) => all.map(hinted));
  if (warnings.length > 0)
    terminal.stderr.write(`\n${await faultsText(projectDir, warnings, terminal.errorStyle, 'warning')}\n`);
  if (errors.length > 0) terminal.stderr.write(`\n${await faultsText(projectDir, errors, terminal.errorStyle)}\n`);
  terminal.stderr.write('\n');
}
