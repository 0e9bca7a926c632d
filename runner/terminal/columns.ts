import stringWidth from 'string-width';

/** To which side the cells of a column are set. */
export type Side = 'left' | 'right';

/**
 * Cells as lines of text, all cells of a column equally wide on a terminal. A cell of several lines makes its row as high
 * as it needs. `sideOf` gives the side of each column, which are counted from 0.
 */
export function inColumns(rows: readonly (readonly string[])[], sideOf: (column: number) => Side): string[][] {
  const lines = rows.flatMap(linesOf);
  const columns = lines.reduce((most, line) => Math.max(most, line.length), 0);
  const widths = Array.from({ length: columns }, () => 0);
  for (const line of lines) line.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  return lines.map((line) => widths.map((width, i) => padded(line[i] ?? '', width, sideOf(i))));
}

function linesOf(row: readonly string[]): (readonly string[])[] {
  if (!row.some((cell) => cell.includes('\n'))) return [row];
  const cells = row.map((cell) => cell.split('\n'));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, i) => cells.map((lines) => lines[i] ?? ''));
}

function padded(cell: string, width: number, side: Side): string {
  const blanks = ' '.repeat(width - widthOf(cell));
  return side === 'right' ? blanks + cell : cell + blanks;
}

/** How many places a text takes on a terminal. Printable ASCII, nearly all there is, is not taken apart for it. */
export function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}
