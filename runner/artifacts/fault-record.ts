import type { PlacedFault } from '../core/fault.ts';
import type { Location } from '../core/location.ts';
import type { FaultRecord } from './log-event.ts';

/** A fault as it is written into the log and into artifacts. */
export function faultRecord({ code, message, at, related, hint }: PlacedFault): FaultRecord {
  return {
    code,
    message,
    place: at === undefined ? null : placeRecord(at),
    related: related.map((other) => ({ message: other.message, place: placeRecord(other.at) })),
    hint: hint ?? null,
  };
}

function placeRecord({ path, line, column }: Location): FaultRecord['related'][number]['place'] {
  return { path, line, column };
}
