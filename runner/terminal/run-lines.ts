import type { PlannedNode, RunEvent } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { bytesText, count, counted, secondsText } from './style.ts';

/** Turns what happens in a run into lines of text. Holds only what it needs to line them up. */
export class RunLines {
  readonly #style: Style;
  #nameWidth = 0;
  #kindWidth = 0;

  constructor(style: Style) {
    this.#style = style;
  }

  /** The lines that an event is worth, if any. */
  of(event: RunEvent): string[] {
    switch (event.type) {
      case 'run started':
        return this.#started(event);
      case 'waiting':
        return [`waiting for the database: it is in use by ${printable(event.holder)}`];
      case 'swept':
        return [`cleared away ${counted(event.relations, 'relation')} that a run left behind when it was killed`];
      case 'node finished':
        return this.#finished(event.node, event.result);
      case 'retry':
        return [
          `${this.#style.yellow('again:')} ${nameOf(event.uniqueId)}attempt ${event.attempt} of ${event.ofAttempts}: ${printable(event.reason)}`,
        ];
      case 'note':
        return [`${this.#style.yellow('note:')} ${nameOf(event.uniqueId)}${printable(event.message)}`];
      default:
        return [];
    }
  }

  /** A node that is being worked on, for a screen that is drawn anew. */
  running(node: PlannedNode, seconds: number, progress: (RunEvent & { type: 'load progress' }) | undefined): string {
    const bar = progress === undefined ? '' : `  ${progressBar(progress)}`;
    return `  ${this.#style.cyan('›')} ${this.#label(node)}${bar}  ${this.#style.dim(secondsText(seconds))}`;
  }

  #started({ command, target, nodes, threads }: RunEvent & { type: 'run started' }): string[] {
    const tests = nodes.filter((node) => node.resourceType === 'test').length;
    const shown = nodes.filter((node) => node.resourceType !== 'test');
    this.#nameWidth = Math.max(0, ...shown.map((node) => node.name.length));
    this.#kindWidth = Math.max(0, ...shown.map((node) => node.materialized.length));
    const what = [...(shown.length > 0 ? [counted(shown.length, 'node')] : []), counted(tests, 'test')].join(', ');
    return [`${this.#style.bold(printable(command))} · target ${target} · ${what} · ${counted(threads, 'thread')}`, ''];
  }

  #finished(node: PlannedNode, result: RunResult): string[] {
    // Tests that pass or do not come to run are counted at the end: a line for each would hide the others.
    if (result.status === 'pass' || (result.status === 'skipped' && node.resourceType === 'test')) return [];
    const mark = {
      success: this.#style.green('✔'),
      pass: '',
      warn: this.#style.yellow('!'),
      fail: this.#style.red('✘'),
      error: this.#style.red('✘'),
      skipped: this.#style.dim('○'),
    }[result.status];
    return [`  ${mark} ${this.#label(node)}  ${this.#outcome(node, result)}`];
  }

  #label(node: PlannedNode): string {
    return `${node.name.padEnd(this.#nameWidth)}  ${this.#style.dim(node.materialized.padEnd(this.#kindWidth))}`;
  }

  #outcome(node: PlannedNode, result: RunResult): string {
    const seconds = secondsText(result.seconds);
    switch (result.status) {
      case 'skipped':
        return this.#style.dim(`skipped: ${printable(result.message ?? '')}`);
      case 'error':
        return `${this.#style.red('error')}  ${seconds}`;
      case 'warn':
      case 'fail':
        return `${result.status}: ${counted(result.failures ?? 0, 'row')}  ${seconds}`;
      default: {
        const rows =
          result.rows === undefined ? (node.materialized === 'copy' ? 'nothing new' : '') : counted(result.rows, 'row');
        const rejected =
          result.rejected === undefined ? '' : this.#style.yellow(`  ${counted(result.rejected, 'row')} rejected`);
        return `${rows.padStart(16)}  ${seconds.padStart(8)}${rejected}`;
      }
    }
  }
}

/** The node that something is told of, before what is told. */
function nameOf(uniqueId: string | undefined): string {
  return uniqueId === undefined ? '' : `${uniqueId.split('.').at(-1)}: `;
}

const barWidth = 24;

function progressBar({ bytes, ofBytes, files, ofFiles }: RunEvent & { type: 'load progress' }): string {
  const done = ofBytes === 0 ? 1 : bytes / ofBytes;
  const filled = Math.round(done * barWidth);
  return `[${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}] ${Math.floor(done * 100)}%  ${count(files)} of ${counted(ofFiles, 'file')}, ${bytesText(ofBytes)}`;
}
