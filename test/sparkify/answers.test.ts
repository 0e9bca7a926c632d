import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Chance } from '../../runner/sample/chance.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, engines } from '../support/project.ts';
import { countIndependently } from './independent-count.ts';
import { arrive, folders, rowsOf, sample, sorted, sparkify, statesCsv } from './sparkify.ts';

const tables = ['songplays', 'users', 'user_levels', 'songs', 'artists', 'time', 'places'];

describe.each(folders.flatMap((from) => engines.map((engine) => ({ from, engine }))))(
  'the raw files in $from on $engine',
  ({ from, engine }) => {
    test('give exactly the rows and values that an independent count gives, and a second run changes nothing', async () => {
      const own = sparkify(engine);
      arrive(own, from, ['log_data', 'song_data', 'log_json_path.json']);
      await own.publish();
      const expected = countIndependently(from, statesCsv);
      for (const table of tables) expect(await rowsOf(own, table), table).toEqual(sorted(expected[table] ?? []));
      const changes = changesIn(await own.publish());
      expect(
        Object.values(changes).every((change) => change.startsWith('nothing')),
        JSON.stringify(changes),
      ).toBe(true);
    });

    test('give the same tables in whatever order they arrive, one file a run', async () => {
      const chance = new Chance(11);
      const names = (kind: string) =>
        readdirSync(join(from, kind), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.json'))
          .map((name) => join(kind, name));
      const draw = (files: string[], count: number) =>
        files
          .map((file) => ({ file, at: chance.fraction() }))
          .toSorted((a, b) => a.at - b.at)
          .slice(0, count)
          .map(({ file }) => file);
      // A source without any file is a mistake, so one of each is there from the beginning.
      const logs = draw(names('log_data'), 5);
      const songs = draw(names('song_data'), 40);
      const [late, atOnce] = [sparkify(engine), sparkify(engine)];
      arrive(late, from, ['log_json_path.json', ...logs.slice(0, 1), ...songs.slice(0, 1)]);
      await late.publish();
      for (const file of draw([...logs.slice(1), ...songs.slice(1, 6)], 99)) {
        arrive(late, from, [file]);
        await late.publish();
      }
      arrive(late, from, songs.slice(6));
      await late.publish();
      arrive(atOnce, from, ['log_json_path.json', ...logs, ...songs]);
      await atOnce.publish();
      await expectSame(late, atOnce);
    });
  },
);

test.each(engines)('the sample says itself what is right, and so it is on %s', async (engine) => {
  const own = sparkify(engine);
  arrive(own, sample, ['log_data', 'song_data', 'log_json_path.json']);
  await own.publish();
  const answers = JSON.parse(readFileSync(join(sample, 'answers.json'), 'utf8')) as Record<string, unknown>;
  const one = async (sql: string) => (await own.rows(sql))[0]?.[0];
  const counts = async (sql: string) =>
    Object.fromEntries((await own.rows(sql)).map(([key, value]) => [String(key), value]));
  expect({
    events: await one('select count(*) from staging_events'),
    plays: await one('select count(*) from songplays'),
    matched_plays: await one('select count(song_id) from songplays'),
    play_times: await one('select count(*) from time'),
    sum_of_ts: await one('select cast(sum(ts) as varchar) from staging_events'),
    users: await one('select count(*) from users'),
    users_by_level: await counts('select level, count(*) from users group by level'),
    user_levels: await one('select count(*) from user_levels'),
    songs: await one('select count(*) from songs'),
    artists: await one('select count(*) from artists'),
    plays_by_level: await counts('select level, count(*) from songplays group by level'),
    plays_by_hour: await counts(
      'select hour, count(*) from songplays inner join time using (start_time) group by hour',
    ),
    plays_by_weekday: await counts(
      'select weekday, count(*) from songplays inner join time using (start_time) group by weekday',
    ),
    top_songs: (
      await own.rows(
        'select song_title, artist_name, count(*) from songplays group by 1, 2 order by 3 desc, 1, 2 limit 10',
      )
    ).map(([title, artist, plays]) => ({ title, artist, plays })),
  }).toEqual(answers);
});

async function expectSame(one: TestProject, other: TestProject): Promise<void> {
  for (const table of tables) expect(await rowsOf(one, table), table).toEqual(await rowsOf(other, table));
}
