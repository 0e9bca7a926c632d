/** What an element of an answer holds: a list is the element as often as it has items. */
export type Xml = string | number | boolean | undefined | readonly Xml[] | { readonly [name: string]: Xml };

/** `{ Role: { Name: 'a' } }` -> `<Role><Name>a</Name></Role>` */
export function xml(value: Xml): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map(xml).join('');
  if (typeof value !== 'object') return escaped(String(value));
  return Object.entries(value)
    .map(([name, inner]: [string, Xml]) => {
      if (inner === undefined) return '';
      const all: readonly Xml[] = Array.isArray(inner) ? inner : [inner];
      return all.map((item) => `<${name}>${xml(item)}</${name}>`).join('');
    })
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
