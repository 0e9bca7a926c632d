import { expect, test } from 'vitest';
import { withPublishedNames } from '../../runner/materialize/names.ts';
import { engines, faultsIn, project } from '../support/project.ts';

test.each(engines)('what %s says of a table that a run builds names the published one', async (engine) => {
  const shop = project(
    { 'models/songs.sql': 'select 1 as id, 2 as year', 'models/b.sql': 'select songs.yaer from {{ref "songs"}}' },
    engine,
  );
  const [fault] = faultsIn(await shop.run());
  expect(fault?.code).toBe('database-error');
  expect(JSON.stringify(fault)).toContain('songs');
  expect(JSON.stringify(fault)).not.toMatch(/__r[0-9a-z]{9}/);
});

test.each([
  [
    'Perhaps you meant to reference the column "songs__r0a1b2c3d4.year".',
    'Perhaps you meant to reference the column "songs.year".',
  ],
  ['relation "shop.songs__r0a1b2c3d4_delta" does not exist', 'relation "shop.songs" does not exist'],
  ['relation "songs__rabcdefghijk" is theirs', 'relation "songs__rabcdefghijk" is theirs'],
])('%s', (said, expected) => {
  expect(withPublishedNames(said)).toBe(expected);
});
