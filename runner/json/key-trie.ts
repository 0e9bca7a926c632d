import type { Field } from './row.ts';

/** A place in the keys of an object: those that were read so far lead to it, and the next one leads on. */
export interface KeyNode {
  readonly next: KeyStep[];
  readonly path: readonly string[];
}

/** A key that was seen at a place. */
export interface KeyStep {
  /** The key as it stands in the file, with the quote that ends it. */
  readonly bytes: Buffer;
  /** The columns that its value is for. */
  readonly columns: readonly number[];
  readonly node: KeyNode;
}

/** Objects whose keys come in ever other orders fill no more than this. */
const maxNodes = 10_000;

/**
 * The orders in which the objects of a file have their keys. Most files know one order, or a few: then a key is known by
 * comparing its bytes with those expected, and that no key stands twice is found out once for each order.
 */
export class KeyTrie {
  readonly #columns: ReadonlyMap<string, readonly number[]>;
  #root: KeyNode = { next: [], path: [] };
  #nodes = 0;

  /** Of the fields, those whose path is a single key. */
  constructor(fields: readonly Field[]) {
    const columns = new Map<string, number[]>();
    for (const [i, { path }] of fields.entries()) {
      const key = String(path[0]);
      columns.set(key, [...(columns.get(key) ?? []), i]);
    }
    this.#columns = columns;
  }

  get root(): KeyNode {
    return this.#root;
  }

  /** Remembers a key at a place, without escapes and with the quote that ends it; undefined when it stands in the object already. */
  learn(node: KeyNode, raw: Buffer): KeyStep | undefined {
    const key = raw.toString('utf8', 0, raw.length - 1);
    if (node.path.includes(key)) return undefined;
    const bytes = Buffer.from(raw);
    const step = { bytes, columns: this.#columns.get(key) ?? [], node: { next: [], path: [...node.path, key] } };
    this.#nodes++;
    if (this.#nodes > maxNodes) {
      this.#root = { next: [], path: [] };
      this.#nodes = 0;
    }
    // The order seen last comes first.
    node.next.unshift(step);
    return step;
  }
}
