/** A point in a text file. Lines and columns count from 1, columns in UTF-16 code units. */
export interface Location {
  /** Path as the user knows it: relative to the project folder, or the full name of a raw file. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** How many characters to underline; 1 when absent. */
  readonly length?: number;
  /** Text around the place and the column where it begins, for files that are not read again to show one line. */
  readonly excerpt?: { readonly text: string; readonly column: number };
}

/**
 * A point in a YAML file by the keys that lead to it. Positions in YAML cost a slow parse, so they are
 * worked out only when there is something to report (`config/place.ts`).
 */
export interface KeyPath {
  readonly path: string;
  readonly keys: readonly (string | number)[];
  /** Whether to point at the last key itself or at its value. */
  readonly point: 'key' | 'value';
}

export type Place = Location | KeyPath;

/** A point in a file as an offset into its text, for places known while the text is at hand. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The location of `offset` (UTF-16 code units, clamped to the text) in `source`. */
export function locationAt(source: Source, offset: number, length = 1): Location {
  const at = Math.max(0, Math.min(offset, source.text.length));
  const starts = lineStarts(source.text);
  let [line, after] = [1, starts.length + 1];
  while (after - line > 1) {
    const middle = (line + after) >> 1;
    if ((starts[middle - 1] ?? 0) <= at) line = middle;
    else after = middle;
  }
  return { path: source.path, line, column: at - (starts[line - 1] ?? 0) + 1, length };
}

/** The offset of a line and column (both from 1) in `text`, clamped to its end. */
export function offsetOf(text: string, line: number, column: number): number {
  return Math.min((lineStarts(text)[line - 1] ?? text.length) + column - 1, text.length);
}

let lastAsked: { readonly text: string; readonly starts: readonly number[] } = { text: '', starts: [0] };

/** Where the lines of a text begin. Those of the last text are kept: one text is asked for many places. */
function lineStarts(text: string): readonly number[] {
  if (lastAsked.text !== text) {
    const starts = [0];
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    lastAsked = { text, starts };
  }
  return lastAsked.starts;
}

/** The beginning of a file: for a fault that no line of it is to blame for. */
export function fileStart(path: string): Location {
  return { path, line: 1, column: 1 };
}
