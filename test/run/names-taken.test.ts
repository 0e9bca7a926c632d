import { describe, expect, test } from 'vitest';
import { asAdministrator, rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsOf, project } from '../support/project.ts';

/** What has the name of the model in the catalog. */
async function kind(shop: TestProject): Promise<string | null | undefined> {
  if (shop.database === undefined) throw new Error('this shop has no server');
  const sql = "select relkind from pg_class where oid = 'shop.songs'::regclass";
  return (await rowsOn(shop.database, sql))[0]?.[0];
}

describe('a relation of another kind under the name of a model', () => {
  const others = [
    ['materialized view', ['create materialized view shop.songs as select 7 as theirs']],
    [
      'partitioned table',
      [
        'create table shop.songs (id integer) partition by list (id)',
        'create table shop.songs_of_seven partition of shop.songs for values in (7)',
      ],
    ],
    ['view', ['create view shop.songs as select 7 as theirs']],
  ] as const;
  const made = [
    ['table', 'r'],
    ['view', 'v'],
  ] as const;

  test.each(
    others.flatMap(([type, statements]) =>
      made.map(([materialized, relkind]) => ({ type, statements, materialized, relkind })),
    ),
  )(
    'is named, a $type, and a $materialized replaces it with --full-refresh',
    async ({ type, statements, materialized, relkind }) => {
      const model = (id: number): string => `{{config materialized="${materialized}"}}select ${id} as id`;
      const shop = project({ 'models/songs.sql': model(1) }, 'postgres');
      for (const statement of ['create schema shop', ...statements]) await shop.sql(statement);
      expect(await faultsOf(shop.run())).toMatchObject([
        {
          code: 'relation-foreign',
          message: `there is a ${type} shop.songs, and nothing says that it was published for "songs"`,
        },
      ]);
      await shop.publish({ fullRefresh: true });
      expect(await kind(shop)).toBe(relkind);
      shop.write({ 'models/songs.sql': model(2) });
      await shop.publish();
      expect(await shop.rows('select * from songs')).toEqual([[2]]);
    },
  );

  test.each(made)(
    'is named, a foreign table, and a %s replaces it with --full-refresh',
    async (materialized, relkind) => {
      const model = `{{config materialized="${materialized}"}}select 1 as id`;
      const shop = project({ 'models/songs.sql': model }, 'postgres');
      await shop.sql('create schema shop');
      const { database } = shop;
      if (database === undefined) throw new Error('this shop has no server');
      for (const statement of [
        'create extension postgres_fdw',
        `grant usage on foreign data wrapper postgres_fdw to ${database.user}`,
      ])
        await asAdministrator(database, statement);
      await shop.sql('create server elsewhere foreign data wrapper postgres_fdw');
      await shop.sql('create foreign table shop.songs (id integer) server elsewhere');
      expect(await faultsOf(shop.run())).toMatchObject([
        { code: 'relation-foreign', message: expect.stringContaining('there is a foreign table shop.songs') as string },
      ]);
      await shop.publish({ fullRefresh: true });
      expect(await kind(shop)).toBe(relkind);
    },
  );

  test('is left alone if it took the place of what was published', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
    await shop.publish();
    await shop.sql('drop table shop.songs');
    await shop.sql('create materialized view shop.songs as select 7 as theirs');
    expect(await faultsOf(shop.run())).toMatchObject([{ code: 'relation-foreign' }]);
    await shop.publish({ fullRefresh: true });
    expect(await shop.rows('select * from songs')).toEqual([[1]]);
  });
});

describe('a name that a table cannot have is refused before anything is built', () => {
  test.each([
    ['sequence', ['create sequence shop.songs']],
    ['index', ['create table shop.theirs (id integer)', 'create index songs on shop.theirs (id)']],
    ['type', ['create type shop.songs as (id integer)']],
    ['type', ['create domain shop.songs as integer']],
    ['type', ["create type shop.songs as enum ('one')"]],
  ])('for it belongs to a %s: %j', async (holder, statements) => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
    for (const statement of ['create schema shop', ...statements]) await shop.sql(statement);
    for (const fullRefresh of [false, true]) {
      expect(await faultsOf(shop.run({ fullRefresh }))).toMatchObject([
        {
          code: 'relation-foreign',
          message: `there is ${holder === 'index' ? 'an' : 'a'} ${holder} shop.songs: no table or view for "songs" can have this name`,
          at: { path: 'models/songs.sql' },
          hint: `rename it or the model: alter ${holder} shop.songs rename to …`,
        },
      ]);
    }
    expect(shop.events.map(({ type }) => type)).not.toContain('run started');
    await shop.sql(`alter ${holder} shop.songs rename to theirs_too`);
    expect(changesIn(await shop.publish())).toEqual({ songs: 'swap +1 ~0 -0' });
  });

  test('also for it would hold rejected rows', async () => {
    const shop = project(
      {
        'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
        'models/_orders.yml': 'models:\n  - name: orders\n    columns: [{ name: id, type: integer }]\n',
        'raw/orders/a.json': '{"id": 1}\n',
      },
      'postgres',
    );
    await shop.sql('create schema shop');
    await shop.sql('create sequence shop.orders_rejects');
    expect(await faultsOf(shop.run())).toMatchObject([
      {
        code: 'relation-foreign',
        message: 'there is a sequence shop.orders_rejects: no table or view for "orders" can have this name',
      },
    ]);
  });

  test.each([
    ['sequence', ['create sequence shop_meta.$']],
    ['index', ['create table shop_meta.theirs (id integer)', 'create index $ on shop_meta.theirs (id)']],
    ['type', ['create type shop_meta.$ as (id integer)']],
    ['view', ['create view shop_meta.$ as select 1 as id']],
    ['materialized view', ['create materialized view shop_meta.$ as select 1 as id']],
    ['partitioned table', ['create table shop_meta.$ (id integer) partition by list (id)']],
  ])('also for it would hold the failing rows of a test: a %s', async (holder, statements) => {
    const shop = project(
      { 'models/songs.sql': 'select 1 as id', 'test/data/no_one.sql': 'select * from {{ref "songs"}}' },
      'postgres',
    );
    for (const statement of ['create schema shop_meta', ...statements])
      await shop.sql(statement.replace('$', 'failures_no_one'));
    expect(await faultsOf(shop.run())).toMatchObject([
      {
        code: 'relation-foreign',
        message: expect.stringContaining(
          ` ${holder} shop_meta.failures_no_one: no table for the failing rows of "no_one" can have this name`,
        ) as string,
        at: { path: 'test/data/no_one.sql' },
        hint: expect.stringContaining(
          `alter ${holder.replace('partitioned ', '')} shop_meta.failures_no_one rename to`,
        ) as string,
      },
    ]);
    expect(shop.events.map(({ type }) => type)).not.toContain('run started');
    await shop.sql(`alter ${holder.replace('partitioned ', '')} shop_meta.failures_no_one rename to theirs_too`);
    expect((await shop.run()).outcome).toBe('held');
    expect(await shop.rows('select * from shop_meta.failures_no_one')).toEqual([[1]]);
  });

  test('also for the state would have it', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
    for (const statement of ['create schema shop_meta', 'create sequence shop_meta.published_nodes'])
      await shop.sql(statement);
    expect(await faultsOf(shop.run())).toMatchObject([
      {
        code: 'relation-foreign',
        message:
          'there is a sequence shop_meta.published_nodes: no table for the state of the project can have this name',
      },
    ]);
  });

  test('but not for a test that is not run', async () => {
    const shop = project(
      {
        'models/songs.sql': 'select 1 as id',
        'models/other.sql': 'select 1 as id',
        'test/data/no_one.sql': 'select * from {{ref "other"}} where id = 2',
      },
      'postgres',
    );
    for (const statement of ['create schema shop_meta', 'create sequence shop_meta.failures_no_one'])
      await shop.sql(statement);
    await shop.publish({ select: ['songs'] });
    expect(await faultsOf(shop.run())).toMatchObject([{ code: 'relation-foreign' }]);
  });

  test('but the type of an array gives its name away', async () => {
    const shop = project({ 'models/_songs.sql': 'select 1 as id' }, 'postgres');
    await shop.sql('create schema shop');
    await shop.sql('create table shop.songs (id integer)');
    await shop.publish();
  });

  test('on DuckDB nothing but a relation has the name of a table', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'duckdb');
    for (const statement of [
      'create schema shop',
      'create sequence shop.songs',
      "create type shop.songs as enum ('x')",
    ])
      await shop.sql(statement);
    await shop.publish();
    expect(await shop.rows('select * from shop.songs')).toEqual([[1]]);
  });
});
