import { createHash } from 'node:crypto';
import type { Token } from './tokens.ts';

/** Redshift cuts a name that is longer; PostgreSQL does it at half of that. */
const most = { redshift: 127, postgres: 63 };
const hashLength = 16;

/** A name as PostgreSQL can have it: in lower case, quoted or not, and such that long ones do not become one and the same. */
export function folded(token: Token): Token {
  if (token.kind !== 'name' && token.kind !== 'word') return token;
  const quote = token.kind === 'name' ? '"' : '';
  const text = quote === '' ? token.text : token.text.toLowerCase();
  const inside = quote === '' ? text : text.slice(1, -1);
  if (Buffer.byteLength(inside) <= most.postgres) return { ...token, text };
  const kept = Buffer.from(inside.toLowerCase()).subarray(0, most.redshift);
  const hash = createHash('sha1').update(kept).digest('hex').slice(0, hashLength);
  const begin = kept
    .subarray(0, most.postgres - hashLength - 1)
    .toString('utf8')
    .replaceAll('\ufffd', '');
  return { ...token, text: `${quote}${begin}_${hash}${quote}` };
}
