import type { Dialect } from '../adapters/dialect.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { locate } from '../core/mapped-text.ts';
import { sqlTokens } from '../core/sql-tokens.ts';

/**
 * Throws a FaultError when a query has a name of more bytes than the engine keeps: PostgreSQL cuts it and says so in a notice
 * alone (PostgreSQL, "Identifiers and Key Words"), so that a column would have another name than on other warehouses.
 */
export function checkLongNames(query: MappedText, { maxIdentifierBytes, escapesInTexts }: Dialect): void {
  for (const { kind, text, at: offset } of sqlTokens(query.text, escapesInTexts)) {
    if (kind !== 'word' && kind !== 'name') continue;
    const name = kind === 'word' ? text : text.slice(1, -1).replaceAll('""', '"');
    const bytes = Buffer.byteLength(name);
    if (bytes <= maxIdentifierBytes) continue;
    const [at] = locate(query, offset);
    throw new FaultError({
      code: 'name-invalid',
      message: `the name "${name}" has ${bytes} bytes, and the warehouse keeps ${maxIdentifierBytes} at most`,
      at,
      hint: 'choose a shorter one',
    });
  }
}
