import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine, TestProject } from '../support/project.ts';
import { engines } from '../support/project.ts';
import { plainly } from './compare.ts';
import type { Raw } from './hand-made-log.ts';
import { publishedLog } from './hand-made-log.ts';
import { answerIndependently } from './independent-answers.ts';
import { countIndependently, rawEvents } from './independent-count.ts';
import { statesCsv } from './sparkify.ts';

/** Epoch milliseconds of a time of November 2018, UTC: `5 23:59`. */
function november(text: string): number {
  const [day = '', time = '12:00'] = text.split(' ');
  return Date.parse(`2018-11-${day.padStart(2, '0')}T${time}Z`);
}

const play = (at: string, special: Raw = {}): Raw => ({ ts: november(at), ...special });
const visit = (page: string, at: string, special: Raw = {}): Raw =>
  play(at, { page, song: null, artist: null, length: null, ...special });
const loggedOut: Raw = {
  userId: '',
  auth: 'Logged Out',
  firstName: null,
  lastName: null,
  gender: null,
  location: null,
  registration: null,
};

/** The engine that the tests below are on. */
let engine: Engine = 'duckdb';

/**
 * The warehouse of a small log, on which every analysis agrees with an independent count: on DuckDB, since twenty queries of a
 * server take long. On PostgreSQL that is tested with the sample.
 */
async function logOf(events: readonly Raw[], songs?: readonly Raw[]): Promise<TestProject> {
  const own = await publishedLog(engine, events, songs);
  if (engine !== 'duckdb') return own;
  const raw = join(own.dir, 'seeds');
  const answers = answerIndependently(rawEvents(raw), countIndependently(raw, statesCsv));
  for (const [analysis, rows] of Object.entries(answers))
    expect(await answer(own, analysis), analysis).toEqual(rows.map(plainly));
  return own;
}

async function answer(own: TestProject, analysis: string): Promise<unknown[][]> {
  return (await own.rows(analysis)).map(plainly);
}

describe.each(engines)('on %s', (name) => {
  beforeAll(() => {
    engine = name;
  });

  test.each([
    ['no event at all', []],
    [
      'events of people who are logged out, and no play',
      [visit('Home', '5', loggedOut), visit('Home', '6', loggedOut)],
    ],
  ])('a log with %s has no row or a row of zeros', async (_, events) => {
    const own = await logOf(events, []);
    expect(await answer(own, 'upgrade_funnel')).toEqual([[0, 0, 0, null, 0, 0, 0, null, 0]]);
    for (const analysis of ['sessions', 'movers', 'retention', 'gone_quiet', 'release_decades', 'concentration'])
      expect(await answer(own, analysis), analysis).toEqual([]);
  });

  test('a day without any event is a day of the log, with zeros', async () => {
    const own = await logOf([
      play('1'),
      play('1'),
      visit('Home', '3', loggedOut),
      play('8'),
      play('9', { userId: '8' }),
    ]);
    expect((await answer(own, 'rows_a_day')).map((row) => row.slice(0, 4))).toEqual([
      ['2018-11-01', 2, 2, 0],
      ['2018-11-02', 0, 0, 0],
      ['2018-11-03', 1, 0, 1],
      ...['04', '05', '06', '07'].map((day) => [`2018-11-${day}`, 0, 0, 0]),
      ['2018-11-08', 1, 1, 0],
      ['2018-11-09', 1, 1, 0],
    ]);
    expect((await answer(own, 'match_rate')).slice(0, 3)).toEqual([
      ['2018-11-01', 2, 2, 100],
      ['2018-11-02', 0, 0, null],
      ['2018-11-03', 0, 0, null],
    ]);
    expect(await answer(own, 'plays_by_weekday')).toEqual([
      [0, 'Sunday', 1, 0, 0, 0, null],
      [1, 'Monday', 1, 0, 0, 0, null],
      [2, 'Tuesday', 1, 0, 0, 0, null],
      [3, 'Wednesday', 1, 0, 0, 0, null],
      [4, 'Thursday', 2, 3, 1.5, 1, 1.5],
      [5, 'Friday', 2, 1, 0.5, 0.5, 1],
      [6, 'Saturday', 1, 0, 0, 0, null],
    ]);
  });

  test('weekly users and stickiness are of weeks that the log holds from Monday to Sunday', async () => {
    const own = await logOf([play('4'), play('5'), play('6', { userId: '8' }), visit('Home', '11 23:59'), play('12')]);
    expect(await answer(own, 'active_users')).toEqual([
      ['2018-11-04', '2018-10-29', 1, null, null],
      ['2018-11-05', '2018-11-05', 1, 2, 0.5],
      ['2018-11-06', '2018-11-05', 1, 2, 0.5],
      ...['07', '08', '09', '10', '11'].map((day) => [`2018-11-${day}`, '2018-11-05', 0, 2, 0]),
      ['2018-11-12', '2018-11-12', 1, null, null],
    ]);
  });

  test('a week without any play is complete, and has no stickiness', async () => {
    const own = await logOf([visit('Home', '5'), visit('Home', '11')]);
    expect((await answer(own, 'active_users'))[0]).toEqual(['2018-11-05', '2018-11-05', 0, 0, null]);
  });

  describe('movers', () => {
    const weeks = [play('1'), play('13'), play('14', { song: 'Hyperballad' }), play('20'), play('21')];

    test('compare the week that ends with the log on Sunday night with the one before', async () => {
      const own = await logOf([...weeks, visit('Home', '25 23:59:39')]);
      expect(await answer(own, 'movers')).toEqual([['2018-11-19', 'Jóga', 'Björk', 1, 2, 1]]);
    });

    test('leave a week out that the log does not hold to its Sunday', async () => {
      const own = await logOf([...weeks, visit('Home', '24 23:59:59.999')]);
      expect(await answer(own, 'movers')).toEqual([
        ['2018-11-12', 'Hyperballad', 'Björk', 0, 1, 1],
        ['2018-11-12', 'Jóga', 'Björk', 0, 1, 1],
      ]);
    });

    test('need two complete weeks, the first of them from its Monday', async () => {
      const own = await logOf([play('6'), play('13'), play('18')]);
      expect(await answer(own, 'movers')).toEqual([]);
    });

    test('are none when all plays ended before the last complete week', async () => {
      const own = await logOf([play('5'), visit('Home', '25')]);
      expect(await answer(own, 'movers')).toEqual([]);
    });
  });

  describe('the upgrade funnel', () => {
    test('counts who submits without having seen the page beside it, so that no share is over 100 percent', async () => {
      const own = await logOf([
        visit('Submit Upgrade', '1', { userId: '8' }),
        visit('Submit Upgrade', '1', { userId: '9' }),
        visit('Upgrade', '2', { userId: '9' }),
        visit('Upgrade', '1', { userId: '10' }),
        visit('Upgrade', '1', loggedOut),
      ]);
      expect(await answer(own, 'upgrade_funnel')).toEqual([[3, 2, 0, 0, 2, 0, 0, null, 0]]);
    });

    test('counts a user once who upgrades twice, with a downgrade in between', async () => {
      const own = await logOf([
        ...['Upgrade', 'Submit Upgrade', 'Downgrade', 'Submit Downgrade', 'Upgrade', 'Submit Upgrade'].map((page, i) =>
          visit(page, `1 12:0${i}`),
        ),
        visit('Downgrade', '2', { userId: '8' }),
      ]);
      expect(await answer(own, 'upgrade_funnel')).toEqual([[2, 1, 1, 100, 0, 2, 1, 50, 0]]);
    });
  });

  describe('sessions', () => {
    test('end with the end of their last song, whose duration may be missing', async () => {
      const own = await logOf([
        play('1 10:00', { length: 3000 }),
        play('1 10:10', { length: 300 }),
        play('1 23:59', { sessionId: 2, length: 180, level: 'paid' }),
        play('1 11:00', { sessionId: 3, length: null, level: 'paid' }),
        visit('Home', '1 15:00', { sessionId: 4 }),
      ]);
      expect(await answer(own, 'sessions')).toEqual([
        ['free', 1, 2, 15, 2],
        ['paid', 2, 1, 1.5, 1],
      ]);
    });

    test('with plays of both levels are neither free nor paid', async () => {
      const own = await logOf([
        play('1 10:00', { length: 60 }),
        play('1 10:01', { length: 60, level: 'paid' }),
        play('1 10:00', { sessionId: 2, length: 60 }),
        visit('Home', '1 10:02', { sessionId: 2, level: 'paid' }),
      ]);
      expect(await answer(own, 'sessions')).toEqual([
        ['changed', 1, 2, 2, 2],
        ['free', 1, 1, 1, 1],
      ]);
    });
  });

  test('retention has the size of each cohort, weeks without listeners, and says who joined before the log began', async () => {
    const on = (userId: string, day: string): Raw => ({ userId, registration: november(day) });
    const own = await logOf([
      play('8', on('1', '2')),
      visit('Home', '8', on('2', '3')),
      play('8', on('3', '5')),
      play('15', on('4', '13')),
      play('25', on('4', '13')),
      visit('Home', '26', { userId: '5', registration: null }),
    ]);
    const [before, during] = ['before or at the start of the log', 'during the log'];
    expect(await answer(own, 'retention')).toEqual([
      ['2018-10-29', before, 1, 2, 1, 50, false],
      ['2018-10-29', before, 2, 2, 0, 0, true],
      ['2018-10-29', before, 3, 2, 0, 0, true],
      ['2018-10-29', before, 4, 2, 0, 0, false],
      ['2018-11-05', before, 0, 1, 1, 100, false],
      ['2018-11-05', before, 1, 1, 0, 0, true],
      ['2018-11-05', before, 2, 1, 0, 0, true],
      ['2018-11-05', before, 3, 1, 0, 0, false],
      ['2018-11-12', during, 0, 1, 1, 100, true],
      ['2018-11-12', during, 1, 1, 1, 100, true],
      ['2018-11-12', during, 2, 1, 0, 0, false],
    ]);
  });

  test('gone quiet are those with many plays of whom no page has been logged for 7 days up to the last of the log', async () => {
    const many = (userId: string, day: string): Raw[] => [1, 2, 3, 4].map(() => play(day, { userId }));
    const own = await logOf([
      ...many('1', '13 23:59'),
      ...many('2', '14 00:00'),
      ...many('3', '1'),
      visit('Home', '19', { userId: '3' }),
      ...many('5', '1'),
      play('1', { userId: '4' }),
      visit('Home', '20 00:01', loggedOut),
    ]);
    expect((await answer(own, 'gone_quiet')).map(([user, , , , ...rest]) => [user, ...rest])).toEqual([
      [1, 4, '2018-11-13', 7],
      [5, 4, '2018-11-01', 19],
    ]);
  });

  test('rows with equally many plays come in the order of their names', async () => {
    const songs = ['B', 'b', 'A', 'Ä'];
    const heard = songs.flatMap((song) =>
      ['1', '2', '3'].map((userId) => play('1', { song, artist: song, userId, userAgent: `${song} MSIE` })),
    );
    const elsewhere = [
      play('1', { location: 'Portland, OR', userAgent: 'Firefox/1', song: 'Z', artist: 'Z' }),
      play('1', { location: 'Portland, ME', userAgent: 'Chrome/1 Safari/1', song: 'Z', artist: 'Z' }),
      play('1', { location: null, userAgent: null, song: 'Z', artist: 'Z' }),
    ];
    const own = await logOf([...heard, ...elsewhere]);
    const first = async (analysis: string) => (await answer(own, analysis)).map(([value]) => value);
    expect(await first('top_songs')).toEqual(['A', 'B', 'Z', 'b', 'Ä']);
    expect(await first('top_artists')).toEqual(['A', 'B', 'Z', 'b', 'Ä']);
    expect(await first('repeat_listens')).toEqual(['A', 'B', 'b', 'Ä']);
    expect(await first('plays_by_browser')).toEqual(['Internet Explorer', 'Chrome', 'Firefox', 'not known']);
    expect((await answer(own, 'plays_by_metro')).map((row) => row.slice(0, 3))).toEqual([
      ['Klamath Falls', 'Oregon', 12],
      ['Portland', 'Maine', 1],
      ['Portland', 'Oregon', 1],
      ['not known', 'not known', 1],
    ]);
  });

  test('release decades are shares of the plays whose year is known, and say how many these are', async () => {
    const own = await logOf(
      [
        play('1'),
        play('2'),
        play('3', { song: 'Army of Me' }),
        play('4', { song: 'Hyperballad' }),
        play('5', { song: 'Unknown' }),
      ],
      [
        { year: 1997 },
        { song_id: 'SO2', title: 'Army of Me', year: 2001 },
        { song_id: 'SO3', title: 'Hyperballad', year: 0 },
      ],
    );
    expect(await answer(own, 'release_decades')).toEqual([
      [1990, 2, 1, 66.7, 3, 5, 60],
      [2000, 1, 1, 33.3, 3, 5, 60],
    ]);
  });
});
