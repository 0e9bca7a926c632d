import type { Engine, TestProject } from '../support/project.ts';
import { arrive, sample, sparkify } from './sparkify.ts';

export type Raw = Readonly<Record<string, unknown>>;

/** A play that nothing is special about. */
export const base = {
  artist: 'Björk',
  auth: 'Logged In',
  firstName: 'Ada',
  gender: 'F',
  itemInSession: 0,
  lastName: 'Page',
  length: 200.5,
  level: 'free',
  location: 'Klamath Falls, OR',
  method: 'PUT',
  page: 'NextSong',
  registration: 1540919166796.5,
  sessionId: 1,
  song: 'Jóga',
  status: 200,
  ts: 1541105830796,
  userAgent: '"Mozilla/5.0 (X11)"',
  userId: '7',
};

/** The song that it plays. */
export const song = {
  num_songs: 1,
  artist_id: 'AR1',
  artist_latitude: null,
  artist_longitude: null,
  artist_location: '',
  artist_name: 'Björk',
  song_id: 'SO1',
  title: 'Jóga',
  duration: 200.5,
  year: 1997,
};

/** Objects as the text of a raw file. */
export const lines = (objects: readonly Raw[]): string => objects.map((object) => JSON.stringify(object)).join('\n');

/** The published warehouse of these events and songs, each of them only what is special about it. */
export async function publishedLog(
  engine: Engine,
  events: readonly Raw[],
  songs: readonly Raw[] = [{}],
): Promise<TestProject> {
  const own = sparkify(engine);
  arrive(own, sample, ['log_json_path.json']);
  own.write({
    'seeds/log_data/1.json': lines(events.map((event, i) => ({ ...base, itemInSession: i, ...event }))),
    'seeds/song_data/1.json': lines(songs.map((own_) => ({ ...song, ...own_ }))),
  });
  await own.publish();
  return own;
}
