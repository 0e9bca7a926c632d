/**
 * What each analysis must answer, row by row in order, worked out from raw events and from the independent count of the
 * tables by the plainest means: maps, sets and sorting, with no line of the SQL.
 */
import type { RawEvent, Tables } from './independent-count.ts';
import { compare } from './independent-count.ts';

type Value = string | number | boolean | null;
type Row = readonly Value[];
export type Answers = Readonly<Record<string, readonly Row[]>>;

interface Play {
  readonly start: number;
  readonly user: string;
  readonly level: string;
  readonly songId: string | null;
  readonly session: string;
  readonly item: number;
  readonly title: string;
  readonly artist: string;
  readonly seconds: number;
  readonly location: string | null;
  readonly agent: string | null;
}

interface Listener {
  readonly id: string;
  readonly name: readonly (string | null)[];
  readonly gender: string | null;
  readonly level: string | null;
  readonly registered: number | null;
}

interface CatalogueSong {
  readonly id: string;
  readonly decade: number | null;
}

interface Facts {
  readonly events: readonly RawEvent[];
  readonly plays: readonly Play[];
  readonly users: readonly Listener[];
  readonly songs: readonly CatalogueSong[];
  /** Metro, state name and region of a location. */
  readonly places: ReadonlyMap<string | null, readonly (string | null)[]>;
  /** Days from the first event to the last one, as their first millisecond. */
  readonly days: readonly number[];
}

const oneDay = 86_400_000;
const unknown = 'not known';

/** The answers for raw events that one run has loaded, and the tables that they make. */
export function answerIndependently(events: readonly RawEvent[], tables: Tables): Answers {
  const facts = factsOf(events, tables);
  return {
    plays_by_hour: playsByHour(facts),
    plays_by_weekday: playsByWeekday(facts),
    active_users: activeUsers(facts),
    sessions: sessions(facts),
    free_and_paid: freeAndPaid(facts),
    plays_by_region: playsByRegion(facts),
    plays_by_metro: playsByMetro(facts),
    plays_by_browser: playsByBrowser(facts),
    retention: retention(facts),
    upgrade_funnel: [[usersIn(events).size, ...funnel(events, 'Upgrade'), ...funnel(events, 'Downgrade')]],
    gone_quiet: goneQuiet(facts),
    top_songs: topSongs(facts),
    top_artists: topArtists(facts),
    movers: movers(facts),
    concentration: concentration(facts),
    repeat_listens: repeatListens(facts),
    release_decades: releaseDecades(facts),
    never_played: neverPlayed(facts),
    match_rate: matchRate(facts),
    rows_a_day: rowsADay(facts),
  };
}

function factsOf(events: readonly RawEvent[], tables: Tables): Facts {
  const rows = (name: string) => tables[name] ?? [];
  const times = events.map(({ ts }) => ts).toSorted((a, b) => a - b);
  const [first = 0, last = -oneDay] = [times[0], times.at(-1)];
  const days: number[] = [];
  for (let day = startOfDay(first); day <= last; day += oneDay) days.push(day);
  return {
    events,
    plays: rows('songplays').map(
      ([, start, user, level, songId, , session, item, title, artist, seconds, location, agent]) => ({
        start: moment(start ?? ''),
        user: user ?? '',
        level: level ?? '',
        songId: songId ?? null,
        session: session ?? '',
        item: Number(item),
        title: title ?? '',
        artist: artist ?? '',
        seconds: Number(seconds),
        location: location ?? null,
        agent: agent ?? null,
      }),
    ),
    users: rows('users').map(([id, first_, last_, gender, level, registered]) => ({
      id: id ?? '',
      name: [first_ ?? null, last_ ?? null],
      gender: gender ?? null,
      level: level ?? null,
      registered: typeof registered === 'string' ? moment(registered) : null,
    })),
    songs: rows('songs').map(([id, , , year]) => ({
      id: id ?? '',
      decade: typeof year === 'string' ? Number(`${year.slice(0, -1)}0`) : null,
    })),
    places: new Map(
      rows('places').map(([location, metro, , , state, region]) => [
        location ?? null,
        [metro ?? null, state ?? null, region ?? null],
      ]),
    ),
    days: events.length === 0 ? [] : days,
  };
}

function playsByHour({ plays }: Facts): Row[] {
  const hours = grouped(plays, ({ start }) => new Date(start).getUTCHours());
  return ordered(
    hours.map(([hour, own]) => [hour, own.length, listeners(own)]),
    [0],
  );
}

function playsByWeekday({ plays, days }: Facts): Row[] {
  const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  return names.flatMap((name, weekday): Row[] => {
    const own = days.filter((day) => new Date(day).getUTCDay() === weekday);
    const played = own.map((day) => plays.filter(({ start }) => startOfDay(start) === day));
    const total = played.flat().length;
    const seen = sum(played.map(listeners));
    if (own.length === 0) return [];
    return [[weekday, name, own.length, total, ratio(total, own.length), ratio(seen, own.length), ratio(total, seen)]];
  });
}

function activeUsers({ plays, days }: Facts): Row[] {
  return days.map((day) => {
    const week = startOfWeek(day);
    const daily = listeners(plays.filter(({ start }) => startOfDay(start) === day));
    const weekly = listeners(plays.filter(({ start }) => startOfWeek(start) === week));
    if (!isComplete(week, days)) return [dateOf(day), dateOf(week), daily, null, null];
    return [dateOf(day), dateOf(week), daily, weekly, ratio(daily, weekly, 2)];
  });
}

function sessions({ plays }: Facts): Row[] {
  const all = grouped(plays, ({ session }) => session).map(([, own]) => {
    const sorted = own.toSorted((a, b) => a.start - b.start || a.item - b.item);
    const [first, last] = [sorted[0], sorted.at(-1)];
    const seconds = ((last?.start ?? 0) - (first?.start ?? 0)) / 1000 + (last?.seconds ?? 0);
    const levels = new Set(own.map(({ level }) => level));
    return { level: levels.size > 1 ? 'changed' : (first?.level ?? ''), count: own.length, minutes: seconds / 60 };
  });
  const rows = grouped(all, ({ level }) => level).map(([level, own]): Row => {
    const counts = own.map(({ count }) => count);
    const minutes = sum(own.map((session) => session.minutes));
    return [level, own.length, ratio(sum(counts), own.length), ratio(minutes, own.length), Math.max(...counts)];
  });
  return ordered(rows, [0]);
}

function freeAndPaid({ plays }: Facts): Row[] {
  const rows = grouped(plays, ({ level }) => level).map(([level, own]): Row => {
    const heard = listeners(own);
    return [level, own.length, heard, ratio(own.length, heard), percent(own.length, plays.length)];
  });
  return ordered(rows, [0]);
}

function playsByRegion({ plays, users, places }: Facts): Row[] {
  const genders = new Map(users.map(({ id, gender }) => [id, gender]));
  const rows = grouped(plays, ({ location, user }) =>
    JSON.stringify([places.get(location)?.[2] ?? unknown, genders.get(user) ?? unknown]),
  ).map(([key, own]): Row => [...texts(key), own.length, listeners(own)]);
  return ordered(rows, [-2, 0, 1]);
}

function playsByMetro({ plays, places }: Facts): Row[] {
  const rows = grouped(plays, ({ location }) => {
    const [metro, state] = places.get(location) ?? [];
    return JSON.stringify([metro ?? unknown, state ?? unknown]);
  }).map(([key, own]): Row => [...texts(key), own.length, listeners(own), percent(own.length, plays.length)]);
  return ordered(rows, [-2, 0, 1]).slice(0, 15);
}

function browserOf(agent: string | null): string {
  if (agent === null) return unknown;
  const marks = [
    ['Firefox/', 'Firefox'],
    ['MSIE', 'Internet Explorer'],
    ['Trident/', 'Internet Explorer'],
    ['Chrome/', 'Chrome'],
    ['iPhone', 'Safari on iOS'],
    ['iPad', 'Safari on iOS'],
    ['Safari/', 'Safari'],
  ] as const;
  return marks.find(([mark]) => agent.includes(mark))?.[1] ?? 'another';
}

function playsByBrowser({ plays }: Facts): Row[] {
  const rows = grouped(plays, ({ agent }) => browserOf(agent)).map(([browser, own]): Row => [
    browser,
    own.length,
    listeners(own),
    percent(own.length, plays.length),
  ]);
  return ordered(rows, [-1, 0]);
}

function retention({ plays, users, days }: Facts): Row[] {
  const known = users.flatMap(({ id, registered }) => (registered === null ? [] : [{ id, registered }]));
  const weeks = [...new Set(days.map(startOfWeek))];
  const rows = grouped(known, ({ registered }) => startOfWeek(registered)).flatMap(([cohort, own]) => {
    const members = new Set(own.map(({ id }) => id));
    return weeks
      .filter((week) => week >= cohort)
      .map((week): Row => {
        const active = listeners(plays.filter(({ user, start }) => members.has(user) && startOfWeek(start) === week));
        const joined = cohort <= (days[0] ?? 0) ? 'before or at the start of the log' : 'during the log';
        const later = (week - cohort) / (7 * oneDay);
        const share = percent(active, members.size);
        return [dateOf(cohort), joined, later, members.size, active, share, isComplete(week, days)];
      });
  });
  return ordered(rows, [0, 2]);
}

function usersIn(events: readonly RawEvent[]): Set<string> {
  return new Set(events.map(({ userId }) => userId).filter((id) => id !== ''));
}

function funnel(events: readonly RawEvent[], change: string): Row {
  let [saw, changed, unseen] = [0, 0, 0];
  for (const user of usersIn(events)) {
    const own = events.filter(({ userId }) => userId === user);
    const views = own.filter(({ page }) => page === change);
    const submits = own.filter(({ page }) => page === `Submit ${change}`);
    const isSeen = submits.some(({ ts }) => views.some((view) => view.ts <= ts));
    if (views.length > 0) saw += 1;
    if (isSeen) changed += 1;
    else if (submits.length > 0) unseen += 1;
  }
  return [saw, changed, percent(changed, saw), unseen];
}

function goneQuiet({ events, plays, users, days }: Facts): Row[] {
  const average = plays.length / listeners(plays);
  const rows = users.flatMap(({ id, name, level }): Row[] => {
    const count = plays.filter(({ user }) => user === id).length;
    const last = Math.max(...events.filter(({ userId }) => userId === id).map(({ ts }) => startOfDay(ts)));
    const quiet = ((days.at(-1) ?? 0) - last) / oneDay;
    if (count === 0 || count < average || quiet < 7) return [];
    return [[id, ...name, level, count, dateOf(last), quiet]];
  });
  return ordered(rows, [-4, 0]).slice(0, 20);
}

function bySong(plays: readonly Play[]): [Value[], Play[]][] {
  return grouped(plays, ({ title, artist }) => JSON.stringify([title, artist])).map(([key, own]) => [texts(key), own]);
}

function topSongs({ plays }: Facts): Row[] {
  const rows = bySong(plays).map(([song, own]): Row => {
    const ids = own.flatMap(({ songId }) => (songId === null ? [] : [songId])).sort(compare);
    return [...song, ids.at(-1) ?? null, own.length, listeners(own)];
  });
  return ordered(rows, [-3, 0, 1]).slice(0, 20);
}

function topArtists({ plays }: Facts): Row[] {
  const rows = grouped(plays, ({ artist }) => artist).map(([artist, own]): Row => {
    const songs = new Set(own.map(({ title }) => title)).size;
    return [artist, own.length, songs, listeners(own), percent(own.length, plays.length, 2)];
  });
  return ordered(rows, [-1, 0]).slice(0, 20);
}

function movers({ plays, days }: Facts): Row[] {
  const complete = [...new Set(days.map(startOfWeek))].filter((week) => isComplete(week, days));
  const [before, week] = complete.slice(-2);
  if (before === undefined || week === undefined) return [];
  const rows = bySong(plays).flatMap(([song, own]): Row[] => {
    const [then, now] = [before, week].map((of) => own.filter(({ start }) => startOfWeek(start) === of).length);
    const change = (now ?? 0) - (then ?? 0);
    return change > 0 ? [[dateOf(week), ...song, then ?? 0, now ?? 0, change]] : [];
  });
  return ordered(rows, [-5, 1, 2]).slice(0, 15);
}

function concentration({ plays }: Facts): Row[] {
  const songs = ordered(
    bySong(plays).map(([song, own]) => [...song, own.length]),
    [-2, 0, 1],
  ).map((row) => Number(row[2]));
  const [size, larger] = [Math.floor(songs.length / 10), songs.length % 10];
  return Array.from({ length: 10 }, (_, i): Row => {
    const from = i * size + Math.min(i, larger);
    const own = songs.slice(from, from + size + (i < larger ? 1 : 0));
    return [i + 1, own.length, sum(own), percent(sum(own), plays.length)];
  }).filter(([, count]) => count !== 0);
}

function repeatListens({ plays }: Facts): Row[] {
  const rows = bySong(plays).flatMap(([song, own]): Row[] => {
    const each = grouped(own, ({ user }) => user).map(([, heard]) => heard.length);
    if (each.length < 3) return [];
    return [[...song, each.length, own.length, ratio(own.length, each.length, 2), Math.max(...each)]];
  });
  return ordered(rows, [-4, -3, 0, 1]).slice(0, 15);
}

function releaseDecades({ plays, songs }: Facts): Row[] {
  const decades = new Map(songs.map(({ id, decade }) => [id, decade]));
  const dated = plays.flatMap(({ songId }) => {
    const decade = songId === null ? null : (decades.get(songId) ?? null);
    return decade === null ? [] : [{ decade, songId }];
  });
  const rows = grouped(dated, ({ decade }) => decade).map(([decade, own]): Row => {
    const heard = new Set(own.map(({ songId }) => songId)).size;
    const share = percent(own.length, dated.length);
    return [decade, own.length, heard, share, dated.length, plays.length, percent(dated.length, plays.length)];
  });
  return ordered(rows, [0]);
}

function neverPlayed({ plays, songs }: Facts): Row[] {
  const played = new Set(plays.map(({ songId }) => songId));
  const rows = grouped(songs, ({ decade }) => String(decade ?? unknown)).map(([decade, own]): Row => {
    const silent = own.filter(({ id }) => !played.has(id)).length;
    return [decade, own.length, silent, percent(silent, own.length)];
  });
  return ordered(rows, [0]);
}

function matchRate({ plays, days }: Facts): Row[] {
  return days.map((day) => {
    const own = plays.filter(({ start }) => startOfDay(start) === day);
    const matched = own.filter(({ songId }) => songId !== null).length;
    return [dateOf(day), own.length, matched, percent(matched, own.length)];
  });
}

function rowsADay({ events, days }: Facts): Row[] {
  return days.map((day) => {
    const own = events.filter(({ ts }) => startOfDay(ts) === day);
    const played = own.filter(({ page }) => page === 'NextSong').length;
    const loggedOut = own.filter(({ userId }) => userId === '').length;
    const open = new Set(own.map(({ sessionId }) => sessionId)).size;
    return [dateOf(day), own.length, played, loggedOut, open, own.length === 0 ? null : 1];
  });
}

function startOfDay(at: number): number {
  return Math.floor(at / oneDay) * oneDay;
}

/** 1970 began on a Thursday, so that its first Monday is the fifth of January. */
function startOfWeek(at: number): number {
  const monday = 4 * oneDay;
  return Math.floor((at - monday) / (7 * oneDay)) * 7 * oneDay + monday;
}

function isComplete(week: number, days: readonly number[]): boolean {
  return days.includes(week) && days.includes(week + 6 * oneDay);
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function moment(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}

function listeners(plays: readonly Play[]): number {
  return new Set(plays.map(({ user }) => user)).size;
}

function grouped<T, K>(rows: readonly T[], keyOf: (row: T) => K): [K, T[]][] {
  const found = new Map<K, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const own = found.get(key);
    if (own === undefined) found.set(key, [row]);
    else own.push(row);
  }
  return [...found];
}

/** Sorted by these columns; -2 is the column 2, descending. */
function ordered(rows: readonly Row[], columns: readonly number[]): Row[] {
  return rows.toSorted((a, b) => {
    for (const column of columns) {
      const found = compareValues(a[Math.abs(column)], b[Math.abs(column)]) * (column < 0 ? -1 : 1);
      if (found !== 0) return found;
    }
    return 0;
  });
}

function compareValues(a: Value | undefined, b: Value | undefined): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b));
}

function texts(key: string): string[] {
  const parsed: unknown = JSON.parse(key);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((so, number) => so + number, 0);
}

/** Half a unit of the last digit is rounded up, as in SQL. */
function ratio(part: number, whole: number, digits = 1): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10 ** digits + 1e-9) / 10 ** digits;
}

function percent(part: number, whole: number, digits = 1): number | null {
  return ratio(100 * part, whole, digits);
}
