import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine, TestProject } from '../support/project.ts';
import { changesIn, engines, faultsIn } from '../support/project.ts';
import type { Raw } from './hand-made-log.ts';
import { base, lines, publishedLog, song } from './hand-made-log.ts';
import { arrive, sample, sparkify } from './sparkify.ts';

/** The engine that the tests below are on. */
let engine: Engine = 'duckdb';

/** The warehouse of these events and songs, on that engine. */
const warehouse = (events: readonly Raw[], songs?: readonly Raw[]): Promise<TestProject> =>
  publishedLog(engine, events, songs);

const garbled = (text: string) => Buffer.from(Buffer.from(text).toString('latin1')).toString('latin1');

describe.each(engines)('on %s', (name) => {
  beforeAll(() => {
    engine = name;
  });

  describe('songplays', () => {
    test('are the events of page NextSong, all of them, whether the catalogue knows the song or not', async () => {
      const own = await warehouse([
        {},
        { song: 'Unknown' },
        { page: 'Home', song: null, artist: null, length: null },
        { page: 'Nextsong' },
      ]);
      expect(await own.rows('select songplay_id, song_id, song_title from songplays order by 1')).toEqual([
        ['1-0', 'SO1', 'Jóga'],
        ['1-1', null, 'Unknown'],
      ]);
    });

    test('keep the milliseconds of their time, in UTC, and the dimension agrees', async () => {
      const own = await warehouse([
        { ts: 1541105830796 },
        { ts: 1541105830797 },
        { ts: 1541105830796 },
        { page: 'Home', ts: 1541105830000 },
      ]);
      expect(await own.rows('select start_time, hour, day, week, month, year, weekday from time order by 1')).toEqual([
        ['2018-11-01 20:57:10.796', 20, 1, 44, 11, 2018, 4],
        ['2018-11-01 20:57:10.797', 20, 1, 44, 11, 2018, 4],
      ]);
      expect(await own.rows('select count(*) from songplays inner join time using (start_time)')).toEqual([[3]]);
    });

    test('have a Sunday as weekday 0', async () => {
      const own = await warehouse([{ ts: Date.UTC(2018, 10, 4, 23, 59) }]);
      expect(await own.rows('select weekday, week from time')).toEqual([[0, 44]]);
    });

    test('have the text repaired that was decoded wrongly twice, whatever letter it is, and correct text as it is', async () => {
      const letters = Array.from({ length: 0x100 - 0xa0 }, (_, i) => String.fromCodePoint(0xa0 + i));
      const titles = [...letters.map((letter) => `x${letter}y`), 'déjà vu – “ça” ira…', 'Björk', 'Ã la carte', "O'Ã©"];
      const own = await warehouse(
        titles.flatMap((title) => [
          { song: garbled(title), artist: garbled('Sigur Rós') },
          { song: title, artist: 'Sigur Rós' },
        ]),
      );
      const rows = await own.rows('select song_title, artist_name, count(*) from songplays group by 1, 2');
      expect(rows.map(([title]) => title).sort()).toEqual([...titles].sort());
      expect(new Set(rows.map(([, artist, count]) => `${artist} ${count}`))).toEqual(new Set(['Sigur Rós 2']));
    });

    test('match by title and artist together, never by one of them', async () => {
      const own = await warehouse([
        { song: 'Jóga', artist: 'Somebody' },
        { song: 'Other', artist: 'Björk' },
        { song: garbled('Jóga'), artist: garbled('Björk') },
      ]);
      expect(await own.rows('select songplay_id, song_id from songplays order by 1')).toEqual([
        ['1-0', null],
        ['1-1', null],
        ['1-2', 'SO1'],
      ]);
    });

    test('match the take of the exact duration, else of the nearest one, and never two', async () => {
      const takes = [
        { song_id: 'SO1', duration: 200 },
        { song_id: 'SO2', duration: 210 },
        { song_id: 'SO3', duration: 210 },
        { song_id: 'SO2', duration: 210, artist_id: 'AR0' },
      ];
      const own = await warehouse([{ length: 210 }, { length: 204 }, { length: 207 }, { length: 1000 }], takes);
      expect(await own.rows('select songplay_id, song_id, artist_id from songplays order by 1')).toEqual([
        ['1-0', 'SO2', 'AR0'],
        ['1-1', 'SO1', 'AR1'],
        ['1-2', 'SO2', 'AR0'],
        ['1-3', 'SO2', 'AR0'],
      ]);
    });

    test('carry the duration of the song as it was logged, in seconds, whether the catalogue knows the song or not', async () => {
      const own = await warehouse([{ length: 210.02404 }, { song: 'Unknown', length: null }], [{ duration: 200.5 }]);
      expect(await own.rows('select song_id, duration from songplays order by songplay_id')).toEqual([
        ['SO1', 210.02404],
        [null, null],
      ]);
    });

    test('carry the level of their time, and the user agent without the quotes around it', async () => {
      const own = await warehouse([
        { level: 'free' },
        { level: 'paid', ts: 1541105830900, userAgent: 'Mozilla "5.0" (Firefox)' },
      ]);
      expect(await own.rows('select level, user_agent from songplays order by songplay_id')).toEqual([
        ['free', 'Mozilla/5.0 (X11)'],
        ['paid', 'Mozilla "5.0" (Firefox)'],
      ]);
    });

    test('are matched again when their song arrives later, and only those rows are written', async () => {
      const own = await warehouse([{}, { song: 'Hyperballad' }, { song: 'Unknown' }]);
      own.write({ 'seeds/song_data/2.json': lines([{ ...song, song_id: 'SO9', title: 'Hyperballad' }]) });
      const changes = changesIn(await own.publish());
      expect(changes['songplays']).toBe('merge +0 ~1 -0');
      expect(await own.rows('select songplay_id, song_id from songplays order by 1')).toEqual([
        ['1-0', 'SO1'],
        ['1-1', 'SO9'],
        ['1-2', null],
      ]);
    });

    test('of a file that comes late are not missed because they are old, and a rerun doubles nothing', async () => {
      const own = await warehouse([{ ts: 1541105830796 }]);
      own.write({ 'seeds/log_data/0.json': lines([{ ...base, sessionId: 2, ts: 1541000000000 }]) });
      await own.publish();
      await own.publish();
      expect(await own.rows('select songplay_id from songplays order by 1')).toEqual([['1-0'], ['2-0']]);
      expect(await own.rows('select count(*) from time')).toEqual([[2]]);
    });

    test('that have the same session and item hold the publish', async () => {
      await expect(warehouse([{ itemInSession: 0 }, { itemInSession: 0, ts: 1541105830999 }])).rejects.toThrow(
        /key-violation|test-failed/,
      );
    });
  });

  describe('users', () => {
    test('are one row each with the level of their latest event on any page; nobody is logged out', async () => {
      const own = await warehouse([
        { level: 'free' },
        { level: 'paid', ts: 1541105840000, page: 'Home' },
        { level: 'free', ts: 1541105835000 },
        {
          userId: '',
          firstName: null,
          lastName: null,
          gender: null,
          page: 'Home',
          auth: 'Logged Out',
          registration: null,
          location: null,
        },
        { userId: '8', page: 'Home', firstName: 'Bo', gender: 'M' },
      ]);
      expect(await own.rows('select user_id, first_name, gender, level, registered_at from users order by 1')).toEqual([
        ['7', 'Ada', 'F', 'paid', '2018-10-30 17:06:06.796'],
        ['8', 'Bo', 'M', 'free', '2018-10-30 17:06:06.796'],
      ]);
    });

    test('have no time of registration when what is logged cannot be one', async () => {
      const own = sparkify(engine);
      arrive(own, sample, ['log_json_path.json']);
      own.write({
        'seeds/log_data/1.json': String.raw`{"artist":null,"auth":"Logged In","firstName":"Celeste","gender":"F","itemInSession":0,"lastName":"Williams",
     "length":null,"level":"free","location":"Klamath Falls, OR","method":"GET","page":"Home",
     "registration":1541078e+12,"sessionId":438,"song":null,"status":200,"ts":1541990217796,
     "userAgent":"\"Mozilla\/5.0 (Macintosh; ...) Safari\/537.36\"","userId":"53"}`,
        'seeds/song_data/1.json': `{"num_songs": 1, "artist_id": "ARJIE2Y1187B994AB7", "artist_latitude": null, "artist_longitude": null,
     "artist_location": "", "artist_name": "Line Renaud", "song_id": "SOUPIRU12A6D4FA1E1",
     "title": "Der Kleine Dompfaff", "duration": 152.92036, "year": 0}`,
      });
      await own.publish();
      expect(await own.rows('select * from users')).toEqual([['53', 'Celeste', 'Williams', 'F', 'free', null]]);
      expect(await own.rows('select * from songs')).toEqual([
        ['SOUPIRU12A6D4FA1E1', 'Der Kleine Dompfaff', 'ARJIE2Y1187B994AB7', null, 152.92036],
      ]);
      expect(await own.rows('select * from artists')).toEqual([
        ['ARJIE2Y1187B994AB7', 'Line Renaud', null, null, null],
      ]);
    });

    test('have the history of their levels, with changes within minutes, and of one millisecond the last one', async () => {
      const own = await warehouse([
        { ts: 1541105830000, level: 'free' },
        { ts: 1541105840000, level: 'paid' },
        { ts: 1541105840000, level: 'free' },
        { ts: 1541105850000, level: 'paid' },
        { ts: 1541105860000, level: 'paid', page: 'Home' },
        { ts: 1541105870000, level: 'free', page: 'Home' },
      ]);
      expect(await own.rows('select level, valid_from, valid_to from user_levels order by valid_from')).toEqual([
        ['free', '2018-11-01 20:57:10', '2018-11-01 20:57:30'],
        ['paid', '2018-11-01 20:57:30', '2018-11-01 20:57:50'],
        ['free', '2018-11-01 20:57:50', null],
      ]);
    });
  });

  describe('artists', () => {
    test('are one row each: the name that most songs carry, and place and coordinates of one and the same row', async () => {
      const own = await warehouse(
        [{}],
        [
          { song_id: 'SO1', artist_name: 'Björk feat. X', artist_location: 'Nowhere', artist_latitude: null },
          { song_id: 'SO2', artist_name: 'Björk' },
          {
            song_id: 'SO3',
            artist_name: 'Björk',
            artist_location: 'Reykjavík',
            artist_latitude: 64.1,
            artist_longitude: -21.9,
          },
          { song_id: 'SO4', artist_id: 'AR2', artist_name: 'Björk' },
          { song_id: 'SO5', artist_id: 'AR3', artist_name: 112, artist_location: 27 },
        ],
      );
      expect(await own.rows('select * from artists order by 1')).toEqual([
        ['AR1', 'Björk', 'Reykjavík', 64.1, -21.9],
        ['AR2', 'Björk', null, null, null],
        ['AR3', '112', '27', null, null],
      ]);
    });
  });

  describe('places', () => {
    test('go from the metro area to its first state and the region of that', async () => {
      const own = await warehouse([
        { location: 'New York-Newark-Jersey City, NY-NJ-PA' },
        { location: 'Atlantis, XX' },
        { location: null },
      ]);
      expect(await own.rows('select metro, states, state, state_name, region from places order by 1')).toEqual([
        ['Atlantis', 'XX', 'XX', null, null],
        ['New York-Newark-Jersey City', 'NY-NJ-PA', 'NY', 'New York', 'Northeast'],
      ]);
    });
  });

  describe('times', () => {
    test('are of any moment from 2000 up to 2100, those of events as those of registrations', async () => {
      const own = await warehouse([
        { ts: Date.UTC(2038, 0, 19, 3, 14, 8, 5), registration: 4102444799999 },
        { ts: 946684800000, registration: 4102444799999 },
      ]);
      expect(await own.rows('select start_time, year from time order by 1')).toEqual([
        ['2000-01-01 00:00:00', 2000],
        ['2038-01-19 03:14:08.005', 2038],
      ]);
      expect(await own.rows('select registered_at from users')).toEqual([['2099-12-31 23:59:59.999']]);
    });

    test.each([
      ['seconds', 1541105830],
      ['microseconds', 1541105830796000],
    ])('in %s are refused, with file, line and field', async (_, ts) => {
      const own = await warehouse([{}]);
      own.write({
        'seeds/log_data/2.json': lines([
          { ...base, itemInSession: 7 },
          { ...base, itemInSession: 8, ts },
        ]),
      });
      const faults = faultsIn(await own.run());
      expect(faults).toMatchObject([
        { code: 'row-rejected', message: expect.stringContaining(`field "ts": "${ts}" is `) },
      ]);
      expect(await own.places(faults)).toEqual([expect.stringMatching(/log_data\/2\.json:2:\d+ row-rejected$/)]);
    });
  });

  test('a page that is misspelt in the model leaves no play, and the tests of the project notice', async () => {
    const own = await warehouse([{}, {}]);
    const { readFileSync } = await import('node:fs');
    const plays = readFileSync(`${own.dir}/models/intermediate/plays.sql`, 'utf8');
    own.write({ 'models/intermediate/plays.sql': plays.replace("'NextSong'", "'NextSongs'") });
    const summary = await own.run({ fullRefresh: true });
    expect(summary.outcome).toBe('held');
    expect(faultsIn(summary).map((fault) => fault.message.split('\n')[0])).toContain('every_play_is_kept found 1 row:');
  });
});
