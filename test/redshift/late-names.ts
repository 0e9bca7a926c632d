import { RedshiftError } from './warehouse.ts';

/** What begins a list of relations, and what ends it. */
const lists =
  /\b(?:from|join|using) (.*?)(?=\b(?:from|join|where|group|order|having|limit|union|intersect|except|on)\b|$)/g;
/** Functions that have a word `from` among their arguments. */
const fromInside = /\b(?:extract|trim|substring|overlay) $/;

/** Refuses a view that is not bound when it does not name its relations with their schemas. `look` is that of `plainly`. */
export function refuseUnqualified(look: string): void {
  const common = new Set([...look.matchAll(/("?\w+"?)(?: \([^()]*\))? as \(/g)].map(([, name]) => name));
  for (const level of levels(look.replace(/ with no schema binding$/, '')))
    for (const [, list = ''] of level.matchAll(lists))
      for (const item of list.split(',')) {
        const [name = ''] = /^[\w".]+/.exec(item.trim()) ?? [];
        if (name === '' || name.includes('.') || common.has(name)) continue;
        const message = 'All the relation names inside should be qualified when creating VIEW WITH NO SCHEMA BINDING';
        throw new RedshiftError(message, '42P01');
      }
}

/** The text in each pair of brackets, and that outside of all: what stands in brackets of its own is left out. */
function* levels(look: string): Generator<string> {
  let text = look;
  for (let open = text.lastIndexOf('('); open >= 0; open = text.lastIndexOf('(')) {
    const close = text.indexOf(')', open);
    const end = close < 0 ? text.length : close;
    if (!fromInside.test(text.slice(0, open))) yield text.slice(open + 1, end);
    // A bracket in the place of a relation is none that has a name.
    text = `${text.slice(0, open)}%${text.slice(end + 1)}`;
  }
  yield text;
}
