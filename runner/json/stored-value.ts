import type { ColumnType } from '../core/column-type.ts';
import { fitSuper } from './fit-super.ts';
import { fitTimestamp } from './fit-time.ts';
import type { JsonNode } from './parse.ts';
import { parseJsonIf } from './parse.ts';

/**
 * A value of a column in the one form that two of them have in common exactly when they are the same value: of the text
 * that is to be stored, and of the text that an engine gives for what it has stored.
 */
export function storedValue(text: string, type: ColumnType): string {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'varchar':
      return text;
    case 'char':
      return text.replace(/ +$/, '');
    case 'real':
      return String(Math.fround(Number(text)));
    case 'double':
      return String(Number(text));
    case 'decimal':
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    case 'boolean':
      return /^t/i.test(text) ? 'true' : 'false';
    case 'date':
      return text.slice(0, 10);
    case 'timestamp':
    case 'timestamptz': {
      const fitted = fitTimestamp(text, type.kind);
      const time = 'text' in fitted && fitted.text !== null ? fitted.text : text;
      return time.includes('.') ? time.replace(/\.?0+$/, '') : time;
    }
    case 'super':
      return sorted(text);
  }
}

/** JSON in the spelling in which it is stored, but with its keys in order: an engine may keep neither. */
function sorted(text: string): string {
  const node = parseJsonIf(text);
  return node === undefined ? text : sortedText(node);
}

function sortedText(node: JsonNode): string {
  if (node.kind === 'array') return `[${node.items.map(sortedText).join(',')}]`;
  if (node.kind === 'object') {
    const fields = [...node.fields].map(([key, value]) => `${JSON.stringify(key)}:${sortedText(value)}`);
    return `{${fields.toSorted().join(',')}}`;
  }
  const fitted = fitSuper(node);
  return 'text' in fitted ? String(fitted.text) : node.text;
}
