/**
 * What may be meant by text that YAML reads in another way, or not at all (YAML 1.2.2, sections 5.3, 6.1 and 7.3.3): most of it
 * is put right by quotes. Knows only text, and nothing of what is expected where.
 */

/** Where a value begins: behind a key, an item or a bracket. */
const begin = String.raw`(?:^|[:?-]\s+|[[,{]\s*)`;

const templates = new RegExp(`${begin}\\{\\{`, 'm');

/** What is advised for a line that looks so; the first that fits. */
const byLine: readonly (readonly [line: RegExp, hint: string])[] = [
  [/^ *\t/, 'indent with blanks: YAML takes no tab there'],
  [templates, 'put quotes around a value that begins with {{'],
  [new RegExp(`${begin}[@\`%]`), 'put quotes around a value that begins with @, ` or %'],
  [new RegExp(`${begin}[*&!]`), 'put quotes around a value that begins with *, & or !'],
  [/:\s+'.*'\w/, "in single quotes a quote is written twice: 'it''s'; or use double quotes"],
  [/(["']).*\1\s*[^\s,\]}#]/, 'a text in quotes ends at its second quote: put quotes around all of it'],
  [/\{.*\$\{/, 'put quotes around a ${…} that is inside of brackets'],
  [/:\s+.*:(?:\s|$)/, 'put quotes around a text that has a colon in it'],
  [/:\s+[>|]\s*\S/, 'put quotes around a value that begins with > or |; a text of many lines begins on the next line'],
  [/:\s+- /, 'the items of a list begin on a line of their own'],
];

/** How much of a line is looked at: the patterns take the square of it. */
const lookedAt = 500;

/** Advice for text that the parser has given up on, at `line` (from 0), for `reason`. */
export function syntaxHint(text: string, line: number, reason: string): string | undefined {
  if (/escape sequence/.test(reason))
    return 'in double quotes a backslash begins an escape: use single quotes, or write it twice';
  if (/duplicated mapping key/.test(reason)) return 'a mapping has each key once';
  const lines = text.split(/\r?\n/);
  const here = (lines[line] ?? '').slice(0, lookedAt);
  const advised = byLine.find(([pattern]) => pattern.test(here))?.[1];
  if (advised !== undefined) return advised;
  const above = (lines[line - 1] ?? '').slice(0, lookedAt);
  // YAML takes `b:1` for a text, and finds out on the next line that no key came.
  const key = /^[\s-]*(\w+):[^\s:]/.exec(above)?.[1];
  if (key !== undefined) return `a blank belongs behind the colon: "${key}: …" on the line above`;
  if (/deficient indentation|unexpected end/.test(reason)) return 'is a quote or a bracket above it closed?';
  return /indentation/.test(reason) ? 'the keys of one mapping begin in the same column' : undefined;
}

/** Where a template stands that YAML has taken for a mapping in a mapping; undefined where there is none. */
export function templateOffset(text: string): number | undefined {
  const found = templates.exec(text);
  return found === null ? undefined : found.index + found[0].length - 2;
}

/** Advice for a value that has come out as another kind of thing than was expected, or undefined. */
export function valueHint(expected: string, value: unknown): string | undefined {
  if (expected === 'boolean' && typeof value === 'string') {
    if (/^(?:yes|on|y|t|true|1)$/i.test(value)) return 'write true';
    return /^(?:no|off|n|f|false|0)$/i.test(value) ? 'write false' : 'write true or false';
  }
  if (expected === 'number' && typeof value === 'string' && /^\d[\d_,.]*$/.test(value))
    return 'write a number, without quotes and with digits only';
  if (expected !== 'string') return undefined;
  if (value === null) return 'put quotes around a text that begins with #, which begins a comment otherwise';
  if (typeof value === 'object') return 'put quotes around a text that begins with [ or {, or has a colon in it';
  return `put quotes around it to make it text: "${String(value)}"`;
}

/**
 * Advice for a key without a value that is the rest of a text with a comma: `{ description: one, two }` and
 * `{ type: decimal(10,2) }`, of which YAML makes `{ type: decimal(10, 2): null }`. `mapping` is what the key is in.
 */
export function commaHint(key: string, mapping: ReadonlyMap<string, unknown>): string | undefined {
  if (mapping.get(key) !== null) return undefined;
  if (/^[^(]*\)/.test(key)) {
    const open = [...mapping].find(([, text]) => typeof text === 'string' && /\([^)]*$/.test(text));
    if (open !== undefined) return `put quotes around a value that has a comma in it: ${open[0]}: "${open[1]},${key}"`;
  }
  return key.includes(' ') ? 'put quotes around a text that has a comma in it' : undefined;
}
