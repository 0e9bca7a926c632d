import type { Token } from './tokens.ts';
import { closing } from './tokens.ts';

/** The schema that the stand-in keeps its own things in. */
export const ownSchema = 'redshift_stand_in';

const partly = new Set(['dateadd', 'datediff', 'date_part', 'date_diff', 'date_add']);
const parts = /^(?:millisecond|second|minute|hour|day|week|month|quarter|year|dow|weekday|doy|epoch|decade)s?$/i;
/** Tables of the catalog that Redshift shows otherwise. */
const shown = new Set(['pg_attribute', 'pg_class', 'pg_rewrite']);

/** What differs inside of queries: parts of dates need no quotes, types are called otherwise, and aggregates have another form. */
export function translateQuery(tokens: readonly Token[]): Token[] {
  const ink = tokens.map((token, i) => ({ token, i })).filter(({ token }) => token.kind !== 'blank');
  const pieces = ink.map(({ token }) => token);
  const changed = new Map<number, string>();
  const change = (at: number, text: string): void => void changed.set(ink[at]?.i ?? -1, text);
  pieces.forEach(({ kind, text }, k) => {
    if (kind !== 'word') return;
    const [before, behind] = [wordAt(pieces, k - 1), wordAt(pieces, k + 1)];
    const word = text.toLowerCase();
    if (shown.has(word) && before === '.' && wordAt(pieces, k - 2) === 'pg_catalog') change(k - 2, ownSchema);
    if (before === '.') return;
    if (behind === '(') changeCall(pieces, k, word, change);
    if (word === 'sysdate' && behind !== '(') change(k, `${ownSchema}.sysdate()`);
    if (word === 'approximate' && behind === 'count') change(k, '');
    if (word === 'minus' && (behind === 'select' || behind === '(')) change(k, 'except');
    if (word === 'max' && before === '(' && /^varchar$|^varying$/.test(wordAt(pieces, k - 2))) change(k, '65535');
    const isCast = before === '::' || (before === 'as' && behind === ')');
    if (isCast && word === 'super') change(k, 'jsonb');
    if (isCast && /^(?:decimal|numeric)$/.test(word) && behind !== '(') change(k, 'numeric(18, 0)');
  });
  return tokens.map((token, i) => {
    const text = changed.get(i);
    if (text === undefined) return token;
    return { kind: text.startsWith("'") ? 'text' : 'word', text };
  });
}

function wordAt(pieces: readonly Token[], at: number): string {
  return pieces[at]?.text.toLowerCase() ?? '';
}

function changeCall(
  pieces: readonly Token[],
  at: number,
  name: string,
  change: (at: number, text: string) => void,
): void {
  const first = pieces[at + 2];
  if (partly.has(name) && first?.kind === 'word' && parts.test(first.text)) change(at + 2, `'${first.text}'`);
  if (name === 'median') {
    change(at, 'percentile_cont(0.5) within group');
    change(at + 1, '(order by ');
  }
  // The order goes into the brackets of the call, as PostgreSQL has it.
  const close = closing(pieces, at + 1);
  const isOrdered = [')', 'within', 'group', '('].every((word, i) => wordAt(pieces, close + i) === word);
  if (name === 'listagg' && isOrdered) [0, 1, 2, 3].forEach((i) => change(close + i, ''));
}
