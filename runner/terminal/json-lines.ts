import { faultRecord } from '../artifacts/fault-record.ts';
import type { LogEvent } from '../artifacts/log-event.ts';
import type { FaultPlacer } from '../config/place.ts';
import type { PlacedFault } from '../core/fault.ts';
import type { PlannedNode, PublishedChange, Report, RunEvent } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
import { printableJson } from './printable.ts';

/**
 * Writes a run as one JSON object a line, in the schema of `artifacts/log-event.ts`. `place` gives faults their lines and
 * columns.
 */
export function jsonReport(
  write: (line: string) => void,
  now: () => Date,
  withStatements: boolean,
  place: FaultPlacer,
): Report {
  return (event) => {
    if (event.type === 'statement' && !withStatements) return;
    write(printableJson(JSON.stringify(logEvent(event, now().toISOString(), place))));
  };
}

/** A fault that belongs to no run, such as a misspelt selector, as a line of its own. */
export function jsonFault(fault: PlacedFault, now: () => Date): string {
  const event: LogEvent = { time: now().toISOString(), event: 'fault', fault: faultRecord(fault) };
  return printableJson(JSON.stringify(event));
}

function logEvent(event: RunEvent, time: string, place: FaultPlacer): LogEvent {
  switch (event.type) {
    case 'run started':
      return {
        time,
        event: 'run_started',
        run_id: event.run,
        command: event.command,
        target: event.target,
        threads: event.threads,
        nodes: event.nodes.map(logNode),
      };
    case 'waiting':
      return { time, event: 'waiting', holder: event.holder };
    case 'phase':
      return { time, event: 'phase', phase: event.phase };
    case 'swept':
      return { time, event: 'swept', relations: event.relations };
    case 'node started':
      return { time, event: 'node_started', node: logNode(event.node) };
    case 'load progress':
      return {
        time,
        event: 'load_progress',
        unique_id: event.uniqueId,
        files: event.files,
        of_files: event.ofFiles,
        bytes: event.bytes,
        of_bytes: event.ofBytes,
      };
    case 'node finished':
      return { time, event: 'node_finished', node: logNode(event.node), result: logResult(event.result, place) };
    case 'statement':
      return { time, event: 'statement', unique_id: event.uniqueId ?? null, sql: event.sql };
    case 'retry':
      return {
        time,
        event: 'retry',
        unique_id: event.uniqueId ?? null,
        attempt: event.attempt,
        of_attempts: event.ofAttempts,
        reason: event.reason,
      };
    case 'note':
      return { time, event: 'note', unique_id: event.uniqueId ?? null, message: event.message };
    case 'published':
      return { time, event: 'published', seconds: event.seconds, relations: event.nodes.map(logChange) };
    case 'run finished':
      return {
        time,
        event: 'run_finished',
        run_id: event.run,
        outcome: event.outcome,
        seconds: event.seconds,
        results: event.results.map((result) => ({ unique_id: result.uniqueId, status: result.status })),
        stale: [...event.stale],
        faults: event.faults.map((fault) => faultRecord(place(fault))),
      };
  }
}

function logNode({ uniqueId, name, resourceType, materialized }: PlannedNode): {
  unique_id: string;
  name: string;
  resource_type: PlannedNode['resourceType'];
  materialized: string;
} {
  return { unique_id: uniqueId, name, resource_type: resourceType, materialized };
}

function logResult(result: RunResult, place: FaultPlacer): Extract<LogEvent, { event: 'node_finished' }>['result'] {
  return {
    status: result.status,
    seconds: result.seconds,
    rows: result.rows ?? null,
    added: result.changes?.added ?? null,
    changed: result.changes?.changed ?? null,
    removed: result.changes?.removed ?? null,
    rejected: result.rejected ?? null,
    failures: result.failures ?? null,
    message: result.message ?? null,
    faults: result.faults.map((fault) => faultRecord(place(fault))),
  };
}

function logChange({
  uniqueId,
  relation,
  how,
  changes,
}: PublishedChange): Extract<LogEvent, { event: 'published' }>['relations'][number] {
  return {
    unique_id: uniqueId,
    relation,
    how,
    added: changes?.added ?? null,
    changed: changes?.changed ?? null,
    removed: changes?.removed ?? null,
  };
}
