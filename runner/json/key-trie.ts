import { lowerCase } from './jsonpaths.ts';
import type { Field } from './row.ts';

/** A place in the keys of an object: those that were read so far lead to it, and the next one leads on. */
export interface KeyNode {
  readonly next: KeyStep[];
  /** The keys before it that columns want. */
  readonly path: readonly string[];
}

/** A key that was seen at a place. */
export interface KeyStep {
  /** The key as it stands in the file, with the quote that ends it. */
  readonly bytes: Buffer;
  /** The columns that its value is for. */
  readonly columns: readonly number[];
  /** The columns whose value is somewhere inside of its value. */
  readonly inner: readonly number[];
  readonly node: KeyNode;
}

/** Objects whose keys come in ever other orders fill no more than this. */
const maxNodes = 10_000;

/**
 * The orders in which the objects of a file have their keys. Most files know one order, or a few: then a key is known by
 * comparing its bytes with those expected, and whether a key occurs twice is found out once for each order.
 */
export class KeyTrie {
  readonly #columns: ReadonlyMap<string, readonly number[]>;
  readonly #inner: ReadonlyMap<string, readonly number[]>;
  readonly #ignoresCase: boolean;
  #root: KeyNode = { next: [], path: [] };
  #nodes = 0;

  constructor(fields: readonly Field[]) {
    this.#columns = byFirstKey(fields, (path) => path.length === 1);
    this.#ignoresCase = fields.some((field) => field.ignoresCase);
    this.#inner = byFirstKey(fields, (path) => path.length > 1);
  }

  get root(): KeyNode {
    return this.#root;
  }

  /** Remembers a key at a place, without escapes and with the quote that ends it; undefined when a column wants it and had it already. */
  learn(node: KeyNode, raw: Buffer): KeyStep | undefined {
    const written = raw.toString('utf8', 0, raw.length - 1);
    const key = this.#ignoresCase ? lowerCase(written) : written;
    const columns = this.#columns.get(key) ?? [];
    const inner = this.#inner.get(key) ?? [];
    const isWanted = columns.length + inner.length > 0;
    if (isWanted && node.path.includes(key)) return undefined;
    const bytes = Buffer.from(raw);
    const step = { bytes, columns, inner, node: { next: [], path: isWanted ? [...node.path, key] : node.path } };
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

function byFirstKey(
  fields: readonly Field[],
  isOne: (path: Field['path']) => boolean,
): ReadonlyMap<string, readonly number[]> {
  const columns = new Map<string, number[]>();
  for (const [i, { path }] of fields.entries()) {
    const key = String(path[0]);
    if (isOne(path)) columns.set(key, [...(columns.get(key) ?? []), i]);
  }
  return columns;
}
