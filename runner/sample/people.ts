import type { Chance } from './chance.ts';
import { firstNames, lastNames } from './words.ts';

/** Someone who listens. Only `level` changes in time. */
export interface Person {
  readonly userId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly gender: 'F' | 'M';
  readonly location: string;
  readonly userAgent: string;
  /** As the logs write it: a float of epoch milliseconds, and at times nonsense. */
  readonly registration: string;
  readonly registeredMs: number;
  level: 'free' | 'paid';
}

const metros = [
  'San Francisco-Oakland-Hayward, CA',
  'New York-Newark-Jersey City, NY-NJ-PA',
  'Chicago-Naperville-Elgin, IL-IN-WI',
  'Atlanta-Sandy Springs-Roswell, GA',
  'Portland-South Portland, ME',
  'Lansing-East Lansing, MI',
  'Phoenix-Mesa-Scottsdale, AZ',
  'Janesville-Beloit, WI',
  'Lake Havasu City-Kingman, AZ',
  'Tampa-St. Petersburg-Clearwater, FL',
  'Washington-Arlington-Alexandria, DC-VA-MD-WV',
  'Waterloo-Cedar Falls, IA',
  'Klamath Falls, OR',
  'Houston-The Woodlands-Sugar Land, TX',
  'Minneapolis-St. Paul-Bloomington, MN-WI',
  'Red Bluff, CA',
  'Birmingham-Hoover, AL',
  'Detroit-Warren-Dearborn, MI',
  'San Antonio-New Braunfels, TX',
  'Marinette, WI-MI',
] as const;

const quotedAgents = [
  'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/36.0.1985.125 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/36.0.1985.143 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Ubuntu Chromium/36.0.1985.125 Chrome/36.0.1985.125 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) Version/7.0 Mobile/11D257 Safari/9537.53',
  'Mozilla/5.0 (iPad; CPU OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) Version/7.0 Mobile/11D257 Safari/9537.53',
];
const plainAgents = [
  'Mozilla/5.0 (Windows NT 6.1; WOW64; rv:31.0) Gecko/20100101 Firefox/31.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:31.0) Gecko/20100101 Firefox/31.0',
  'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)',
];

/** People, most of whom registered before `startMs` and the others until `endMs`. */
export async function makePeople(
  count: number,
  startMs: number,
  endMs: number,
  chance: Chance,
  turn: () => Promise<void>,
): Promise<Person[]> {
  const people: Person[] = [];
  for (let i = 0; i < count; i++) {
    await turn();
    people.push(person(i, startMs, endMs, chance));
  }
  return people;
}

function person(i: number, startMs: number, endMs: number, chance: Chance): Person {
  const before = chance.happens(0.8);
  const registeredMs = before ? startMs - chance.whole(0, 120 * dayMs) : chance.whole(startMs, endMs);
  return {
    userId: String(i + 2),
    firstName: chance.pick(firstNames),
    lastName: chance.pick(lastNames),
    gender: chance.happens(0.55) ? 'F' : 'M',
    location: chance.pick(metros),
    userAgent: chance.happens(0.7) ? `"${chance.pick(quotedAgents)}"` : chance.pick(plainAgents),
    // One of a thousand is off by a factor of a million, as in a row of the real logs.
    registration: i % 1000 === 7 ? `${Math.floor(registeredMs / 1_000_000)}e+12` : `${registeredMs}.0`,
    registeredMs,
    level: chance.happens(0.2) ? 'paid' : 'free',
  };
}

const dayMs = 24 * 3600 * 1000;
