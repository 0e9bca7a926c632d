import { describe, expect, test } from 'vitest';
import type { PostgresAddress } from '../support/postgres-server.ts';
import { anotherUser, onServer, rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, project } from '../support/project.ts';

const contract = (...columns: string[]) =>
  `models:\n  - name: songs\n    columns:\n${columns.map((column) => `      - { ${column} }\n`).join('')}`;
const id = 'name: id, type: integer';
const title = 'name: title, type: varchar(20)';
const songs = (columns: string, rows: string) =>
  `{{config unique_key="id"}}\nselect * from (values ${rows}) as v(${columns})\n`;
const view = (columns: string) => `{{config materialized="view"}}\nselect ${columns} from {{ref "songs"}}\n`;

/** A shop on a server, with a table, two of our views above it, and a role that may read them. */
async function published(more: Record<string, string> = {}): Promise<TestProject> {
  const shop = project(
    {
      'models/songs.sql': songs('id, title', "(1, 'one'), (2, 'two')"),
      'models/_songs.yml': contract(id, title),
      'models/titles.sql': view('id, title'),
      'models/ids.sql': '{{config materialized="view"}}\nselect id from {{ref "titles"}}\n',
      ...more,
    },
    'postgres',
  );
  await shop.publish();
  return shop;
}

async function rows(shop: TestProject, sql: string): Promise<(string | null)[][]> {
  if (shop.database === undefined) throw new Error('this shop has no server');
  return rowsOn(shop.database, sql);
}

/** Somebody else, who may read all of the shop and has a schema `theirs`. */
async function guestOf(shop: TestProject): Promise<PostgresAddress> {
  if (shop.database === undefined) throw new Error('this shop has no server');
  const guest = await anotherUser(shop.database, 'guest', 'connect, create');
  await shop.sql(`grant usage on schema shop to ${guest.user}`);
  await shop.sql(`grant select on all tables in schema shop to ${guest.user}`);
  await onServer(guest, 'create schema theirs');
  return guest;
}

/** The identities of our relations: they change when one is dropped and made anew. */
async function identities(shop: TestProject): Promise<Record<string, string | null>> {
  const found = await rows(
    shop,
    "select relname, oid from pg_class where relnamespace = 'shop'::regnamespace and relkind in ('r', 'v') order by 1",
  );
  return Object.fromEntries(found.map(([name, oid]) => [String(name), oid ?? null]));
}

/** Who but the owner has which right on what. */
async function rights(shop: TestProject): Promise<string[]> {
  const found = await rows(
    shop,
    `select relname, coalesce(attname, '*'), coalesce(rolname, 'public'), privilege_type, is_grantable
     from (
        select relname, null::name as attname, relowner, (aclexplode(relacl)).* from pg_class where relnamespace = 'shop'::regnamespace
        union all
        select relname, attname, relowner, (aclexplode(attacl)).* from pg_attribute join pg_class on attrelid = pg_class.oid where relnamespace = 'shop'::regnamespace
     ) as acl left join pg_roles on grantee = pg_roles.oid
     where grantee <> relowner order by 1, 2, 3, 4`,
  );
  return found.map((row) => row.join(' '));
}

const notes = (shop: TestProject) => shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

describe('rows that change', () => {
  test('leave rights, views of others and the identity of every relation as they are', async () => {
    const shop = await published();
    const guest = await guestOf(shop);
    await onServer(guest, 'create view theirs.titles as select title from shop.songs');
    await shop.sql('grant select on shop.songs, shop.titles to public');
    const [before, rightsBefore] = [await identities(shop), await rights(shop)];
    shop.write({ 'models/songs.sql': songs('id, title', "(2, 'zwei'), (3, 'three')") });
    expect(changesIn(await shop.publish())).toEqual({ songs: 'merge +1 ~1 -1', titles: 'nothing', ids: 'nothing' });
    expect(await rowsOn(guest, 'select * from theirs.titles order by 1')).toEqual([['three'], ['zwei']]);
    expect(await identities(shop)).toEqual(before);
    expect(await rights(shop)).toEqual(rightsBefore);
  });

  test('are all written where no key tells them apart, and none where they are the same', async () => {
    const shop = await published();
    const loose = (values: string) => `select * from (values ${values}) as v(id)\n`;
    shop.write({ 'models/loose.sql': loose('(1), (1)') });
    await shop.publish();
    const before = await identities(shop);
    expect(changesIn(await shop.publish({ select: ['loose'] }))).toEqual({ loose: 'nothing +0 ~0 -0' });
    shop.write({ 'models/loose.sql': loose('(1), (2)') });
    expect(changesIn(await shop.publish({ select: ['loose'] }))).toEqual({ loose: 'replace rows +1 ~0 -1' });
    expect(await shop.rows('select * from loose order by id')).toEqual([[1], [2]]);
    expect(await identities(shop)).toEqual(before);
  });
});

describe('columns that are added at the end', () => {
  test.each([
    ['by a contract', contract(id, title, 'name: year, type: integer')],
    ['by the query alone', ''],
  ])('%s are added in place', async (_, properties) => {
    const shop = await published({ 'models/_songs.yml': properties === '' ? '' : contract(id, title) });
    await onServer(await guestOf(shop), 'create view theirs.songs as select * from shop.songs');
    await shop.sql('grant select on shop.songs to public');
    const [before, rightsBefore] = [await identities(shop), await rights(shop)];
    shop.write({
      'models/songs.sql': songs('id, title, year', "(1, 'one', null), (3, 'three', 2018)"),
      'models/_songs.yml': properties,
      'models/titles.sql': view('id, title, year'),
    });
    expect(changesIn(await shop.publish())).toEqual({
      songs: 'merge +1 ~0 -1',
      titles: 'replace view',
      ids: 'nothing',
    });
    expect(await shop.rows('select * from titles order by id')).toEqual([
      [1, 'one', null],
      [3, 'three', 2018],
    ]);
    expect(await identities(shop)).toEqual(before);
    expect(await rights(shop)).toEqual(rightsBefore);
  });

  test('are seen through a view that takes all columns', async () => {
    const shop = await published({ 'models/titles.sql': view('*') });
    shop.write({
      'models/songs.sql': songs('id, title, year', "(1, 'one', 1999)"),
      'models/_songs.yml': contract(id, title, 'name: year, type: integer'),
    });
    expect(changesIn(await shop.publish())).toMatchObject({ titles: 'replace view' });
    expect(await shop.rows('select * from titles')).toEqual([[1, 'one', 1999]]);
  });
});

describe('other columns', () => {
  const others = {
    'models/songs.sql': songs('id, name', "(1, 'one'), (3, 'three')"),
    'models/_songs.yml': contract(id, 'name: name, type: varchar(20)'),
    'models/titles.sql': view('id, name'),
  };

  test('make the table anew, with our views above it and the rights that all had, and say so', async () => {
    const shop = await published();
    if (shop.database === undefined) throw new Error('this shop has no server');
    const { user: reader } = await anotherUser(shop.database, 'reader');
    await shop.sql(`grant select on shop.songs to ${reader} with grant option`);
    await shop.sql(`grant select (id) on shop.titles to ${reader}`);
    await shop.sql(`grant select (title) on shop.titles to ${reader}`);
    await shop.sql('grant select on shop.ids to public');
    const before = await identities(shop);
    shop.write(others);
    expect(changesIn(await shop.publish())).toEqual({ songs: 'recreate', titles: 'recreate', ids: 'nothing' });
    expect(await shop.rows('select * from titles order by id')).toEqual([
      [1, 'one'],
      [3, 'three'],
    ]);
    expect(await shop.rows('select * from ids order by id')).toEqual([[1], [3]]);
    expect(Object.keys(await identities(shop))).toEqual(['ids', 'songs', 'titles']);
    expect((await identities(shop))['ids']).not.toBe(before['ids']);
    expect(await rights(shop)).toEqual([
      'ids * public SELECT f',
      `songs * ${reader} SELECT t`,
      `titles id ${reader} SELECT f`,
    ]);
    expect(notes(shop)).toContain(
      'column name (varchar(20)) is added; column title (varchar(20)) is dropped: readers may have to wait while it is dropped and created again',
    );
  });

  test('bring back a view that is not of the run as it was', async () => {
    const shop = await published({ 'models/ids.sql': view('id') });
    shop.write({ 'models/songs.sql': others['models/songs.sql'], 'models/_songs.yml': others['models/_songs.yml'] });
    shop.remove('models/titles.sql');
    await shop.sql('drop view shop.titles');
    await shop.publish({ select: ['songs'] });
    expect(await shop.rows('select * from ids order by id')).toEqual([[1], [3]]);
  });

  test('ask for a view that has changed itself to be built in the same run', async () => {
    const shop = await published();
    shop.write(others);
    const summary = await shop.run({ select: ['songs'] });
    expect(summary.outcome).toBe('held');
    expect(faultsIn(summary)).toMatchObject([{ code: 'dependent-objects', at: { path: 'models/titles.sql' } }]);
    expect(await shop.rows('select * from titles order by id')).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
  });

  test('stop before the publish where others have built upon the table, and name what it is', async () => {
    const shop = await published();
    const guest = await guestOf(shop);
    await onServer(guest, 'create view theirs.titles as select title from shop.songs');
    await shop.sql('create index songs_by_title on shop.songs (title)');
    const before = await identities(shop);
    shop.write(others);
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    expect(faultsIn(summary)).toEqual([
      {
        code: 'dependent-objects',
        message:
          '"songs", "titles" would be dropped and created again, and objects that are not of this project depend on it:\n  view theirs.titles\n  index shop.songs_by_title',
        nodes: ['model.shop.songs', 'model.shop.titles'],
        hint: 'drop them, or have them dropped and created again: --replace-dependents',
      },
      {
        code: 'dependent-objects',
        message: `relations would be dropped and created again, and cannot have then what they have now:\n  owner of theirs.titles: ${guest.user}`,
        nodes: ['model.shop.songs', 'model.shop.titles'],
        hint: expect.stringContaining('an owner can be kept by a user that may set its role') as string,
      },
    ]);
    expect(await identities(shop)).toEqual(before);
    expect(await rowsOn(guest, 'select count(*) from theirs.titles')).toEqual([['2']]);
  });

  test('with --replace-dependents make anew what others have built upon the table', async () => {
    const shop = await published();
    await shop.sql('create schema theirs');
    await shop.sql('create view theirs.ids as select id from shop.songs');
    await shop.sql('create view theirs.counted as select count(*) as songs from theirs.ids');
    await shop.sql('create index songs_by_id on shop.songs (id)');
    await shop.sql('grant select on theirs.ids to public');
    shop.write(others);
    await shop.publish({ replaceDependents: true });
    expect(await rows(shop, 'select songs from theirs.counted')).toEqual([['2']]);
    expect(await rows(shop, "select indexname from pg_indexes where schemaname = 'shop'")).toEqual([['songs_by_id']]);
    expect(await rows(shop, "select has_table_privilege('public', 'theirs.ids', 'select')")).toEqual([['t']]);
  });

  test('name functions and columns that are of the type of its rows', async () => {
    const shop = await published();
    await shop.sql('create schema theirs');
    await shop.sql(
      "create function theirs.all_songs() returns setof shop.songs language sql as 'select * from shop.songs'",
    );
    await shop.sql('create table theirs.kept (song shop.songs, songs shop.songs[])');
    shop.write(others);
    const faults = faultsIn(await shop.run({ replaceDependents: true }));
    expect(faults.map(({ code }) => code)).toEqual(['dependent-objects']);
    for (const named of [
      'function theirs.all_songs()',
      'column song of table theirs.kept',
      'column songs of table theirs.kept',
    ])
      expect(faults[0]?.message).toContain(named);
    await shop.sql('drop table theirs.kept');
    await shop.sql('drop function theirs.all_songs()');
    await shop.publish();
  });

  test('do not drop what cannot be made anew', async () => {
    const shop = await published();
    await shop.sql('create schema theirs');
    await shop.sql('create table theirs.kept (id integer)');
    await shop.sql('alter table shop.songs add primary key (id)');
    await shop.sql('alter table theirs.kept add foreign key (id) references shop.songs');
    shop.write(others);
    const summary = await shop.run({ replaceDependents: true });
    expect(faultsIn(summary)).toMatchObject([
      {
        code: 'dependent-objects',
        hint: 'drop constraint kept_id_fkey on table theirs.kept, constraint songs_pkey on table shop.songs yourself, and create them afterwards: only views, materialized views and indexes can be created again by a run',
      },
    ]);
    expect(faultsIn(summary)[0]?.message).toContain('constraint kept_id_fkey on table theirs.kept');
  });
});

test('what somebody else has put where a model is published is left alone, and named', async () => {
  const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
  await shop.sql('create schema shop');
  await shop.sql('create table shop.songs as select 7 as theirs');
  const faults = await shop.run().catch((error: { faults: unknown }) => error.faults);
  expect(faults).toMatchObject([
    {
      code: 'relation-foreign',
      message: 'there is a table shop.songs, and nothing says that it was published for "songs"',
    },
  ]);
  expect(await rows(shop, 'select * from shop.songs')).toEqual([['7']]);
  await shop.publish({ fullRefresh: true });
  expect(await shop.rows('select * from songs')).toEqual([[1]]);
});

test('a view may take the place of a table, and a table that of a view, under the rights of the one before', async () => {
  const shop = await published();
  await shop.sql('grant select on shop.titles to public');
  shop.write({ 'models/titles.sql': 'select id, title from {{ref "songs"}}' });
  expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0', titles: 'recreate', ids: 'nothing' });
  expect(await rights(shop)).toEqual(['titles * public SELECT f']);
  shop.write({ 'models/titles.sql': view('id, title') });
  expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0', titles: 'recreate', ids: 'nothing' });
  expect(await rights(shop)).toEqual(['titles * public SELECT f']);
  expect(await shop.rows('select * from ids order by id')).toEqual([[1], [2]]);
});
