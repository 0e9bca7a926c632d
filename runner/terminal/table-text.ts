import Table from 'cli-table3';
import { stringify } from 'csv-stringify/sync';
import type { Cell, Rows } from '../adapters/driver.ts';
import { jsonRows } from './json-rows.ts';
import { printable } from './printable.ts';

export const tableFormats = ['table', 'json', 'csv'] as const;
export type TableFormat = (typeof tableFormats)[number];

const noBorders = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((part) => [part, '']),
);

/** Rows in columns without lines. `right` are the columns that are set to the right. */
export function plainTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const colAligns = Array.from({ length: width }, (_, i) => (right.includes(i) ? 'right' : 'left') as 'right' | 'left');
  const table = new Table({
    chars: { ...noBorders, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns,
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replaceAll(/ +$/gm, '');
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
  const colAligns = names.map(
    (_, i) =>
      (rows.some((row) => typeof row[i] === 'number' || typeof row[i] === 'bigint') ? 'right' : 'left') as
        'right' | 'left',
  );
  const table = new Table({ head: names.map(printable), colAligns, style: { head: [], border: [] } });
  table.push(...rows.map((row) => row.map((cell) => (cell === null ? 'null' : printable(String(cell))))));
  // Lines between rows say nothing: keep those around the head.
  const lines = table
    .toString()
    .split('\n')
    .filter((line, i) => !line.startsWith('├') || i === 2);
  return `${lines.join('\n')}\n${rows.length === 1 ? '1 row' : `${rows.length} rows`}`;
}
