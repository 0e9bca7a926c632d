import { describe, expect, test } from 'vitest';
import { rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, project } from '../support/project.ts';

const songs = (note: string) => `select cast(1 as bigint) as id, cast('one' as text) as title${note}\n`;
const view = (columns: string, from = 'songs') =>
  `{{config materialized="view"}}\nselect ${columns} from {{ref "${from}"}}\n`;

async function published(): Promise<TestProject> {
  const shop = project(
    {
      'models/songs.sql': songs(', cast(5 as integer) as note'),
      'models/artists.sql': 'select 1 as id',
      'models/titles.sql': view('id, title'),
    },
    'postgres',
  );
  await shop.publish();
  return shop;
}

async function catalog({ database }: TestProject): Promise<unknown> {
  if (database === undefined) throw new Error('this shop has no server');
  return rowsOn(
    database,
    "select oid, relname, relkind, relispopulated from pg_class where relnamespace = 'shop'::regnamespace order by 2",
  );
}

describe('what others have built upon a table and cannot be created again upon the new one is named, and nothing changes:', () => {
  test.each([
    [
      'a view of a column that is gone',
      ['create view shop.theirs as select note from shop.songs'],
      songs(''),
      'view shop.theirs',
      /column .*note.* does not exist/,
    ],
    [
      'a materialized view',
      ['create materialized view shop.theirs as select note from shop.songs'],
      songs(''),
      'materialized view shop.theirs',
      /note/,
    ],
    [
      'a view upon another one of theirs',
      [
        'create view shop.all_songs as select * from shop.songs',
        'create view shop.theirs as select note from shop.all_songs',
      ],
      songs(''),
      'view shop.all_songs',
      /note/,
    ],
    ['an index', ['create index theirs on shop.songs (note)'], songs(''), 'index shop.theirs', /note/],
    [
      'a view of a column of another type',
      ['create view shop.theirs as select note + 1 as more from shop.songs'],
      songs(', true as note'),
      'view shop.theirs',
      /operator does not exist: boolean \+ integer/,
    ],
    [
      'a view that a new row has fail',
      ['create materialized view shop.theirs as select 10 / note as share from shop.songs'],
      songs(', cast(0 as bigint) as note'),
      'materialized view shop.theirs',
      /division by zero/,
    ],
  ])('%s', async (_, statements, next, named, refusal) => {
    const shop = await published();
    for (const statement of statements) await shop.sql(statement);
    const before = await catalog(shop);
    shop.write({ 'models/songs.sql': next, 'models/artists.sql': 'select cast(1 as bigint) as id' });
    const summary = await shop.run({ replaceDependents: true });
    expect(summary.outcome).toBe('held');
    const [fault, ...more] = faultsIn(summary);
    expect(more).toEqual([]);
    expect(fault).toMatchObject({
      code: 'dependent-objects',
      nodes: ['model.shop.songs'],
      at: { path: 'models/songs.sql' },
      hint: expect.stringContaining(`drop ${named}`) as string,
    });
    expect(fault?.message).toContain(
      `${named}, which is not of this project, depends on "songs" and cannot be created again: `,
    );
    expect(fault?.message).toMatch(refusal);
    expect(await catalog(shop)).toEqual(before);
  });

  test('also a view of this project that did not change with what it reads', async () => {
    const shop = await published();
    const before = await catalog(shop);
    shop.write({ 'models/songs.sql': `select cast(1 as bigint) as id, cast(5 as integer) as note` });
    const summary = await shop.run({ select: ['songs'] });
    expect(faultsIn(summary)).toMatchObject([
      {
        code: 'dependent-objects',
        at: { path: 'models/titles.sql' },
        message: expect.stringMatching(
          /the view "titles" reads .* cannot be created again: column .*title.* does not exist/,
        ) as string,
      },
    ]);
    expect(await catalog(shop)).toEqual(before);
  });
});

test('a materialized view that was not populated is created again without data', async () => {
  const shop = await published();
  await shop.sql('create materialized view shop.stored as select id from shop.songs with no data');
  await shop.sql('create unique index stored_by_id on shop.stored (id)');
  await shop.sql('create view shop.counted as select count(*) as songs from shop.stored');
  await shop.sql('create materialized view shop.filled as select id from shop.songs');
  shop.write({ 'models/songs.sql': `select cast(1 as numeric) as id, cast('one' as text) as title` });
  expect(changesIn(await shop.publish({ replaceDependents: true }))).toMatchObject({ songs: 'recreate' });
  await expect(shop.rows('select id from shop.stored')).rejects.toThrow('has not been populated');
  expect(await shop.rows('select id from shop.filled')).toEqual([['1']]);
});
