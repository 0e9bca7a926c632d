import { describe, expect, test } from 'vitest';
import type { Engine, TestProject } from '../support/project.ts';
import { changesIn, engines, faultsIn, faultsOf, project } from '../support/project.ts';

const contract = (...columns: string[]) =>
  `models:\n  - name: songs\n    columns:\n${columns.map((column) => `      - { ${column} }\n`).join('')}`;
const columns = [
  'name: id, type: integer, not_null: true',
  'name: title, type: varchar(20)',
  'name: year, type: integer',
  'name: price, type: "decimal(8, 2)"',
  'name: heard, type: timestamp',
  'name: since, type: timestamptz',
  'name: rate, type: real',
  'name: kind, type: char(2)',
  'name: tags, type: super',
];
const select = `select 1 as id, 'one' as title, 1999 as year, cast(1.5 as decimal(8, 2)) as price,
  timestamp '2018-11-01 00:00:00' as heard, cast('2018-11-01 00:00:00+00' as timestamptz) as since, cast(1 as real) as rate,
  'ab' as kind, cast('{}' as json) as tags`;
const files = (config: string) => ({
  'models/songs.sql': `{{config ${config}}} ${select}`,
  'models/_songs.yml': contract(...columns),
});

const notes = (shop: TestProject) => shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

async function published(engine: Engine, config: string): Promise<TestProject> {
  const shop = project(files(config), engine);
  await shop.publish();
  return shop;
}

describe.each(engines)('on %s, a table that somebody changed', (engine) => {
  const changed: readonly (readonly [string, string, string, string])[] = [
    [
      'a column retyped',
      'alter table shop.songs alter column year type bigint',
      'column year: integer expected, bigint found',
      'column year: bigint -> integer',
    ],
    [
      'a column nullable',
      'alter table shop.songs alter column id drop not null',
      'column id: not null expected, nullable found',
      'column id: nullable -> not null',
    ],
    [
      'a column not null',
      'alter table shop.songs alter column year set not null',
      'column year: nullable expected, not null found',
      'column year: not null -> nullable',
    ],
    [
      'a column dropped',
      'alter table shop.songs drop column year',
      'column year (integer) is expected and not there',
      'column year (integer) is added',
    ],
  ];

  test.each(changed)('is put back, with a note that names the column: %s', async (_, statement, __, change) => {
    const shop = await published(engine, 'materialized="table" unique_key="id"');
    expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0' });
    await shop.sql(statement);
    await shop.publish();
    expect(notes(shop)[0]).toBe(`it has been changed since it was published, and this run puts it back: ${change}`);
    expect(await shop.rows('select year from songs')).toEqual([[1999]]);
    expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0' });
    expect(notes(shop)).toEqual([]);
  });

  test.each(['fail', 'append', 'ignore'])(
    'is not added to before it is built as a whole, with on_schema_change="%s"',
    async (mode) => {
      const shop = await published(engine, `materialized="incremental" unique_key="id" on_schema_change="${mode}"`);
      await shop.publish();
      for (const [, statement, difference] of changed) {
        await shop.sql(statement);
        expect(await faultsOf(shop.run())).toMatchObject([
          {
            code: 'columns-changed',
            message: `shop.songs has been changed since it was published for "songs":\n  ${difference}`,
            hint: 'rebuild it as a whole: sparkify-run models songs+ --full-refresh',
          },
        ]);
        await shop.publish({ fullRefresh: true });
        await shop.publish();
        expect(notes(shop)).toEqual([]);
      }
    },
  );

  test.each(['materialized="table"', 'materialized="incremental" unique_key="id" on_schema_change="append"'])(
    'keeps the column that was added to it until --full-refresh: %s',
    async (config) => {
      const shop = await published(engine, config);
      await shop.sql('alter table shop.songs add column note varchar');
      const faults = [...(await faultsOf(shop.run()))];
      expect(faults).toMatchObject([{ code: 'columns-changed', at: { path: 'models/_songs.yml' } }]);
      expect(faults[0]?.message).toMatch(/^ {2}column note \((varchar|text)\) is there and not expected$/m);
      expect(faults[0]?.hint).toContain('that drops "note" with all values');
      expect(await shop.rows('select id, note from songs')).toEqual([[1, null]]);
      await shop.publish({ fullRefresh: true });
      await shop.publish();
      expect(notes(shop)).toEqual([]);
    },
  );

  test('names the column that was renamed, with the name that is near to it', async () => {
    const shop = await published(engine, 'materialized="table"');
    await shop.sql('alter table shop.songs rename column title to titel');
    const [fault] = await faultsOf(shop.run());
    expect(fault?.message).toContain('column title (varchar');
    expect(fault?.message).toContain('is expected and not there: did you mean "titel"?');
    expect(await shop.places([fault ?? expect.fail('no fault')])).toEqual(['models/_songs.yml:5:17 columns-changed']);
  });

  test.each(['materialized="table"', 'materialized="incremental" unique_key="id"'])(
    'with a renamed text column is put back by --full-refresh, as the hint says: %s',
    async (config) => {
      const shop = await published(engine, config);
      await shop.sql('alter table shop.songs rename column title to name');
      await shop.sql('alter table shop.songs rename column kind to sort');
      expect((await faultsOf(shop.run()))[0]?.hint).toContain('sparkify-run models songs+ --full-refresh');
      await shop.publish({ fullRefresh: true });
      expect(await shop.rows('select title, kind from songs')).toEqual([['one', 'ab']]);
      expect(changesIn(await shop.publish())['songs']).toMatch(/^nothing/);
    },
  );

  test('is not taken for a column of which the contract has a typo, which is pointed at', async () => {
    const shop = await published(engine, 'materialized="incremental" unique_key="id"');
    shop.write({
      'models/songs.sql': `{{config materialized="incremental" unique_key="id"}} ${select.replace('as year', 'as yaer')}`,
      'models/_songs.yml': contract(...columns.map((column) => column.replace('name: year', 'name: yaer'))),
    });
    const [fault] = await faultsOf(shop.run());
    expect(fault?.message).toBe(
      'the published table "songs" does not have the columns of the contract:\n' +
        '  column yaer (integer) is expected and not there: did you mean "year"?\n  column year (integer) is there and not expected',
    );
    expect(await shop.places([fault ?? expect.fail('no fault')])).toEqual(['models/_songs.yml:6:17 columns-changed']);
  });
});

describe.each(engines)('on %s, an incremental table', (engine) => {
  const model = (config: string, v: string) => ({
    'models/a.sql': `{{config materialized="incremental" ${config}}} select 1 as id, ${v} as v`,
  });

  test.each(['ignore', 'append'])('names the column of another type, with on_schema_change="%s"', async (mode) => {
    const config = `unique_key="id" on_schema_change="${mode}"`;
    const shop = project(model(config, '2'), engine);
    await shop.publish();
    shop.write(model(config, 'cast(2 as bigint)'));
    expect(faultsIn(await shop.run())).toMatchObject([
      {
        message: 'the query of "a" gives other columns than are published:\n  column v: integer -> bigint',
        hint: 'rebuild it as a whole: sparkify-run models a+ --full-refresh',
      },
    ]);
  });

  test('names the key and the strategy that have changed', async () => {
    const shop = project(model('unique_key="id"', '2'), engine);
    await shop.publish();
    shop.write(model('unique_key="v" strategy="delete+insert"', '2'));
    expect((await faultsOf(shop.run()))[0]?.message).toBe(
      'the published table "a" cannot be added to: its strategy was merge and is delete+insert, its unique_key was "id" and is "v"',
    );
  });
});

test('a table that becomes a view says so where readers may have to wait, and nothing on DuckDB', async () => {
  const expected = {
    duckdb: [],
    postgres: ['it is a view now: readers may have to wait while it is dropped and created again'],
  };
  for (const engine of engines) {
    const shop = project({ 'models/base.sql': 'select 1 as id' }, engine);
    await shop.publish();
    shop.write({ 'models/base.sql': '{{config materialized="view"}} select 1 as id' });
    await shop.publish();
    expect(notes(shop)).toEqual(expected[engine]);
  }
});

describe.each(engines)('on %s, a warehouse that somebody changed', (engine) => {
  const shopFiles = {
    'models/songs.sql': '{{config unique_key="id"}} select 1 as id',
    'models/_songs.yml': contract('name: id, type: integer'),
    'models/ids.sql': '{{config materialized="view"}} select id from {{ref "songs"}}',
    'models/counts.sql': 'select count(*) as n from {{ref "ids"}}',
  };

  test('lost its state: all relations are named once, and --full-refresh takes them over', async () => {
    const shop = project(shopFiles, engine);
    await shop.publish();
    await shop.sql('drop schema shop_meta cascade');
    expect(await faultsOf(shop.run())).toEqual([
      {
        code: 'relation-foreign',
        message:
          'the state of this project (schema shop_meta) knows of no published relation, and these are there: table shop.songs, view shop.ids, table shop.counts',
        hint: 'if the state was lost, build all of it as a whole: sparkify-run models --full-refresh; else rename them',
      },
    ]);
    await shop.publish({ fullRefresh: true });
    expect(notes(shop).filter((note) => note.includes('column'))).toEqual([]);
    const why =
      'the state of this project does not know it: readers may have to wait while it is dropped and created again';
    expect(new Set(notes(shop))).toEqual(new Set(engine === 'duckdb' ? [] : [why]));
    expect(await shop.rows('select n from counts')).toEqual([[1]]);
    expect(Object.values(changesIn(await shop.publish()))).toEqual(
      expect.arrayContaining([expect.stringContaining('nothing')]),
    );
  });

  test('has a view where a table was published, which is left alone until --full-refresh', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, engine);
    await shop.publish();
    await shop.sql('drop table shop.songs');
    await shop.sql('create view shop.songs as select 2 as id');
    expect(await faultsOf(shop.run())).toMatchObject([
      {
        code: 'relation-foreign',
        message: 'shop.songs is a view, and was published as a table for "songs": somebody has replaced it since',
        hint: 'rename it, or have it replaced: sparkify-run models songs --full-refresh',
      },
    ]);
    await shop.publish({ fullRefresh: true });
    expect(await shop.rows('select id from songs')).toEqual([[1]]);
  });

  test('lacks a table that was published: it is built as a whole, and that is said', async () => {
    const shop = project({ 'models/songs.sql': '{{config materialized="incremental"}} select 1 as id' }, engine);
    await shop.publish();
    await shop.sql('drop table shop.songs');
    await shop.publish();
    expect(notes(shop)).toEqual(['shop.songs was published and is not there any more: it is built as a whole']);
    expect(await shop.rows('select id from songs')).toEqual([[1]]);
  });

  test('lacks a table that the run reads and leaves out, which was there', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id', 'models/b.sql': 'select id from {{ref "a"}}' }, engine);
    await shop.publish();
    await shop.sql('drop table shop.a');
    expect(await faultsOf(shop.run({ select: ['b'] }))).toMatchObject([
      {
        code: 'relation-missing',
        message: '"b" reads "a", which is not selected, and was published and is not there any more',
      },
    ]);
  });
});

test.each(['materialized="table" unique_key="id"', 'materialized="incremental" unique_key="id"'])(
  'a condition that somebody added and new rows do not meet is named, and the hint takes it off: %s',
  async (config) => {
    const select = 'select 1 as id, 5 as y union all select 2, null';
    const shop = project({ 'models/m.sql': `{{config ${config}}} ${select}` }, 'postgres');
    await shop.publish();
    for (const added of ['alter column y set not null', 'add constraint known check (y is not null)']) {
      await shop.sql('delete from shop.m where id = 2');
      await shop.sql(`alter table shop.m ${added}`);
      const [, statement] =
        /this condition to the table: (alter table .*)$/.exec(faultsIn(await shop.run())[0]?.hint ?? '') ?? [];
      await shop.sql(statement ?? expect.fail('no hint'));
      await shop.publish();
      expect(await shop.rows('select id, y from m order by id')).toEqual([
        [1, 5],
        [2, null],
      ]);
    }
  },
);

test('on Redshift, a column that somebody retyped is named, and put back by --full-refresh', async () => {
  const columns = [
    'name: id, type: integer, not_null: true',
    'name: title, type: varchar(20)',
    'name: tags, type: super',
  ];
  const shop = project(
    {
      'models/songs.sql': `{{config materialized="incremental" unique_key="id"}} select 1 as id, 'one' as title, json_parse('{}') as tags`,
      'models/_songs.yml': contract(...columns),
    },
    'redshift',
  );
  await shop.publish();
  await shop.publish();
  expect(notes(shop)).toEqual([]);
  await shop.sql('alter table shop.songs alter column id type bigint');
  expect((await faultsOf(shop.run()))[0]?.message).toBe(
    'shop.songs has been changed since it was published for "songs":\n  column id: integer expected, bigint found',
  );
  await shop.publish({ fullRefresh: true });
  expect(notes(shop)).toContain(
    'column id: bigint -> integer: readers may have to wait while it is dropped and created again',
  );
});
