/**
 * What the tables of the warehouse must hold, worked out from the raw files by the plainest means: JSON.parse, maps and
 * sorting, with no line of the runner or of its SQL. Values are text as DuckDB prints them, null where there is none.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

type Row = readonly (string | null)[];
export type Tables = Readonly<Record<string, readonly Row[]>>;

export interface RawEvent {
  readonly artist: string | null;
  readonly firstName: string | null;
  readonly gender: string | null;
  readonly itemInSession: number;
  readonly lastName: string | null;
  readonly length: number | null;
  readonly level: string;
  readonly location: string | null;
  readonly page: string;
  readonly registration: number | null;
  readonly sessionId: number;
  readonly song: string | null;
  readonly ts: number;
  readonly userAgent: string | null;
  readonly userId: string;
}

interface RawSong {
  readonly artist_id: string;
  readonly artist_latitude: number | null;
  readonly artist_longitude: number | null;
  readonly artist_location: string | number;
  readonly artist_name: string | number;
  readonly song_id: string;
  readonly title: string;
  readonly duration: number;
  readonly year: number;
}

/** The events in the raw files below `root`. */
export function rawEvents(root: string): RawEvent[] {
  return rawObjects(join(root, 'log_data')) as RawEvent[];
}

/** The published tables as they must be for the raw files below `root`; states come from the project's own CSV file. */
export function countIndependently(root: string, statesCsv: string): Tables {
  const events = rawEvents(root);
  const songs = rawObjects(join(root, 'song_data')) as RawSong[];
  const plays = events.filter((event) => event.page === 'NextSong');
  const songplays = plays.map((play) => songplay(play, bestMatch(play, takesOf(songs))));
  return {
    songplays,
    users: users(events),
    user_levels: userLevels(events),
    songs: uniqueSongs(songs),
    artists: artists(songs),
    time: [...new Set(plays.map((play) => play.ts))].map(timeRow),
    places: places(plays, statesCsv),
  };
}

/** Every JSON object in the files below a folder: one a line, pretty printed, or several after another. */
export function rawObjects(folder: string): unknown[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !basename(name).startsWith('.'))
    .flatMap((name) => objectsIn(readFileSync(join(folder, name), 'utf8')));
}

function objectsIn(text: string): unknown[] {
  const found: unknown[] = [];
  let pending = '';
  for (const line of text.split('\n')) {
    pending += `${line}\n`;
    if (!line.trimEnd().endsWith('}')) continue;
    found.push(JSON.parse(pending));
    pending = '';
  }
  if (pending.trim() !== '') throw new Error(`left over: ${pending.slice(0, 100)}`);
  return found;
}

/** UTF-8 read as Latin-1, twice: read it back as often as it can be. */
function repaired(text: string | null): string | null {
  if (text === null) return null;
  const back = (garbled: string): string | undefined => {
    // oxlint-disable-next-line no-control-regex
    if (!/^[\u0000-\u00ff]*$/.test(garbled)) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(garbled, 'latin1'));
    } catch {
      return undefined;
    }
  };
  const once = back(text);
  return (once === undefined ? undefined : back(once)) ?? text;
}

type Takes = ReadonlyMap<string, readonly RawSong[]>;

const takesBySongs = new WeakMap<readonly RawSong[], Takes>();

function takesOf(songs: readonly RawSong[]): Takes {
  const known = takesBySongs.get(songs);
  if (known !== undefined) return known;
  const takes = new Map<string, RawSong[]>();
  for (const song of songs) {
    const key = `${song.title}\n${song.artist_name}`;
    takes.set(key, [...(takes.get(key) ?? []), song]);
  }
  takesBySongs.set(songs, takes);
  return takes;
}

/** Title and artist agree; of several, the nearest duration; of those still equal, the first id. */
function bestMatch(play: RawEvent, takes: Takes): RawSong | undefined {
  const candidates = takes.get(`${repaired(play.song)}\n${repaired(play.artist)}`) ?? [];
  const distance = (song: RawSong): number => Math.abs(song.duration - (play.length ?? 0));
  return candidates.toSorted(
    (a, b) => distance(a) - distance(b) || compare(a.song_id, b.song_id) || compare(a.artist_id, b.artist_id),
  )[0];
}

function songplay(play: RawEvent, match: RawSong | undefined): Row {
  return [
    `${play.sessionId}-${play.itemInSession}`,
    time(play.ts),
    play.userId,
    play.level,
    match?.song_id ?? null,
    match?.artist_id ?? null,
    String(play.sessionId),
    String(play.itemInSession),
    repaired(play.song),
    repaired(play.artist),
    play.length === null ? null : String(play.length),
    play.location,
    play.userAgent?.replace(/^"(.*)"$/s, '$1') ?? null,
  ];
}

function byUser(events: readonly RawEvent[]): Map<string, RawEvent[]> {
  const found = new Map<string, RawEvent[]>();
  for (const event of events)
    if (event.userId !== '') found.set(event.userId, [...(found.get(event.userId) ?? []), event]);
  for (const own of found.values())
    own.sort((a, b) => a.ts - b.ts || a.itemInSession - b.itemInSession || a.sessionId - b.sessionId);
  return found;
}

function users(events: readonly RawEvent[]): Row[] {
  return [...byUser(events)].map(([userId, own]) => {
    const last = own.at(-1);
    const registered = last?.registration ?? null;
    const isPossible = registered !== null && registered >= Date.UTC(2000, 0) && registered < Date.UTC(2100, 0);
    return [
      userId,
      last?.firstName ?? null,
      last?.lastName ?? null,
      last?.gender ?? null,
      last?.level ?? null,
      isPossible ? time(registered) : null,
    ];
  });
}

function userLevels(events: readonly RawEvent[]): Row[] {
  return [...byUser(events)].flatMap(([userId, own]) => {
    // Of the events of one millisecond the last one counts.
    const observed = own.filter((event, i) => own[i + 1]?.ts !== event.ts);
    const changes = observed.filter((event, i) => observed[i - 1]?.level !== event.level);
    return changes.map((event, i): Row => {
      const next = changes[i + 1];
      return [userId, event.level, time(event.ts), next === undefined ? null : time(next.ts)];
    });
  });
}

function uniqueSongs(songs: readonly RawSong[]): Row[] {
  const sorted = songs.toSorted(
    (a, b) =>
      compare(a.title, b.title) || compare(a.artist_id, b.artist_id) || a.duration - b.duration || b.year - a.year,
  );
  const first = new Map<string, RawSong>();
  for (const song of sorted) if (!first.has(song.song_id)) first.set(song.song_id, song);
  return [...first.values()].map((song) => [
    song.song_id,
    song.title,
    song.artist_id,
    song.year === 0 ? null : String(song.year),
    String(song.duration),
  ]);
}

function artists(songs: readonly RawSong[]): Row[] {
  const byArtist = new Map<string, RawSong[]>();
  for (const song of songs) byArtist.set(song.artist_id, [...(byArtist.get(song.artist_id) ?? []), song]);
  return [...byArtist].map(([id, own]) => {
    const names = new Map<string, number>();
    for (const song of own) names.set(String(song.artist_name), (names.get(String(song.artist_name)) ?? 0) + 1);
    const [name = ''] =
      [...names].toSorted(([a, m], [b, n]) => n - m || [...a].length - [...b].length || compare(a, b))[0] ?? [];
    const place = own.toSorted(
      (a, b) =>
        unknowns(a) - unknowns(b) ||
        compare(a.song_id, b.song_id) ||
        compare(String(a.artist_location), String(b.artist_location)),
    )[0];
    const {
      artist_location: location = '',
      artist_latitude: latitude = null,
      artist_longitude: longitude = null,
    } = place ?? {};
    return [
      id,
      name,
      location === '' ? null : String(location),
      latitude === null ? null : String(latitude),
      longitude === null ? null : String(longitude),
    ];
  });
}

/** Coordinates weigh more than the name of the place. */
function unknowns(song: RawSong): number {
  return (
    (song.artist_latitude === null || song.artist_longitude === null ? 2 : 0) + (song.artist_location === '' ? 1 : 0)
  );
}

function timeRow(ts: number): Row {
  const at = new Date(ts);
  return [
    time(ts),
    at.getUTCHours(),
    at.getUTCDate(),
    isoWeek(at),
    at.getUTCMonth() + 1,
    at.getUTCFullYear(),
    at.getUTCDay(),
  ].map(String);
}

/** The week that holds the Thursday of the same week is counted from the year that the Thursday is in. */
function isoWeek(at: Date): number {
  const thursday = new Date(
    Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 4 - (at.getUTCDay() || 7)),
  );
  return Math.ceil(((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7);
}

function places(plays: readonly RawEvent[], statesCsv: string): Row[] {
  const states = new Map(
    readFileSync(statesCsv, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => [line.slice(0, 2), line.split(',').slice(1)]),
  );
  const locations = new Set(plays.map((play) => play.location).filter((location) => location !== null));
  return [...locations].map((location) => {
    const [metro = '', inStates = ''] = location.split(', ');
    const [state = ''] = inStates.split('-');
    const [name = null, region = null, division = null] = states.get(state) ?? [];
    return [location, metro, inStates, state, name, region, division];
  });
}

function time(ts: number): string {
  return new Date(ts)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '')
    .replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))
    .replace(/(\.\d*?)0+$/, '$1');
}

export function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
