import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testWarehouse } from './make-warehouse.ts';
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

  test('says no more than that a transaction is aborted, once a statement of it failed', async () => {
    const connected = await client();
    await connected.query('begin');
    await expect(connected.query('select nowhere')).rejects.toThrow(/nowhere/);
    await expect(connected.query('select 1')).rejects.toThrow(/current transaction is aborted/);
    await connected.query('rollback');
  });
});
