import { resolve } from 'node:path';
import { placeFaults } from '../config/place.ts';
import { withoutSecrets } from '../config/secrets.ts';
import type { Fault, PlacedFault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { Location } from '../core/location.ts';
import { readText } from '../files/text-file.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** Faults as a person reads them: the sentence, each place with its line and a caret, and the hint. */
export async function faultsText(
  projectDir: string,
  faults: readonly Fault[],
  style: Style,
  severity: 'error' | 'warning' = 'error',
): Promise<string> {
  const placed = await placeFaults(projectDir, faults);
  const files = new FileLines(projectDir);
  const blocks = placed.map((fault, i) => {
    // The same advice is not repeated for each of a row of like faults.
    const { hint, ...rest } = fault;
    const isLastWithHint = hint !== undefined && placed[i + 1]?.hint !== hint;
    return faultText(files, isLastWithHint ? fault : rest, style, severity);
  });
  const total = faults.length > 1 ? [style.bold(tone(severity, style)(`${faults.length} ${severity}s`))] : [];
  return [...blocks, ...total].join('\n\n');
}

function tone(severity: 'error' | 'warning', style: Style): (text: string) => string {
  return severity === 'error' ? style.red : style.yellow;
}

function faultText(files: FileLines, fault: PlacedFault, style: Style, severity: 'error' | 'warning'): string {
  const lines = [
    `${style.bold(tone(severity, style)(`${severity}[${fault.code}]`))}${style.bold(`: ${printable(fault.message)}`)}`,
  ];
  if (fault.at !== undefined) lines.push(...placeLines(files, fault.at, style));
  for (const { message, at } of fault.related)
    lines.push(`  ${style.dim(`${printable(message)}:`)}`, ...placeLines(files, at, style));
  if (fault.hint !== undefined) lines.push(`  ${style.cyan('hint:')} ${printable(fault.hint)}`);
  return lines.join('\n');
}

/** How much of a long line is shown on either side of the caret. */
const around = 80;

function placeLines(files: FileLines, at: Location, style: Style): string[] {
  const head = `  ${style.dim('-->')} ${printable(at.path)}:${at.line}:${at.column}`;
  const excerpt = files.excerpt(at);
  if (excerpt === undefined) return [head];
  const cut = Math.max(0, at.column - excerpt.column - around);
  const shown = printable(excerpt.text.slice(cut, cut + 2 * around).replaceAll('\t', ' '));
  const caret = Math.max(0, at.column - excerpt.column - cut);
  const length = Math.max(1, Math.min(at.length ?? 1, shown.length - caret));
  const number = String(at.line);
  const lead = `${cut > 0 || excerpt.column > 1 ? '…' : ''}`;
  const indent = ' '.repeat(caret + lead.length);
  return [
    head,
    `  ${style.dim(`${number} |`)} ${lead}${shown}${excerpt.text.length > cut + 2 * around ? '…' : ''}`,
    `  ${style.dim(`${' '.repeat(number.length)} |`)} ${indent}${style.red('^'.repeat(length))}`,
  ];
}

/** The lines of the files that faults are in: each file is read once. */
class FileLines {
  readonly #projectDir: string;
  readonly #lines = new Map<string, readonly string[]>();

  constructor(projectDir: string) {
    this.#projectDir = projectDir;
  }

  excerpt(at: Location): { readonly text: string; readonly column: number } | undefined {
    if (at.excerpt !== undefined) return at.excerpt;
    const line = this.#linesOf(at.path)[at.line - 1];
    return line === undefined || line.trim() === '' ? undefined : { text: line.trimEnd(), column: 1 };
  }

  #linesOf(path: string): readonly string[] {
    const lines = this.#lines.get(path) ?? this.#read(path);
    this.#lines.set(path, lines);
    return lines;
  }

  #read(path: string): readonly string[] {
    try {
      return withoutSecrets(readText(resolve(this.#projectDir, path), path)).split('\n');
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      // The place is reported all the same: a file that is gone by now, or was never readable, has no line to show.
      return [];
    }
  }
}
