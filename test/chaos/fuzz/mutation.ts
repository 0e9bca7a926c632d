import fc from 'fast-check';

/** A change to a text at a place that is given as a fraction of its tokens, so that it fits any text. */
export type Mutation =
  | { readonly kind: 'insert'; readonly at: number; readonly text: string; readonly times: number }
  | { readonly kind: 'replace'; readonly at: number; readonly text: string }
  | { readonly kind: 'remove'; readonly at: number; readonly tokens: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly tokens: number; readonly times: number }
  | { readonly kind: 'wrap'; readonly at: number; readonly pair: readonly [string, string]; readonly depth: number }
  | { readonly kind: 'swap lines'; readonly at: number; readonly with: number };

/** What a language is made of, and what is known to break readers of it. */
export interface Vocabulary {
  readonly words: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
  /** How often something is repeated at most. */
  readonly most?: number;
}

const hostileWords = [
  '\0', '\u0007', '\u001b[31m', '\u009b2J', '\ufeff', '\u202e', '\r', '\t', '\ud83d', '\u{1f3b5}', '\\', '"', "'", '`', '$', '${', '%',
  'constructor', '__proto__', 'toString', 'hasOwnProperty', 'null', '~', 'true', '1e999', '-0', '9007199254740993', '0x1F',
  '2018-02-30', 'infinity', 'NaN', '../../etc/passwd', '/dev/null', 'a'.repeat(70), 'é'.repeat(40),
]; // prettier-ignore

const sqlWords = [
  'select', 'from', ';', ',', '(', ')', '*', '--', '/*', '*/', "E'\\''", '$$', '::', 'union all', 'group by 1', 'delete from', 'with x as (',
  'limit 0', 'cast(1 as', 'null', '"', "'", '1/0', 'count(*)', 'over ()', 'lateral', '$1', '?', ':a', '@',
]; // prettier-ignore

export const vocabularies = {
  yaml: {
    words: [
      ': ', '- ', '{', '}', '[', ']', '&a ', '*a', '<<: *a', '!!binary ', '!!set ', '!tag ', '|', '>', '? ', '---\n', '...\n', '#', '%YAML 1.1\n',
      '${X}', '${SHOP_DB:-', 'name: ', 'columns: ', 'tests: ', 'models:\n', 'decimal(10,2)', 'unique', 'severity: error', 'tags: ',
      'a: &a [b, b]\n', 'type: ', 'schema: ', 'materialized: ', 'jsonpaths: auto', '\n', '\n  ', '\n      ',
    ],
    pairs: [['[', ']'], ['{a: ', '}'], ['"', '"'], ["'", "'"], ['- ', '\n'], ['(', ')']],
  },
  template: {
    words: [
      '{{', '}}', '{{{', '}}}', '{{#if is_incremental}}', '{{else}}', '{{/if}}', '{{#unless is_incremental}}', '{{/unless}}', '{{#each x}}',
      '{{ref "orders"}}', '{{ref "totals"}}', '{{ref "raw_orders"}}', '{{source "raw" "orders"}}', '{{var "least"}}', '{{env "SHOP_DB"}}',
      '{{env "SHOP_PASSWORD"}}', '{{config materialized="view"}}', '{{config materialized="copy"}}', '{{config tags="x" unique_key="id"}}',
      '{{> money cents="1"}}', '{{> nope}}', '{{> (lookup . "x")}}', '{{this}}', '{{self}}', '{{watermark}}', '{{target.name}}', '{{!-- ', '--}}',
      '{{! ', '{{&x}}', '{{> @partial-block}}', '{{#*inline "x"}}', '{{/inline}}', '{{params "a" b="1"}}', '\\{{', '{% if %}', "{{ ref('orders') }}",
      '~}}', '{{~', ...sqlWords,
    ],
    pairs: [['{{#if is_incremental}}', '{{/if}}'], ['(', ')'], ['{{', '}}'], ['"', '"'], ["'", "'"], ['/*', '*/'], ['{{var (', ')}}'], ['case when true then ', ' end']],
    // Beyond that some SQL keeps DuckDB's own parser busy for minutes: 100,000 operators in a row.
    most: 5_000,
  },
  csv: {
    words: [',', '"', '""', '\n', '\r\n', ';', '\t', 'code', 'code,code', '__proto__', ' ', '#', "'", '\n,\n', '"\n'],
    pairs: [['"', '"'], ['""', '""'], [',', ',']],
  },
  json: {
    words: [
      '{', '}', '[', ']', ',', ':', '"', '\\u0000', '\\ud800', '\\"', 'null', 'true', 'NaN', 'Infinity', '01', '+1', '.5', '1e400', '1e-400', '-0',
      '1.50', '"id"', '"id":1,', '//', '/*', '$.', '$', '$[0]', "$['a']", '..', '\n', '\r', '\u000b', '\u2028', '"cents":-1', '12345678901234567890',
      '"2018-11-01 20:57:10+02"', '99999-01-01',
    ],
    pairs: [['{"a":', '}'], ['[', ']'], ['"', '"'], ['{', '}'], ['[[', ']']],
  },
  sql: { words: sqlWords, pairs: [['(', ')'], ["'", "'"], ['/*', '*/'], ['select (', ')']], most: 5_000 },
} satisfies Record<string, Vocabulary>; // prettier-ignore

/** Changes to texts that are written in words of `vocabulary`. They shrink to smaller ones. */
export function mutations({ words, pairs, most = 50_000 }: Vocabulary): fc.Arbitrary<Mutation> {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words) },
    { weight: 3, arbitrary: fc.constantFrom(...hostileWords) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  );
  const tokens = fc.integer({ min: 1, max: 12 });
  // Mostly few, now and then so many that a limit is met.
  const times = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(100, 3_000, most) },
  );
  return fc.oneof(
    fc.record({ kind: fc.constant('insert' as const), at, text, times }),
    fc.record({ kind: fc.constant('replace' as const), at, text }),
    fc.record({ kind: fc.constant('remove' as const), at, tokens }),
    fc.record({ kind: fc.constant('repeat' as const), at, tokens, times }),
    fc.record({ kind: fc.constant('wrap' as const), at, pair: fc.constantFrom(...pairs), depth: times }),
    fc.record({ kind: fc.constant('swap lines' as const), at, with: at }),
  );
}

/** What a mutation may make of a text at most, in characters. */
const longest = 2_000_000;

/** The text with the changes, one after the other. A change that would make it longer than two million characters is left out. */
export function mutated(text: string, changes: readonly Mutation[]): string {
  return changes.reduce((before, change) => {
    const after = applied(before, change);
    return after.length > longest ? before : after;
  }, text);
}

function applied(text: string, change: Mutation): string {
  if (change.kind === 'swap lines') return swapped(text.split('\n'), change.at, change.with).join('\n');
  const tokens = text.match(/\w+|\s+|[^\w\s]/g) ?? [];
  const at = Math.min(tokens.length, Math.floor(change.at * (tokens.length + 1)));
  const [before, after] = [tokens.slice(0, at).join(''), tokens.slice(at)];
  switch (change.kind) {
    case 'insert':
      return `${before}${change.text.repeat(change.times)}${after.join('')}`;
    case 'replace':
      return `${before}${change.text}${after.slice(1).join('')}`;
    case 'remove':
      return `${before}${after.slice(change.tokens).join('')}`;
    case 'repeat': {
      const [repeated, rest] = [after.slice(0, change.tokens).join(''), after.slice(change.tokens).join('')];
      return `${before}${repeated.repeat(Math.min(change.times + 1, Math.ceil(longest / (repeated.length + 1))))}${rest}`;
    }
    case 'wrap': {
      const [open, close] = change.pair;
      return `${before}${open.repeat(change.depth)}${after[0] ?? ''}${close.repeat(change.depth)}${after.slice(1).join('')}`;
    }
  }
}

function swapped(lines: readonly string[], at: number, other: number): readonly string[] {
  const [i, j] = [at, other].map((fraction) => Math.min(lines.length - 1, Math.floor(fraction * lines.length)));
  return lines.map((line, k) => (k === i ? (lines[j ?? k] ?? line) : k === j ? (lines[i ?? k] ?? line) : line));
}
