import { stringify } from 'csv-stringify/sync';
import type { Cell, Rows } from '../adapters/driver.ts';
import type { Side } from './columns.ts';
import { inColumns, widthOf } from './columns.ts';
import { jsonRows } from './json-rows.ts';
import { printable } from './printable.ts';

export const tableFormats = ['table', 'json', 'csv'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** Rows in columns without lines. `right` are the columns that are set to the right. */
export function plainTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  return inColumns(rows, (column) => (right.includes(column) ? 'right' : 'left'))
    .map((line) => line.join('  '))
    .join('\n')
    .replaceAll(/ +$/gm, '');
}

/** The rows of a query in the format asked for. */
export function rowsText(given: Rows, format: TableFormat): string {
  const { columns, rows } = withCompactJson(given);
  const names = columns.map((column) => column.name);
  switch (format) {
    case 'json':
      return jsonRows({ columns, rows });
    case 'csv':
      // As in a seed, an empty field that is not in quotes is null.
      return stringify([names, ...rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))], {
        quoted_match: /^$/,
      }).replace(/\n$/, '');
    case 'table':
      return boxed(names, rows);
  }
}

/** Values of JSON types without the blanks between their parts, which engines write or leave out. */
function withCompactJson({ columns, rows }: Rows): Rows {
  const isJson = columns.map(({ type }) => /^(?:jsonb?|super)$/i.test(type));
  if (!isJson.includes(true)) return { columns, rows };
  const compact = (cell: Cell): Cell =>
    typeof cell === 'string' ? cell.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1') : cell;
  return { columns, rows: rows.map((row) => row.map((cell, i) => (isJson[i] === true ? compact(cell) : cell))) };
}

function boxed(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const heads = names.map(printable);
  const sides = names.map((_, i): Side => {
    const isNumeric = rows.some((row) => typeof row[i] === 'number' || typeof row[i] === 'bigint');
    return isNumeric ? 'right' : 'left';
  });
  const texts = rows.map((row) => row.map((cell) => (cell === null ? 'null' : printable(String(cell)))));
  const lines = inColumns([heads, ...texts], (column) => sides[column] ?? 'left');
  const headLines = Math.max(...heads.map((head) => head.split('\n').length));
  const boxedLine = (cells: readonly string[]): string => `│ ${cells.join(' │ ')} │`;
  const rule = (left: string, between: string, end: string): string =>
    `${left}${lines[0]?.map((cell) => '─'.repeat(widthOf(cell) + 2)).join(between)}${end}`;
  return [
    rule('┌', '┬', '┐'),
    ...lines.slice(0, headLines).map(boxedLine),
    ...(rows.length === 0 ? [] : [rule('├', '┼', '┤')]),
    ...lines.slice(headLines).map(boxedLine),
    rule('└', '┴', '┘'),
    rows.length === 1 ? '1 row' : `${rows.length} rows`,
  ].join('\n');
}
