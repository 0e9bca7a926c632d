import type { Song } from './catalogue.ts';
import type { AppEvent } from './events.ts';

/** What a warehouse built of the sample must say, counted while the sample is made. */
export interface Answers {
  readonly events: number;
  readonly plays: number;
  readonly matched_plays: number;
  readonly play_times: number;
  /** The sum of `ts` of all events, as text: it passes 2^53. */
  readonly sum_of_ts: string;
  readonly users: number;
  readonly users_by_level: Readonly<Record<string, number>>;
  readonly user_levels: number;
  readonly songs: number;
  readonly artists: number;
  readonly plays_by_level: Readonly<Record<string, number>>;
  readonly plays_by_hour: Readonly<Record<string, number>>;
  /** 0 is Sunday. */
  readonly plays_by_weekday: Readonly<Record<string, number>>;
  readonly top_songs: readonly { readonly title: string; readonly artist: string; readonly plays: number }[];
}

/** A user's level through time. Of events in the same millisecond the last one counts. */
interface LevelHistory {
  ts: number;
  item: number;
  session: number;
  level: string;
  /** The level before that millisecond, and the number of changes up to then. */
  before: string | undefined;
  changes: number;
}

/** Counts the answers as events go by, in the order of time. */
export class AnswerCounter {
  readonly #songs: readonly Song[];
  readonly #takes = new Map<string, Song[]>();
  readonly #levels = new Map<string, LevelHistory>();
  readonly #titles = new Map<string, number>();
  readonly #byLevel: Record<string, number> = {};
  readonly #byHour: Record<string, number> = {};
  readonly #byWeekday: Record<string, number> = {};
  #events = 0;
  #plays = 0;
  #matched = 0;
  #times = 0;
  #sumOfTs = 0n;
  #lastPlay = -1;

  constructor(songs: readonly Song[]) {
    this.#songs = songs;
    for (const song of songs) {
      const key = titleKey(song.title, song.artist.name);
      this.#takes.set(key, [...(this.#takes.get(key) ?? []), song]);
    }
  }

  count(event: AppEvent): void {
    this.#events++;
    this.#sumOfTs += BigInt(event.ts);
    if (event.person !== undefined) this.#countLevel(event, event.person.userId);
    if (event.played === undefined) return;
    const { title, name } = event.played;
    const time = new Date(event.ts);
    this.#plays++;
    if (this.#takes.has(titleKey(title, name))) this.#matched++;
    if (event.ts !== this.#lastPlay) this.#times++;
    this.#lastPlay = event.ts;
    increase(this.#byLevel, event.level);
    increase(this.#byHour, String(time.getUTCHours()));
    increase(this.#byWeekday, String(time.getUTCDay()));
    this.#titles.set(titleKey(title, name), (this.#titles.get(titleKey(title, name)) ?? 0) + 1);
  }

  answers(): Answers {
    const usersByLevel: Record<string, number> = {};
    let levels = 0;
    for (const { level, before, changes } of this.#levels.values()) {
      increase(usersByLevel, level);
      levels += changes + (level === before ? 0 : 1);
    }
    return {
      events: this.#events,
      plays: this.#plays,
      matched_plays: this.#matched,
      play_times: this.#times,
      sum_of_ts: String(this.#sumOfTs),
      users: this.#levels.size,
      users_by_level: usersByLevel,
      user_levels: levels,
      songs: this.#songs.length,
      artists: new Set(this.#songs.map((song) => song.artist.id)).size,
      plays_by_level: this.#byLevel,
      plays_by_hour: this.#byHour,
      plays_by_weekday: this.#byWeekday,
      top_songs: [...this.#titles]
        .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
        .slice(0, 10)
        .map(([key, plays]) => {
          const [title = '', artist = ''] = key.split('\n');
          return { title, artist, plays };
        }),
    };
  }

  #countLevel({ ts, itemInSession: item, sessionId: session, level }: AppEvent, user: string): void {
    const known = this.#levels.get(user);
    if (known === undefined) {
      this.#levels.set(user, { ts, item, session, level, before: undefined, changes: 0 });
    } else if (ts > known.ts) {
      const changes = known.changes + (known.level === known.before ? 0 : 1);
      this.#levels.set(user, { ts, item, session, level, before: known.level, changes });
    } else if (item > known.item || (item === known.item && session > known.session)) {
      Object.assign(known, { item, session, level });
    }
  }
}

function titleKey(title: string, artist: string): string {
  return `${title}\n${artist}`;
}

function increase(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
