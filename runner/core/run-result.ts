import type { Fault } from './fault.ts';

/** What became of a node: a model or seed is built, or a test is run. */
export const statuses = ['success', 'pass', 'warn', 'fail', 'error', 'skipped'] as const;
export type Status = (typeof statuses)[number];

/** How the future table of a node differs from what readers see. */
export interface RowChanges {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** What kind of work a node is: loading files, building from queries, or testing. */
export type Work = 'load' | 'build' | 'test';

/** The outcome of one node of a run. */
export interface RunResult {
  readonly uniqueId: string;
  readonly name: string;
  readonly work: Work;
  readonly status: Status;
  readonly startedAt: Date;
  readonly seconds: number;
  /** Rows of the table, or of its delta; undefined for a view or what was not built. */
  readonly rows?: number;
  /** Undefined where it was not worked out, as for a table that is new. */
  readonly changes?: RowChanges;
  /** Raw rows that did not fit and were put aside. */
  readonly rejected?: number;
  /** Of a test: the rows it found. */
  readonly failures?: number;
  readonly faults: readonly Fault[];
  /** Why it was skipped. */
  readonly message?: string;
  readonly compiled?: string;
}

/** Whether what reads the node can go on. */
export function isOk(status: Status): boolean {
  return status === 'success' || status === 'pass' || status === 'warn';
}
