import type { Pair, YAMLMap } from 'yaml';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { KeyPath, Location } from '../core/location.ts';

/** A YAML file with the places of its keys and values. To parse it with positions is slow: once for all of its faults. */
export class LocatedYaml {
  readonly #path: string;
  readonly #text: string;
  readonly #root: unknown;
  readonly #lines = new LineCounter();
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
    // Whether keys are unique is known already; to look for that here takes the square of their number.
    this.#root = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: false, logLevel: 'silent' }).contents;
  }

  /** The location of the key or value that `place` names, or of its nearest parent that exists. */
  locate(place: KeyPath): Location {
    let node = this.#root;
    let range = isNode(node) ? node.range : undefined;
    for (const [depth, key] of place.keys.entries()) {
      const isLast = depth === place.keys.length - 1;
      if (isMap(node)) {
        const pair = this.#pairsOf(node).get(String(key));
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
    const { line, col: column } = this.#lines.linePos(start);
    const newline = this.#text.indexOf('\n', start);
    const firstLine = this.#text.slice(start, newline === -1 ? end : Math.min(end, newline));
    return {
      path: this.#path,
      line: Math.max(1, line),
      column: Math.max(1, column),
      length: Math.max(1, firstLine.trimEnd().length),
    };
  }

  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#pairs.get(map) ?? new Map(map.items.map((pair) => [keyText(pair.key), pair]));
    this.#pairs.set(map, known);
    return known;
  }
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
