import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { locate } from '../core/mapped-text.ts';

// Texts, comments and dollar quotes, in which nothing is a name; or a name, quoted or not.
const tokens =
  /e'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|\$(\w*)\$[^]*?\$\1\$|"(?<quoted>(?:[^"]|"")*)"|(?<bare>[\p{L}_][\p{L}\p{N}_$]*)/giu;

/**
 * Throws a FaultError when a query has a name of more than `maxBytes` bytes: PostgreSQL cuts it and says so in a notice
 * alone (PostgreSQL, "Identifiers and Key Words"), so that a column would have another name than on other warehouses.
 */
export function checkLongNames(query: MappedText, maxBytes: number): void {
  for (const { groups, index } of query.text.matchAll(tokens)) {
    const name = groups?.['bare'] ?? groups?.['quoted']?.replaceAll('""', '"') ?? '';
    const bytes = Buffer.byteLength(name);
    if (bytes <= maxBytes) continue;
    const [at] = locate(query, index);
    throw new FaultError({
      code: 'name-invalid',
      message: `the name "${name}" has ${bytes} bytes, and the warehouse keeps ${maxBytes} at most`,
      at,
      hint: 'choose a shorter one',
    });
  }
}
