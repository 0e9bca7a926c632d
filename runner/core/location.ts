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
  const lineStart = source.text.lastIndexOf('\n', at - 1) + 1;
  let line = 1;
  for (let i = source.text.indexOf('\n'); i !== -1 && i < at; i = source.text.indexOf('\n', i + 1)) line++;
  return { path: source.path, line, column: at - lineStart + 1, length };
}

/** The offset of a line and column (both from 1) in `text`, clamped to its end. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', start);
    if (next === -1) return text.length;
    start = next + 1;
  }
  return Math.min(start + column - 1, text.length);
}

/** The beginning of a file: for a fault that no line of it is to blame for. */
export function fileStart(path: string): Location {
  return { path, line: 1, column: 1 };
}
