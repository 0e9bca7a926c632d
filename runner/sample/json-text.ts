import type { Song } from './catalogue.ts';
import type { AppEvent } from './events.ts';

/** The fields of an event in the order of the real logs, and of log_json_path.json. */
export const eventFields = [
  'artist',
  'auth',
  'firstName',
  'gender',
  'itemInSession',
  'lastName',
  'length',
  'level',
  'location',
  'method',
  'page',
  'registration',
  'sessionId',
  'song',
  'status',
  'ts',
  'userAgent',
  'userId',
] as const;

/** An event as a line of the logs. Numbers are written as those logs write them, slashes escaped. */
export function eventText(event: AppEvent): string {
  const { person, played } = event;
  const values: Record<(typeof eventFields)[number], string> = {
    artist: text(played?.artist),
    auth: text(event.auth),
    firstName: text(person?.firstName),
    gender: text(person?.gender),
    itemInSession: String(event.itemInSession),
    lastName: text(person?.lastName),
    length: played === undefined ? 'null' : String(played.length),
    level: text(event.level),
    location: text(person?.location),
    method: text(event.method),
    page: text(event.page),
    registration: person?.registration ?? 'null',
    sessionId: String(event.sessionId),
    song: text(played?.song),
    status: String(event.status),
    ts: String(event.ts),
    userAgent: text(person?.userAgent),
    userId: text(person?.userId ?? ''),
  };
  return `{${eventFields.map((field) => `"${field}":${values[field]}`).join(',')}}`;
}

/** A song as a file of the catalogue has it. Text that is a number stands without quotes, as in the real files. */
export function songText({ songId, title, duration, year, artist }: Song, pretty: boolean): string {
  const values = {
    num_songs: 1,
    artist_id: artist.id,
    artist_latitude: artist.coordinates?.[0] ?? null,
    artist_longitude: artist.coordinates?.[1] ?? null,
    artist_location: bare(artist.location),
    artist_name: bare(artist.name),
    song_id: songId,
    title,
    duration,
    year,
  };
  return pretty ? JSON.stringify(values, undefined, 2) : JSON.stringify(values);
}

function text(value: string | undefined): string {
  return value === undefined ? 'null' : JSON.stringify(value).replaceAll('/', '\\/');
}

function bare(value: string): string | number {
  return /^[1-9]\d*$/.test(value) ? Number(value) : value;
}
