import type { Fit } from './fitted.ts';

/** How COPY's `timeformat` counts times, and how many milliseconds one unit has. */
const epochs = {
  epochsecs: { unit: 'seconds', milliseconds: 1000 },
  epochmillisecs: { unit: 'milliseconds', milliseconds: 1 },
} as const;

const wholeNumber = /^[+-]?\d+$/;

// 2018-11-01, then perhaps a time of day, with or without seconds and their fraction, 20:57:10.796, and an offset from
// UTC: Z, +02, +0530 or +05:30 (AWS, "Using automatic recognition with DATEFORMAT and TIMEFORMAT").
const timestamp =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[ T](?<time>\d\d:\d\d)(?::(?<seconds>\d\d)(?<fraction>\.\d{1,6})?)?(?: ?(?:Z|(?<offset>[+-]\d\d(?::?\d\d)?)))?)?$/;

/** Years of four digits, which every engine writes alike. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** PostgreSQL takes no offset of more than 15:59 hours. */
const maxOffsetHours = 15;

/**
 * A time as it is written, such as `2018-11-01 20:57:10.796`. With an offset it is the same moment in UTC for a
 * timestamptz; a timestamp has no room for an offset that is not zero.
 */
export function fitTimestamp(text: string, kind: 'timestamp' | 'timestamptz'): Fit {
  const { day, time = '00:00', seconds = '00', fraction = '', offset } = timestamp.exec(text)?.groups ?? {};
  if (day === undefined || !isCalendarDay(day)) return { problem: 'is not a time such as 2018-11-01 20:57:10.796' };
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  if (hour > 23 || minute > 59 || Number(seconds) > 59) return { problem: 'is not a time of day' };
  const minutes = offset === undefined ? 0 : offsetMinutes(offset);
  if (minutes === undefined) return { problem: 'has an offset from UTC that does not exist' };
  if (minutes === 0) return { text: `${day} ${time}:${seconds}${fraction}` };
  if (kind === 'timestamp') return { problem: 'has an offset from UTC, which only a timestamptz column takes' };
  const moment = Date.parse(`${day}T${time}:${seconds}Z`) - minutes * 60_000;
  return inRange(moment) ? { text: `${dayAndTime(moment).slice(0, 19)}${fraction}` } : { problem: 'is out of range' };
}

/** A time that is counted from the beginning of 1970, UTC. */
export function fitEpoch(text: string, format: keyof typeof epochs): Fit {
  const { unit, milliseconds } = epochs[format];
  if (!wholeNumber.test(text)) return { problem: `is not a whole number of ${unit} since 1970` };
  const moment = Number(text) * milliseconds;
  return inRange(moment) ? { text: dayAndTime(moment) } : { problem: 'is out of range' };
}

/** Whether a text of the form 2018-11-01 is a day of the years 1 to 9999. */
export function isCalendarDay(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`);
  return !text.startsWith('0000') && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** `+05:30` as minutes; undefined for an offset that no place has. */
function offsetMinutes(offset: string): number | undefined {
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', ''));
  if (hours > maxOffsetHours || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (60 * hours + minutes);
}

function inRange(moment: number): boolean {
  return moment >= earliest && moment <= latest;
}

/** 2018-11-01 20:57:10.796 */
function dayAndTime(moment: number): string {
  return new Date(moment).toISOString().replace('T', ' ').replace('Z', '');
}
