import * as z from 'zod';
import { faultCodes } from '../core/fault.ts';
import type { FaultCode } from '../core/fault.ts';
import { resourceTypes } from '../core/node.ts';
import { outcomes, phases, publishings } from '../core/run-event.ts';
import { statuses } from '../core/run-result.ts';

/** The lines of `--log-format json`: one object each, told apart by `event`. Keys are added to it, never renamed. */
const time = z.iso.datetime().describe('when it happened, UTC');
const uniqueId = z.string().describe('such as model.sparkify.songplays');
const rows = z.int().nonnegative().nullable();
const seconds = z.number().nonnegative();

const place = z.object({
  path: z.string(),
  line: z.int().describe('from 1'),
  column: z.int().describe('from 1, in UTF-16 code units'),
});

/** A fault as JSON has it, in the log and in artifacts. */
export type FaultRecord = z.infer<typeof fault>;

const fault = z.object({
  code: z.enum(Object.keys(faultCodes) as [FaultCode, ...FaultCode[]]),
  message: z.string(),
  place: place.nullable(),
  related: z
    .array(z.object({ message: z.string(), place }))
    .describe('other places that belong to it, such as the raw row that a test found'),
  hint: z.string().nullable(),
});

const node = z.object({
  unique_id: uniqueId,
  name: z.string(),
  resource_type: z.enum(resourceTypes),
  materialized: z.string(),
});

const result = z.object({
  status: z.enum(statuses),
  seconds,
  rows: rows.describe('rows of the table, or of what was added to it'),
  added: rows,
  changed: rows,
  removed: rows,
  rejected: rows.describe('raw rows that did not fit and were put aside'),
  failures: rows.describe('of a test: the rows it found'),
  message: z.string().nullable(),
  faults: z.array(fault),
});

const change = z.object({
  unique_id: uniqueId,
  relation: z.string(),
  how: z.enum(publishings),
  added: rows,
  changed: rows,
  removed: rows,
});

export const logEventSchema = z.discriminatedUnion('event', [
  z.object({
    time,
    event: z.literal('run_started'),
    run_id: z.string(),
    command: z.string(),
    target: z.string(),
    threads: z.int(),
    nodes: z.array(node),
  }),
  z.object({ time, event: z.literal('waiting'), holder: z.string().describe('who has the database') }),
  z.object({ time, event: z.literal('phase'), phase: z.enum(phases) }),
  z.object({ time, event: z.literal('swept'), relations: z.int().describe('relations that a killed run had left') }),
  z.object({ time, event: z.literal('node_started'), node }),
  z.object({
    time,
    event: z.literal('load_progress'),
    unique_id: uniqueId,
    files: z.int(),
    of_files: z.int(),
    bytes: z.int(),
    of_bytes: z.int(),
  }),
  z.object({ time, event: z.literal('node_finished'), node, result }),
  z
    .object({ time, event: z.literal('statement'), unique_id: uniqueId.nullable(), sql: z.string() })
    .describe('with --log-level debug'),
  z
    .object({
      time,
      event: z.literal('retry'),
      unique_id: uniqueId.nullable(),
      attempt: z.int(),
      of_attempts: z.int(),
      reason: z.string(),
    })
    .describe('what failed may have passed: all that belongs to it is done anew'),
  z.object({ time, event: z.literal('note'), unique_id: uniqueId.nullable(), message: z.string() }),
  z.object({ time, event: z.literal('published'), seconds, relations: z.array(change) }),
  z.object({
    time,
    event: z.literal('run_finished'),
    run_id: z.string(),
    outcome: z.enum(outcomes),
    seconds,
    results: z.array(z.object({ unique_id: uniqueId, status: result.shape.status })),
    stale: z.array(z.string()).describe('published tables that are now older than what they read'),
    faults: z.array(fault),
  }),
  z.object({ time, event: z.literal('fault'), fault }).describe('the command could not run'),
]);

export type LogEvent = z.infer<typeof logEventSchema>;
