import { ancestors } from '../core/dag.ts';
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
    const known = this.#known.get(uniqueId) ?? this.#workOut(uniqueId);
    this.#known.set(uniqueId, known);
    return known;
  }

  #workOut(uniqueId: string): number {
    const { manifest, sequence, inRun, published } = this.#input;
    // A copy has no rows to come from the runs up to now: each run loads all there is, under its own number.
    if (this.#isCopy(uniqueId)) return sequence;
    if (inRun.has(uniqueId)) return Math.min(sequence, ...this.#tablesRead(uniqueId).map((id) => this.#of(id)));
    const written = published(uniqueId) ?? 0;
    const copies = [...ancestors(manifest.graph, [uniqueId])].filter((id) => this.#isCopy(id));
    return copies.every((id) => this.#lastLoad(id) <= written) ? sequence : written;
  }

  #lastLoad(copy: string): number {
    const { loading, sequence, published } = this.#input;
    return loading.has(copy) ? sequence : (published(copy) ?? 0);
  }

  #tablesRead(uniqueId: string): string[] {
    return [...relationsRead(this.#input.manifest, uniqueId)].flatMap((id) =>
      isView(this.#node(id)) ? this.#tablesRead(id) : [id],
    );
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
