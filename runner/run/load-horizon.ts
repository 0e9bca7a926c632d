import { ancestors, postOrder } from '../core/dag.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import { relationsRead } from './run-graph.ts';

/** What is known of the relations of a run, to tell what they hold. */
export interface HorizonInput {
  readonly manifest: Manifest;
  /** The number of this run. */
  readonly sequence: number;
  readonly inRun: ReadonlySet<string>;
  /** Copy models into which this run loads files. */
  readonly loading: ReadonlySet<string>;
  /** What is written down of a node: up to which run's loads its rows go; undefined for one that is not published. */
  readonly published: (uniqueId: string) => number | undefined;
}

/**
 * Up to which run's loads the rows of each relation go, once this run is published. A table that is not built anew
 * while files were loaded stays behind, and so does what is built from it.
 */
export class LoadHorizon {
  readonly #input: HorizonInput;
  readonly #known = new Map<string, number>();
  readonly #read = new Map<string, readonly string[]>();

  constructor(input: HorizonInput) {
    this.#input = input;
  }

  /** What is to be written down of a node that this run publishes. Of a copy model it is the last run that loaded files. */
  toPublish(uniqueId: string): number {
    return this.#isCopy(uniqueId) ? this.#lastLoad(uniqueId) : this.#of(uniqueId);
  }

  /** The tables that a node reads, through views, which are older than others that it reads. */
  behind(uniqueId: string): string[] {
    const tables = this.#tablesRead(uniqueId);
    const furthest = Math.max(0, ...tables.map((id) => this.#of(id)));
    return tables.filter((id) => this.#of(id) < furthest);
  }

  #of(uniqueId: string): number {
    const reads = (id: string): readonly string[] =>
      this.#known.has(id) || !this.#isBuiltFromOthers(id) ? [] : this.#relationsRead(id);
    for (const id of postOrder([uniqueId], reads))
      this.#known.set(id, this.#known.get(id) ?? this.#workOut(id, reads(id)));
    return this.#known.get(uniqueId) ?? 0;
  }

  /** Whether the rows of a relation are those of what it reads now: it is a view, or built by this run. */
  #isBuiltFromOthers(uniqueId: string): boolean {
    if (this.#isCopy(uniqueId)) return false;
    return this.#input.inRun.has(uniqueId) || isView(this.#node(uniqueId));
  }

  #workOut(uniqueId: string, reads: readonly string[]): number {
    const { manifest, sequence, published } = this.#input;
    // A copy has no rows to come from the runs up to now: each run loads all there is, under its own number.
    if (this.#isCopy(uniqueId)) return sequence;
    if (this.#isBuiltFromOthers(uniqueId))
      return reads.reduce((least, id) => Math.min(least, this.#known.get(id) ?? 0), sequence);
    const written = published(uniqueId) ?? 0;
    const copies = [...ancestors(manifest.graph, [uniqueId])].filter((id) => this.#isCopy(id));
    return copies.every((id) => this.#lastLoad(id) <= written) ? sequence : written;
  }

  #relationsRead(uniqueId: string): readonly string[] {
    const read = this.#read.get(uniqueId) ?? [...relationsRead(this.#input.manifest, uniqueId)];
    this.#read.set(uniqueId, read);
    return read;
  }

  #lastLoad(copy: string): number {
    const { loading, sequence, published } = this.#input;
    return loading.has(copy) ? sequence : (published(copy) ?? 0);
  }

  #tablesRead(uniqueId: string): string[] {
    const tables = new Set<string>();
    const readers = new Set([uniqueId]);
    // Grows while it is gone through.
    for (const reader of readers)
      for (const id of this.#relationsRead(reader)) (isView(this.#node(id)) ? readers : tables).add(id);
    return [...tables];
  }

  #isCopy(uniqueId: string): boolean {
    const node = this.#node(uniqueId);
    return node?.resourceType === 'model' && node.config.materialized === 'copy';
  }

  #node(uniqueId: string): Node | undefined {
    return this.#input.manifest.nodes.get(uniqueId);
  }
}

function isView(node: Node | undefined): boolean {
  return node?.resourceType === 'model' && node.config.materialized === 'view';
}
