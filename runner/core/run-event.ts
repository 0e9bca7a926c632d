import type { Fault } from './fault.ts';
import type { ResourceType } from './node.ts';
import type { RowChanges, RunResult } from './run-result.ts';

/** The phases of a run, in their order. */
export const phases = ['open', 'plan', 'sweep', 'build', 'publish', 'clean'] as const;
export type Phase = (typeof phases)[number];

/** One node of a run, before anything is done for it. */
export interface PlannedNode {
  readonly uniqueId: string;
  readonly name: string;
  readonly resourceType: ResourceType;
  readonly materialized: string;
}

/**
 * How a run ended. `published` says that readers see its tables; `held` and `interrupted` that they see what they saw
 * before; `tested` that it only looked.
 */
export const outcomes = ['published', 'held', 'interrupted', 'tested'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * How a node reaches its readers: a new table takes a name (`swap`), rows that differ are written (`merge`), all rows are
 * (`replace rows`), rows are added (`append`), or what is published makes way for something of other columns or design (`recreate`).
 */
export const publishings = ['swap', 'merge', 'replace rows', 'append', 'replace view', 'recreate', 'nothing'] as const;
export type Publishing = (typeof publishings)[number];

/** What happens in a run, for whoever shows it. Nothing below the terminal prints. */
export type RunEvent =
  | {
      readonly type: 'run started';
      readonly run: string;
      readonly command: string;
      readonly target: string;
      readonly threads: number;
      readonly nodes: readonly PlannedNode[];
    }
  | { readonly type: 'waiting'; readonly holder: string }
  | { readonly type: 'phase'; readonly phase: Phase }
  | { readonly type: 'swept'; readonly relations: number }
  | { readonly type: 'node started'; readonly node: PlannedNode }
  | {
      readonly type: 'load progress';
      readonly uniqueId: string;
      readonly files: number;
      readonly ofFiles: number;
      readonly bytes: number;
      readonly ofBytes: number;
    }
  | { readonly type: 'node finished'; readonly node: PlannedNode; readonly result: RunResult }
  | { readonly type: 'statement'; readonly uniqueId: string | undefined; readonly sql: string }
  /** A unit of work is done anew, since what went wrong may have passed. */
  | {
      readonly type: 'retry';
      readonly uniqueId: string | undefined;
      readonly attempt: number;
      readonly ofAttempts: number;
      readonly reason: string;
    }
  | { readonly type: 'note'; readonly uniqueId: string | undefined; readonly message: string }
  | { readonly type: 'published'; readonly nodes: readonly PublishedChange[]; readonly seconds: number }
  | {
      readonly type: 'run finished';
      readonly run: string;
      readonly outcome: Outcome;
      readonly seconds: number;
      readonly results: readonly RunResult[];
      readonly stale: readonly string[];
      readonly faults: readonly Fault[];
    };

/** What publishing did to one node. */
export interface PublishedChange {
  readonly uniqueId: string;
  readonly name: string;
  readonly relation: string;
  readonly how: Publishing;
  readonly changes: RowChanges | undefined;
  readonly rows: number | undefined;
}

export type Report = (event: RunEvent) => void;
