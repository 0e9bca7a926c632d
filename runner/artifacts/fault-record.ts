import type { FaultCode, PlacedFault } from '../core/fault.ts';
import type { Location } from '../core/location.ts';

/** A point in a file as JSON has it. */
export interface PlaceRecord {
  path: string;
  line: number;
  column: number;
}

/** A fault as JSON has it, in the log and in artifacts. */
export interface FaultRecord {
  code: FaultCode;
  message: string;
  place: PlaceRecord | null;
  related: { message: string; place: PlaceRecord }[];
  hint: string | null;
}

export function faultRecord({ code, message, at, related, hint }: PlacedFault): FaultRecord {
  return {
    code,
    message,
    place: at === undefined ? null : placeRecord(at),
    related: related.map((other) => ({ message: other.message, place: placeRecord(other.at) })),
    hint: hint ?? null,
  };
}

function placeRecord({ path, line, column }: Location): PlaceRecord {
  return { path, line, column };
}
