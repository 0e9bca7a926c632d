import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testWarehouse } from './make-warehouse.ts';
import { openSession } from './session.ts';
import { openWire } from './wire.ts';

async function client(): Promise<pg.Client> {
  const { warehouse, made } = testWarehouse();
  await made;
  warehouse.logins.set('runner', { password: 'right' });
  const { host, port, close } = await openWire(warehouse);
  onTestFinished(() => close());
  const connected = new pg.Client({ host, port, user: 'runner', password: 'right', database: 'dev' });
  await connected.connect();
  onTestFinished(() => connected.end());
  return connected;
}

describe('the stand-in of Redshift refuses', () => {
  test.each([
    ['insert into shop.songs values (1) on conflict do nothing'],
    ['insert into shop.songs values (1) returning id'],
    ['create index by_id on shop.songs (id)'],
    ['create table shop.x (id serial)'],
    ['create table shop.x (id integer check (id > 0))'],
    ['create table shop.x (id integer, words jsonb)'],
    ['create table shop.x (id integer) diststyle even distkey(id)'],
    ['create table shop.x (id integer) distkey(nothing)'],
    ['create table shop.x (id integer distkey, n integer distkey)'],
    ['create table if not exists shop.x as select 1 as id'],
    ['create view shop.v as select id from songs with no schema binding'],
    ["select string_agg('a', ',')"],
    ['select * from generate_series(1, 3)'],
    ['select sum(id) over (order by id) from shop.songs'],
    ['select distinct on (id) id from shop.songs'],
    ['select * from (values (1)) as v'],
    ['select pg_try_advisory_lock(1)'],
    ['alter table shop.songs add column more integer not null'],
    ['copy shop.songs from stdin'],
    ['select id from shop.songs as delta'],
    ['with raw as (select 1 as id) select id from raw'],
  ])('%s', async (statement) => {
    const connected = await client();
    await connected.query('create schema shop');
    await connected.query('create table shop.songs (id integer)');
    await expect(connected.query(statement)).rejects.toBeInstanceOf(pg.DatabaseError);
  });
});

describe('the stand-in of Redshift', () => {
  test('does not enforce keys, and counts lengths in bytes', async () => {
    const connected = await client();
    await connected.query('create table songs (id integer primary key, name varchar(3)) diststyle all sortkey(id)');
    await connected.query("insert into songs values (1, 'äa'), (1, 'b')");
    await expect(connected.query("insert into songs values (1, 'ää')")).rejects.toThrow(/too long/);
    const { rows } = await connected.query('select "diststyle", sortkey from svv_table_info');
    expect(rows).toEqual([{ diststyle: 'all', sortkey: 'id' }]);
  });

  test('folds quoted names, takes a backslash for an escape and parts of dates without quotes', async () => {
    const connected = await client();
    const { rows } = await connected.query(
      `select 'a\\\\b' as "Escaped", dateadd(day, 1, timestamp '2018-11-01') as later, lower('É') as small`,
    );
    expect(rows).toEqual([{ escaped: 'a\\b', later: new Date('2018-11-02T00:00:00Z'), small: 'é' }]);
  });

  test('commits with a truncate', async () => {
    const connected = await client();
    await connected.query('create table songs as select 1 as id');
    await connected.query('begin');
    await connected.query('truncate songs');
    await connected.query('rollback');
    expect((await connected.query('select id from songs')).rows).toEqual([]);
  });

  test('lets a view that is not bound follow the name of its table, and never stand in the way of a drop', async () => {
    const connected = await client();
    await connected.query('create schema shop');
    await connected.query('create table shop.songs as select 1 as id');
    await connected.query('create view shop.seen as select id from shop.songs with no schema binding');
    await connected.query('create table shop.newer as select 2 as id');
    await connected.query('alter table shop.songs rename to older');
    await connected.query('alter table shop.newer rename to songs');
    expect((await connected.query('select id from shop.seen')).rows).toEqual([{ id: 2 }]);
    await connected.query('drop table shop.songs');
    await expect(connected.query('select id from shop.seen')).rejects.toThrow();
    await connected.query('drop view shop.seen');
  });

  test.each<[string, readonly string[], string, unknown[]]>([
    [
      'renames a view that is not bound as it does a table',
      [
        'create table shop.songs as select 1 as id',
        'create view shop.seen as select id from shop.songs with no schema binding',
        'alter table shop.seen rename to known',
        'drop table shop.songs',
        'create table shop.songs as select 2 as id',
      ],
      "select relname, id from shop.known, pg_class where relname in ('seen', 'known')",
      [{ relname: 'known', id: 2 }],
    ],
    [
      'shows a view that is not bound though its table is gone',
      [
        'create table shop.songs as select 1 as id',
        'create table shop.users as select 1 as id',
        'create view shop.seen as select id from shop.users with no schema binding',
        'drop table shop.songs, shop.users',
      ],
      "select relkind from pg_catalog.pg_class where relname = 'seen'",
      [{ relkind: 'v' }],
    ],
    [
      'forgets the views of a schema with it',
      [
        'create view shop.seen as select 1 as id with no schema binding',
        'drop schema shop cascade',
        'create schema shop',
      ],
      "select relname from pg_class where relname = 'seen'",
      [],
    ],
    [
      'has no columns of a view that is not bound in its catalog',
      [
        'create table shop.songs as select 1 as id',
        'create view shop.seen as select id from shop.songs with no schema binding',
      ],
      `select relname from pg_catalog.pg_attribute inner join pg_catalog.pg_class on attrelid = pg_class.oid
        where attname = 'id' and relname in ('songs', 'seen')`,
      [{ relname: 'songs' }],
    ],
    [
      'makes in public what has no schema',
      ['create table songs as select 1 as id', 'create view seen as select id from songs'],
      "select table_schema, count(*)::int as made from information_schema.tables where table_name in ('songs', 'seen') group by 1",
      [{ table_schema: 'public', made: 2 }],
    ],
    [
      'gives out identities with gaps',
      [
        'create table shop.songs (id bigint identity(0, 1), title varchar(9))',
        "insert into shop.songs (title) values ('a'), ('b')",
      ],
      'select max(id)::int > count(*) - 1 as gap from shop.songs',
      [{ gap: true }],
    ],
    [
      'keeps the order in listagg',
      ["create table shop.songs as select 'a'::varchar(1) as title union all select 'b'"],
      "select listagg(title, ',') within group (order by title desc) as titles from shop.songs",
      [{ titles: 'b,a' }],
    ],
    [
      'tells long names apart that begin alike',
      [
        `create table shop.${'x'.repeat(80)}_a as select 1 as id`,
        `create table shop.${'x'.repeat(80)}_b as select 2 as id`,
      ],
      `select id from shop.${'x'.repeat(80)}_b`,
      [{ id: 2 }],
    ],
    [
      'takes another design of a table that is there',
      [
        'create table shop.songs (id integer, title varchar(9)) diststyle all',
        'alter table shop.songs alter distkey id',
        'alter table shop.songs alter compound sortkey (title, id)',
      ],
      'select diststyle, distkey, sortkey from svv_table_info',
      [{ diststyle: 'key', distkey: 'id', sortkey: 'title,id' }],
    ],
  ])('%s', async (_, statements, query, rows) => {
    const connected = await client();
    await connected.query('create schema shop');
    for (const statement of statements) await connected.query(statement);
    expect((await connected.query(query)).rows).toEqual(rows);
  });

  test.each<[string, string, string, RegExp]>([
    ['a key that is null', '(id integer, title varchar(3), primary key (id))', "(null, 'a')", /Cannot insert a NULL/],
    ['bytes too many, after a CTAS', "as select 1 as id, 'a'::varchar(3) as title", "(1, 'ää')", /too long/],
    ['a number for an identity', '(id integer identity(1, 1), title varchar(3))', "(1, 'a')", /identity/],
  ])('refuses %s', async (_, table, values, wrong) => {
    const connected = await client();
    await connected.query(`create table songs ${table}`);
    await expect(connected.query(`insert into songs values ${values}`)).rejects.toThrow(wrong);
  });

  test('says no more than that a transaction is aborted, once a statement of it failed', async () => {
    const connected = await client();
    await connected.query('begin');
    await expect(connected.query('select nowhere')).rejects.toThrow(/nowhere/);
    await expect(connected.query('select 1')).rejects.toThrow(/current transaction is aborted/);
    await connected.query('rollback');
  });

  test('stops a statement that waits in it when it is cancelled, and the transaction with it', async () => {
    const { warehouse, made } = testWarehouse();
    await made;
    const session = await openSession(warehouse, 'runner');
    onTestFinished(() => session.close());
    warehouse.mishaps.push({ statement: /waits/, happens: { kind: 'wait', until: new Promise(() => undefined) } });
    await session.execute('begin');
    const waiting = expect(session.execute("select 'waits'")).rejects.toMatchObject({ code: '57014' });
    await session.cancel();
    await waiting;
    expect(session.transaction).toBe('E');
  });
});
