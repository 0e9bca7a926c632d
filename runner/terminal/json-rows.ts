import type { Cell, Rows } from '../adapters/driver.ts';
import { printableJson } from './printable.ts';

/**
 * Rows as a JSON array of objects. A number has all the digits that the warehouse gave, also where a JSON reader would round
 * them: it is written from its own text. NaN and the infinities, for which JSON has no number, are texts.
 */
export function jsonRows({ columns, rows }: Rows): string {
  const objects = rows.map((row) => {
    // Of two columns of one name the last one counts, as it does for readers of JSON.
    const fields = new Map(columns.map(({ name, type }, i) => [name, jsonValue(row[i] ?? null, type)]));
    const lines = [...fields].map(([name, value]) => `    ${JSON.stringify(name)}: ${value}`);
    return `  {\n${lines.join(',\n')}\n  }`;
  });
  return objects.length === 0 ? '[]' : printableJson(`[\n${objects.join(',\n')}\n]`);
}

const decimal = /^(?:numeric|decimal)\b/i;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function jsonValue(cell: Cell, type: string): string {
  if (typeof cell === 'bigint') return String(cell);
  if (typeof cell === 'number' && !Number.isFinite(cell)) return JSON.stringify(String(cell));
  if (typeof cell === 'string' && decimal.test(type) && jsonNumber.test(cell)) return cell;
  return JSON.stringify(cell);
}
