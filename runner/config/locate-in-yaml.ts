import { isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { KeyPath, Location } from '../core/location.ts';
import { locationAt } from '../core/location.ts';

/**
 * The location in `text` of the key or value that `place` names, or of its nearest parent that exists. Parses the
 * whole text with a slower parser that keeps positions.
 */
export function locateInYaml(text: string, place: KeyPath): Location {
  let node: unknown = parseDocument(text).contents;
  let range = isNode(node) ? node.range : undefined;
  for (const [depth, key] of place.keys.entries()) {
    const isLast = depth === place.keys.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(key));
      if (pair === undefined) break;
      const pointAtKey = (isLast && place.point === 'key') || !isNode(pair.value);
      range = pointAtKey && isNode(pair.key) ? pair.key.range : isNode(pair.value) ? pair.value.range : range;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number' && isNode(node.items[key])) {
      node = node.items[key];
      range = isNode(node) ? node.range : range;
    } else break;
  }
  const [start, end] = range ?? [0, 1];
  const firstLine = text.slice(start, end).split('\n', 1)[0] ?? '';
  return locationAt({ path: place.path, text }, start, Math.max(1, firstLine.trimEnd().length));
}
