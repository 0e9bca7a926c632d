import type { PlacedFault } from '../core/fault.ts';
import type { RunResult } from '../core/run-result.ts';
import { faultRecord } from './fault-record.ts';
import type { FaultRecord } from './log-event.ts';
import type { Metadata } from './metadata.ts';

/** `target/run_results.json`, after dbt's run-results v6: tools that read that can read this. */
export interface RunResultsArtifact {
  readonly metadata: Metadata;
  readonly results: readonly RunResultEntry[];
  readonly elapsed_time: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface RunResultEntry {
  readonly unique_id: string;
  readonly status: RunResult['status'];
  readonly timing: readonly { readonly name: 'execute'; readonly started_at: string; readonly completed_at: string }[];
  readonly thread_id: string;
  readonly execution_time: number;
  /** Counts of rows, and faults with their places: the one part of an entry for which the schema of dbt names no keys. */
  readonly adapter_response: Readonly<Record<string, number | readonly FaultRecord[]>>;
  readonly message: string | null;
  readonly failures: number | null;
  readonly compiled: boolean;
  readonly compiled_code: string | null;
  readonly relation_name: string | null;
}

/**
 * A result as dbt's schema has it. `faults` are its own, with line and column; `relation` is where the node is published,
 * quoted.
 */
export function runResultEntry(
  result: RunResult,
  faults: readonly PlacedFault[],
  relation: string | null,
): RunResultEntry {
  const { startedAt, seconds, rows, changes, rejected, compiled } = result;
  const completedAt = new Date(startedAt.getTime() + seconds * 1000);
  const response = {
    rows_affected: rows,
    rows_added: changes?.added,
    rows_changed: changes?.changed,
    rows_removed: changes?.removed,
    rows_rejected: rejected,
    faults: faults.length === 0 ? undefined : faults.map(faultRecord),
  };
  return {
    unique_id: result.uniqueId,
    status: result.status,
    timing: [{ name: 'execute', started_at: startedAt.toISOString(), completed_at: completedAt.toISOString() }],
    thread_id: 'main',
    execution_time: seconds,
    adapter_response: Object.fromEntries(
      Object.entries(response).filter((entry): entry is [string, number | FaultRecord[]] => entry[1] !== undefined),
    ),
    message: result.faults[0]?.message ?? result.message ?? null,
    failures: result.failures ?? null,
    compiled: compiled !== undefined,
    compiled_code: compiled ?? null,
    relation_name: relation,
  };
}

/** The status of each node by unique id, from the content of a run_results.json: those of the last run that had results. */
export function statusesOf(artifact: unknown): Map<string, string> {
  const { results, args } = (artifact ?? {}) as Partial<RunResultsArtifact>;
  const before = args?.['statuses_before'];
  if (typeof before === 'object' && before !== null)
    return new Map(Object.entries(before).map(([id, status]) => [id, String(status)]));
  return new Map(
    (Array.isArray(results) ? results : []).map((entry: RunResultEntry) => [entry.unique_id, entry.status]),
  );
}
