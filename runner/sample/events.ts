import TinyQueue from 'tinyqueue';
import type { Chance } from './chance.ts';
import { Weighted } from './chance.ts';
import type { Listening, Played } from './listening.ts';
import type { Person } from './people.ts';

/** An app event, before it is written down. */
export interface AppEvent {
  readonly ts: number;
  readonly sessionId: number;
  readonly itemInSession: number;
  readonly page: string;
  readonly method: 'GET' | 'PUT';
  readonly status: number;
  readonly level: 'free' | 'paid';
  readonly auth: 'Logged In' | 'Logged Out';
  /** Undefined for someone who is not logged in. */
  readonly person: Person | undefined;
  readonly played: Played | undefined;
}

/** Relative numbers of sessions that begin in each hour of the day and on each day of the week, from Sunday. */
const hours = [5, 4, 3, 3, 3, 3, 4, 5, 6, 6, 7, 7, 7, 8, 9, 10, 11, 11, 10, 9, 8, 7, 6, 6];
const weekdays = [6, 10, 11, 12, 12, 13, 8];

const pages = [
  ['NextSong', 84],
  ['Home', 6],
  ['Logout', 1],
  ['Settings', 1],
  ['Help', 1],
  ['About', 0.5],
  ['Error', 0.3],
  ['Upgrade', 0.5],
  ['Downgrade', 0.8],
  ['Save Settings', 0.3],
] as const;

const meanEvents = 11;
/** Fewer than the mean: sessions end by logging out, and those of people who have not registered yet are left out. */
const eventsPerSession = 9.37;
const hourMs = 3600 * 1000;

interface Session {
  readonly id: number;
  readonly person: Person;
  left: number;
  item: number;
  ts: number;
  page: string;
  loggedIn: boolean;
}

export interface EventsInput {
  readonly events: number;
  readonly days: number;
  readonly startMs: number;
  readonly people: readonly Person[];
  readonly listening: Listening;
  readonly chance: Chance;
}

/**
 * About as many events as asked for, in the order of time. Sessions begin by the rhythm of day and week, and go on side
 * by side; only those that are open are held in memory.
 */
export function* appEvents(input: EventsInput): Generator<AppEvent> {
  const { people, chance, days, startMs } = input;
  const activity = new Weighted(people.map((_, i) => (i + 1) ** -0.7));
  const endMs = startMs + days * 24 * hourMs;
  // Sessions of the same time go by their number, so that the order is always the same.
  const open = new TinyQueue<Session>([], (a, b) => a.ts - b.ts || a.id - b.id);
  let id = 0;
  for (const begin of sessionStarts(input)) {
    while ((open.peek()?.ts ?? Infinity) <= begin) yield* advance(open, input, endMs);
    const person = people[activity.draw(chance)];
    if (person === undefined || person.registeredMs > begin) continue;
    const loggedIn = !chance.happens(0.15);
    const page = loggedIn ? 'NextSong' : 'Home';
    open.push({
      id: ++id,
      person,
      left: Math.ceil(chance.exponential(meanEvents)),
      item: 0,
      ts: begin,
      page,
      loggedIn,
    });
  }
  while (open.length > 0) yield* advance(open, input, endMs);
}

/** The times at which sessions begin, sorted: uniform draws in order (as spacings), bent by the rhythm. */
function* sessionStarts({ events, days, startMs, chance }: EventsInput): Generator<number> {
  const firstDay = new Date(startMs).getUTCDay();
  const rhythm = Array.from(
    { length: days * 24 },
    (_, hour) => (weekdays[(firstDay + Math.floor(hour / 24)) % 7] ?? 1) * (hours[hour % 24] ?? 1),
  );
  const weighted = new Weighted(rhythm);
  const sessions = Math.ceil(events / eventsPerSession);
  let passed = 1;
  for (let left = sessions; left > 0; left--) {
    passed *= (1 - chance.fraction()) ** (1 / left);
    yield startMs + Math.floor(weighted.position(1 - passed) * hourMs);
  }
}

/** Gives the next event of the session that is first in time, and lets the session go on or end. */
function* advance(open: TinyQueue<Session>, { listening, chance }: EventsInput, endMs: number): Generator<AppEvent> {
  const session = open.pop();
  if (session === undefined || session.ts >= endMs) return;
  const played = session.page === 'NextSong' && session.loggedIn ? listening.next(chance) : undefined;
  yield eventOf(session, played);
  applyPage(session, chance);
  session.left--;
  session.item++;
  if (session.left <= 0 || session.page === 'Logout') return;
  session.ts +=
    played === undefined
      ? chance.whole(0, 40_000)
      : Math.max(1000, Math.floor(played.length * 1000 * (chance.happens(0.1) ? chance.fraction() : 1)));
  session.page = nextPage(session, chance);
  open.push(session);
}

function eventOf(session: Session, played: Played | undefined): AppEvent {
  const { page, person, loggedIn } = session;
  const method = ['NextSong', 'Logout', 'Login', 'Submit Upgrade', 'Submit Downgrade', 'Save Settings'].includes(page)
    ? 'PUT'
    : 'GET';
  return {
    ts: session.ts,
    sessionId: session.id,
    itemInSession: session.item,
    page,
    method,
    status: page === 'Error' ? 404 : method === 'PUT' && page !== 'NextSong' ? 307 : 200,
    level: person.level,
    auth: loggedIn ? 'Logged In' : 'Logged Out',
    person: loggedIn ? person : undefined,
    played,
  };
}

/** What a page changes: who submits an upgrade has it from the next event on. */
function applyPage(session: Session, chance: Chance): void {
  if (session.page === 'Submit Upgrade') session.person.level = 'paid';
  if (session.page === 'Submit Downgrade') session.person.level = 'free';
  if (session.page === 'Login') session.loggedIn = true;
  if (!session.loggedIn && session.item > 3) session.left = chance.happens(0.5) ? 1 : session.left;
}

const pageWeights = new Weighted(pages.map(([, weight]) => weight));

function nextPage(session: Session, chance: Chance): string {
  const { page, person, loggedIn } = session;
  if (!loggedIn) return chance.happens(0.6) ? 'Login' : 'Home';
  if (page === 'Upgrade' && person.level === 'free' && chance.happens(0.4)) return 'Submit Upgrade';
  if (page === 'Downgrade' && person.level === 'paid' && chance.happens(0.2)) return 'Submit Downgrade';
  const drawn = pages[pageWeights.draw(chance)]?.[0] ?? 'Home';
  // Nobody is offered what they have.
  if ((drawn === 'Upgrade' && person.level === 'paid') || (drawn === 'Downgrade' && person.level === 'free'))
    return 'Home';
  return drawn;
}
