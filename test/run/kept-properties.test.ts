import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { anotherUser, asAdministrator, onServer, rowsOn } from '../support/postgres.ts';
import type { PostgresAddress } from '../support/postgres-server.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, project } from '../support/project.ts';

const table = (id: string) =>
  `select cast(1 as ${id}) as id, cast('one' as text) as title, cast('x' as text) as note\n`;
const view = (config = '') => `{{config materialized="view"${config}}}\nselect id, title from {{ref "songs"}}\n`;

/** A table and a view of ours above it, and a role that owns what others have made. */
async function published(): Promise<TestProject> {
  const shop = project({ 'models/songs.sql': table('integer'), 'models/titles.sql': view() }, 'postgres');
  await shop.publish();
  return shop;
}

async function change(shop: TestProject, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await shop.sql(statement);
}

/** All that the catalog says of a relation and its columns, but for what a new relation has of its own. */
async function properties(shop: TestProject, relation: string): Promise<unknown> {
  const [row] = await rowsOn(
    databaseOf(shop),
    `select jsonb_build_object(
      'owner', relowner::regrole, 'security', relrowsecurity, 'force', relforcerowsecurity, 'options', (select array_agg(option order by option) from unnest(reloptions) as option),
      'toast', (select reloptions from pg_class as toast where toast.oid = relation.reltoastrelid),
      'persistence', relpersistence, 'identity', relreplident, 'comment', obj_description(relation.oid, 'pg_class'),
      'indexes', (
        select jsonb_agg(array[
          indexrelid::regclass::text, indisclustered::text, indisreplident::text, obj_description(indexrelid, 'pg_class'), reltablespace::text, pg_get_indexdef(indexrelid),
          (select string_agg(attnum || ':' || coalesce(attstattarget::text, ''), ' ' order by attnum) from pg_attribute where attrelid = indexrelid)
        ] order by index.relname)
        from pg_index join pg_class as index on index.oid = indexrelid where indrelid = relation.oid
      ),
      'columns', (
        select jsonb_agg(array[attname::text, attstattarget::text, attstorage::text, attcompression::text, attoptions::text, attacl::text, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)] order by attnum)
        from pg_attribute left join pg_attrdef on attrelid = adrelid and attnum = adnum where attrelid = relation.oid and attnum > 0
      )
    ) from pg_class as relation where relation.oid = '${relation}'::regclass`,
  );
  return JSON.parse(row?.[0] ?? 'null');
}

function databaseOf({ database }: TestProject): PostgresAddress {
  if (database === undefined) throw new Error('this shop has no server');
  return database;
}

/** Another role, which may create in the schema; the user that runs is a member of it. */
async function memberRole(shop: TestProject, name: string): Promise<string> {
  const address = databaseOf(shop);
  const role = `${address.database}_${name}`;
  await asAdministrator(address, `create role ${role}`);
  await asAdministrator(address, `grant ${role} to ${address.user}`);
  await shop.sql(`grant usage, create on schema shop to ${role}`);
  return role;
}

const ofTable = [
  'alter table shop.songs enable row level security',
  'alter table shop.songs force row level security',
  'alter table shop.songs set (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 7)',
  'alter table shop.songs set unlogged',
  'alter table shop.songs alter column id set statistics 77',
  'alter table shop.songs alter column id set (n_distinct = -0.5)',
  'alter table shop.songs alter column title set storage external',
  'alter table shop.songs alter column note set storage main',
  'alter table shop.songs alter column note set compression pglz',
  `alter table shop.songs alter column note set default 'it''s "new"'`,
  `comment on table shop.songs is 'it''s a \\ comment'`,
  `comment on column shop.songs.title is 'what it is called'`,
  'grant select (title) on shop.songs to public',
];

describe('a table that is replaced keeps', () => {
  test.each([
    ['full', ['alter table shop.songs replica identity full']],
    ['nothing', ['alter table shop.songs replica identity nothing']],
    [
      'default and a clustering index',
      [
        'create unique index songs_by_note on shop.songs (note)',
        'alter table shop.songs cluster on songs_by_note',
        `comment on index shop.songs_by_note is 'fast'`,
      ],
    ],
    [
      'default, and statistics targets of the expressions of an index',
      [
        'create index songs_by_length on shop.songs (id, length(title), lower(note)) include (title) with (fillfactor = 60)',
        'alter index shop.songs_by_length alter column 2 set statistics 55',
        'alter index shop.songs_by_length alter column 3 set statistics 0',
      ],
    ],
  ])('every property that it was given, with the replica identity %s', async (_, more) => {
    const shop = await published();
    await change(shop, [...ofTable, ...more]);
    const before = await properties(shop, 'shop.songs');
    shop.write({ 'models/songs.sql': table('bigint') });
    expect(changesIn(await shop.publish({ replaceDependents: true }))).toMatchObject({ songs: 'recreate' });
    expect(await properties(shop, 'shop.songs')).toEqual(before);
    // Its owner would see no row.
    await shop.sql('alter table shop.songs no force row level security');
    expect(await shop.rows('select id from titles')).toEqual([[1]]);
  });

  test('its rows, where a run that cannot see them would compare with none', async () => {
    const shop = await published();
    shop.write({ 'models/_songs.yml': 'models: [{ name: songs, columns: [{ name: id, type: integer }] }]\n' });
    shop.write({ 'models/songs.sql': 'select 1 as id\n', 'models/titles.sql': 'select id from {{ref "songs"}}\n' });
    await shop.publish();
    await change(shop, [
      'alter table shop.songs enable row level security',
      'alter table shop.songs force row level security',
    ]);
    shop.write({ 'models/songs.sql': 'select 2 as id\n' });
    const [fault] = faultsIn(await shop.run());
    expect(fault?.message).toContain('row-level security policy for table "songs"');
    expect(fault?.hint).toContain('NO FORCE ROW LEVEL SECURITY');
    await shop.sql('alter table shop.songs no force row level security');
    expect(await shop.rows('select id from titles')).toEqual([[1]]);
    await shop.publish();
    expect(await shop.rows('select id from titles')).toEqual([[2]]);
  });

  test('the index that is its replica identity', async () => {
    const contract = (id: string): string =>
      `models:\n  - name: songs\n    columns:\n      - { name: id, type: ${id}, not_null: true }\n      - { name: title, type: varchar(9) }\n`;
    const songs = `select 1 as id, 'one' as title\n`;
    const shop = project({ 'models/songs.sql': songs, 'models/_songs.yml': contract('integer') }, 'postgres');
    await shop.publish();
    await change(shop, [
      'create unique index songs_by_id on shop.songs (id)',
      'alter table shop.songs replica identity using index songs_by_id',
    ]);
    const before = await properties(shop, 'shop.songs');
    shop.write({ 'models/_songs.yml': contract('bigint') });
    await shop.publish({ replaceDependents: true });
    expect(await properties(shop, 'shop.songs')).toEqual(before);
  });

  test('what others have made not null where no contract speaks of it, and an index that relies on it', async () => {
    const shop = await published();
    await change(shop, [
      'alter table shop.songs alter column title set not null',
      'create unique index songs_by_title on shop.songs (title)',
      'alter table shop.songs replica identity using index songs_by_title',
    ]);
    const before = await properties(shop, 'shop.songs');
    shop.write({ 'models/songs.sql': table('bigint') });
    await shop.publish({ replaceDependents: true });
    expect(await properties(shop, 'shop.songs')).toEqual(before);
    await expect(shop.sql('update shop.songs set title = null')).rejects.toThrow('not-null constraint');
  });

  test('its access method and its tablespace, and that of an index', async () => {
    const shop = await published();
    const address = databaseOf(shop);
    const folder = mkdtempSync(join(tmpdir(), 'sparkify-tablespace-'));
    const [data] = await rowsOn(inject('postgres'), "select current_setting('data_directory')");
    const { uid, gid } = statSync(String(data?.[0]));
    chownSync(folder, uid, gid);
    const tablespace = `${address.database}_other`;
    await asAdministrator(address, 'create access method other_heap type table handler heap_tableam_handler');
    await asAdministrator(address, `create tablespace ${tablespace} location '${folder}'`);
    await asAdministrator(address, `grant create on tablespace ${tablespace} to ${address.user}`);
    const place = `select amname, spcname from pg_class join pg_am on pg_am.oid = relam
      left join pg_tablespace on pg_tablespace.oid = reltablespace
      where pg_class.oid in ('shop.songs'::regclass, 'shop.songs_by_id'::regclass) order by relname`;
    try {
      await shop.sql('alter table shop.songs set access method other_heap');
      await shop.sql(`alter table shop.songs set tablespace ${tablespace}`);
      await shop.sql(`create index songs_by_id on shop.songs (id) tablespace ${tablespace}`);
      shop.write({ 'models/songs.sql': table('bigint') });
      await shop.publish({ replaceDependents: true });
      expect(await rowsOn(address, place)).toEqual([
        ['other_heap', tablespace],
        ['btree', tablespace],
      ]);
    } finally {
      await shop.sql('drop table shop.songs cascade');
      await asAdministrator(address, `drop tablespace ${tablespace}`);
      rmSync(folder, { recursive: true });
    }
  });

  test('no more rights than it had, whatever new tables get by default', async () => {
    const shop = await published();
    const guest = await anotherUser(databaseOf(shop), 'guest');
    await change(shop, [
      'create view shop.theirs as select id from shop.songs',
      `alter default privileges in schema shop grant select, insert on tables to ${guest.user}`,
      'alter default privileges grant select on tables to public',
      `grant select (title) on shop.songs to ${guest.user}`,
    ]);
    const rights = `select relname, attname, privilege_type, grantee::regrole
      from pg_class
      join pg_attribute on attrelid = pg_class.oid
      cross join lateral (
        select privilege_type, grantee from aclexplode(relacl) where grantee <> relowner
        union all select privilege_type, grantee from aclexplode(attacl)
      ) as acl
      where relnamespace = 'shop'::regnamespace order by 1, 2, 3, 4`;
    const before = await rowsOn(databaseOf(shop), rights);
    shop.write({ 'models/songs.sql': table('bigint') });
    await shop.publish({ replaceDependents: true });
    expect(await rowsOn(databaseOf(shop), rights)).toEqual(before);
  });

  test('its owner, and the rights of the user that replaces it', async () => {
    const shop = await published();
    const role = await memberRole(shop, 'owner_of_songs');
    await change(shop, [
      `alter table shop.songs owner to ${role}`,
      'grant select on shop.songs to public',
      'grant select on shop.songs to current_user',
    ]);
    const before = await properties(shop, 'shop.songs');
    shop.write({ 'models/songs.sql': table('bigint') });
    await shop.publish();
    expect(await properties(shop, 'shop.songs')).toEqual(before);
  });

  test('nothing of a column that is gone, and of one of another type only what fits any', async () => {
    const shop = await published();
    await change(shop, [...ofTable, `comment on column shop.songs.note is 'gone'`]);
    shop.write({ 'models/songs.sql': `select 1 as id, 5 as title\n` });
    await shop.publish();
    expect(await properties(shop, 'shop.songs')).toMatchObject({
      security: true,
      columns: [
        ['id', '77', 'p', '', '{n_distinct=-0.5}', null, null, null],
        ['title', null, 'p', '', null, expect.stringMatching(/^\{=r\//), null, 'what it is called'],
      ],
    });
  });
});

describe('a view keeps', () => {
  const ofView = (name: string): string[] => [
    `alter view ${name} set (security_invoker = true, security_barrier = true, check_option = local)`,
    `alter view ${name} alter column title set default 'z'`,
    `comment on view ${name} is 'a view'`,
    `comment on column ${name}.title is 'a column'`,
    `grant select on ${name} to public`,
  ];

  test('its properties when what it reads is replaced: ours, and with --replace-dependents those of others', async () => {
    const shop = await published();
    const role = await memberRole(shop, 'owner_of_views');
    await change(shop, [
      `grant select on shop.songs to ${role}`,
      'create view shop.theirs as select id, title from shop.songs where id > 0',
      'create materialized view shop.stored as select id from shop.songs',
      'create index stored_by_id on shop.stored (id)',
      'create index stored_by_text on shop.stored (cast(id as text))',
      'alter index shop.stored_by_text alter column 1 set statistics 9',
      `comment on materialized view shop.stored is 'stored'`,
      ...ofView('shop.theirs'),
      ...ofView('shop.titles'),
      `alter view shop.theirs owner to ${role}`,
    ]);
    const names = ['shop.theirs', 'shop.titles', 'shop.stored'];
    const before = await Promise.all(names.map((name) => properties(shop, name)));
    shop.write({ 'models/songs.sql': table('bigint') });
    await shop.publish({ replaceDependents: true });
    expect(await Promise.all(names.map((name) => properties(shop, name)))).toEqual(before);
  });

  test('its options when its query is replaced in place', async () => {
    const shop = await published();
    await change(shop, ofView('shop.titles'));
    const before = await properties(shop, 'shop.titles');
    shop.write({ 'models/titles.sql': `${view()}where id > 0\n` });
    expect(changesIn(await shop.publish())).toMatchObject({ titles: 'replace view' });
    expect(await properties(shop, 'shop.titles')).toEqual(before);
  });
});

describe('a publish is refused that would lose', () => {
  test.each([
    ['rule', 'create rule noted as on update to shop.songs do also nothing', 'rule noted on table shop.songs'],
    ['check', `alter table shop.songs add constraint sane check (id > 0)`, 'constraint sane on table shop.songs'],
    ['policy', 'create policy seen on shop.songs using (true)', 'policy seen on table shop.songs'],
    [
      'check of bytes',
      'alter table shop.songs add constraint short_bytes check (octet_length(note) < 9)',
      'constraint short_bytes on table shop.songs',
    ],
    [
      'identity',
      'alter table shop.songs alter id set not null, alter id add generated by default as identity',
      'sequence shop.songs_id_seq',
    ],
    [
      'parent',
      'create table shop.works (id integer); alter table shop.songs inherit shop.works',
      'table shop.songs, which inherits from table shop.works',
    ],
    [
      'function of its rows',
      'create function shop.weigh(shop.songs) returns integer language sql as $$ select 1 $$',
      'function shop.weigh(shop.songs)',
    ],
    [
      'function of rows of a view',
      'create function shop.listed() returns setof shop.titles language sql as $$ select * from shop.titles $$',
      'function shop.listed()',
    ],
    ['column of its rows', 'create table shop.kept (song shop.songs[])', 'column song of table shop.kept'],
    ['view of its row type', 'create view shop.shape as select null::shop.songs as song', 'view shop.shape'],
    ['statistics', 'create statistics shop.related on id, title from shop.songs', 'statistics object shop.related'],
    ['rule', 'create rule noted as on update to shop.titles do instead nothing', 'rule noted on view shop.titles'],
  ])('a %s: %s', async (_, statement, named) => {
    const shop = await published();
    await shop.sql(statement);
    shop.write({ 'models/songs.sql': table('bigint') });
    const summary = await shop.run({ replaceDependents: true });
    expect(faultsIn(summary)).toMatchObject([{ code: 'dependent-objects' }]);
    expect(faultsIn(summary)[0]?.message).toContain(named);
  });

  test('a replica identity by a column that a contract lets be null', async () => {
    const contract = (id: string): string =>
      `models:\n  - name: songs\n    columns:\n      - { name: id, type: ${id} }\n`;
    const shop = project(
      { 'models/songs.sql': 'select 1 as id', 'models/_songs.yml': contract('integer') },
      'postgres',
    );
    await shop.publish();
    await change(shop, [
      'alter table shop.songs alter column id set not null',
      'create unique index songs_by_id on shop.songs (id)',
      'alter table shop.songs replica identity using index songs_by_id',
    ]);
    shop.write({ 'models/_songs.yml': contract('bigint') });
    expect(faultsIn(await shop.run({ replaceDependents: true }))).toMatchObject([
      {
        code: 'dependent-objects',
        message: expect.stringContaining('replica identity of shop.songs: index songs_by_id') as string,
      },
    ]);
  });

  test('a default of a view of others, where its column has another type then', async () => {
    const shop = await published();
    await change(shop, [
      'create view shop.theirs as select id, title from shop.songs',
      `alter view shop.theirs alter column title set default 'z'`,
    ]);
    shop.write({ 'models/songs.sql': 'select 1 as id, 5 as title\n' });
    const faults = faultsIn(await shop.run({ replaceDependents: true }));
    expect(faults).toMatchObject([{ code: 'dependent-objects', nodes: ['model.shop.songs', 'model.shop.titles'] }]);
    expect(faults[0]?.message).toContain(
      `default of column title of shop.theirs: 'z'::text: column "title" is of type`,
    );
  });

  test('row level security, since a view cannot have it', async () => {
    const shop = await published();
    await shop.sql('alter table shop.songs enable row level security');
    shop.write({ 'models/songs.sql': `{{config materialized="view"}}${table('integer')}` });
    expect(faultsIn(await shop.run())).toMatchObject([
      { message: expect.stringContaining('row security of shop.songs: enable') as string },
    ]);
  });

  test('an owner that may not create in the schema', async () => {
    const shop = await published();
    const role = await memberRole(shop, 'owner_without_rights');
    await change(shop, [
      'create view shop.theirs as select id from shop.songs',
      `alter view shop.theirs owner to ${role}`,
      `revoke create on schema shop from ${role}`,
    ]);
    shop.write({ 'models/songs.sql': table('bigint') });
    expect(faultsIn(await shop.run({ replaceDependents: true }))).toMatchObject([
      { message: expect.stringContaining(`owner of shop.theirs: ${role}`) as string },
    ]);
  });

  test('an owner whose role the user that runs cannot set, though views of others may be dropped', async () => {
    const shop = await published();
    const guest = await anotherUser(databaseOf(shop), 'guest', 'connect, create');
    await change(shop, [`grant usage on schema shop to ${guest.user}`, `grant select on shop.songs to ${guest.user}`]);
    await onServer(guest, 'create schema theirs');
    await onServer(guest, 'create view theirs.ids as select id from shop.songs');
    shop.write({ 'models/songs.sql': table('bigint'), 'models/other.sql': 'select 1 as id' });
    const summary = await shop.run({ replaceDependents: true });
    expect(summary.outcome).toBe('held');
    expect(faultsIn(summary)).toMatchObject([
      {
        code: 'dependent-objects',
        nodes: ['model.shop.songs', 'model.shop.titles'],
        message: expect.stringContaining(`owner of theirs.ids: ${guest.user}`) as string,
      },
    ]);
    expect(await rowsOn(guest, 'select id from theirs.ids')).toEqual([['1']]);
  });
});
