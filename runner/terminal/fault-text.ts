import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PlacedFault } from '../config/place.ts';
import { placeFaults } from '../config/place.ts';
import { withoutSecrets } from '../config/secrets.ts';
import type { Fault } from '../core/fault.ts';
import type { Location } from '../core/location.ts';
import type { Style } from './style.ts';

/** Faults as a person reads them: the sentence, each place with its line and a caret, and the hint. */
export async function faultsText(
  projectDir: string,
  faults: readonly Fault[],
  style: Style,
  severity: 'error' | 'warning' = 'error',
): Promise<string> {
  const placed = await placeFaults(projectDir, faults);
  const lineOf = lineReader(projectDir);
  const blocks = placed.map((fault, i) => {
    // The same advice is not repeated for each of a row of like faults.
    const { hint, ...rest } = fault;
    const isLastWithHint = hint !== undefined && placed[i + 1]?.hint !== hint;
    return faultText(lineOf, isLastWithHint ? fault : rest, style, severity);
  });
  const total = faults.length > 1 ? [style.bold(tone(severity, style)(`${faults.length} ${severity}s`))] : [];
  return [...blocks, ...total].join('\n\n');
}

function tone(severity: 'error' | 'warning', style: Style): (text: string) => string {
  return severity === 'error' ? style.red : style.yellow;
}

function faultText(lineOf: LineReader, fault: PlacedFault, style: Style, severity: 'error' | 'warning'): string {
  const lines = [
    `${style.bold(tone(severity, style)(`${severity}[${fault.code}]`))}${style.bold(`: ${fault.message}`)}`,
  ];
  if (fault.at !== undefined) lines.push(...placeLines(lineOf, fault.at, style));
  for (const { message, at } of fault.related)
    lines.push(`  ${style.dim(`${message}:`)}`, ...placeLines(lineOf, at, style));
  if (fault.hint !== undefined) lines.push(`  ${style.cyan('hint:')} ${fault.hint}`);
  return lines.join('\n');
}

/** How much of a long line is shown on either side of the caret. */
const around = 80;

function placeLines(lineOf: LineReader, at: Location, style: Style): string[] {
  const head = `  ${style.dim('-->')} ${at.path}:${at.line}:${at.column}`;
  const excerpt = excerptOf(lineOf, at);
  if (excerpt === undefined) return [head];
  const cut = Math.max(0, at.column - excerpt.column - around);
  const shown = excerpt.text.slice(cut, cut + 2 * around).replaceAll('\t', ' ');
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

function excerptOf(lineOf: LineReader, at: Location): { text: string; column: number } | undefined {
  if (at.excerpt !== undefined) return at.excerpt;
  const line = lineOf(at);
  return line === undefined || line.trim() === '' ? undefined : { text: withoutSecrets(line.trimEnd()), column: 1 };
}

type LineReader = (at: Location) => string | undefined;

/** Gives the line of a place. Each file is read once, however many faults are in it. */
function lineReader(projectDir: string): LineReader {
  const files = new Map<string, readonly string[]>();
  return ({ path, line }) => {
    const lines = files.get(path) ?? linesOf(resolve(projectDir, path));
    files.set(path, lines);
    return lines[line - 1];
  };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    // The place is named all the same: a file that is gone by now has no line to show.
    return [];
  }
}
