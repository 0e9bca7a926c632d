import { describe, expect, test } from 'vitest';
import { rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, project } from '../support/project.ts';

type Columns = readonly string[];

const wide = 'name: id, type: integer, not_null: true';
const before = [wide, 'name: title, type: varchar(9)', 'name: note, type: varchar(20)', 'name: year, type: integer'];

/** A model with this contract, and values that fit it. */
function files(columns: Columns): Record<string, string> {
  const values = columns.map((column) => {
    const [, name = '', type = ''] = /name: (\w+), type: ([^,]+)/.exec(column) ?? [];
    return `cast(${/char|timestamp/.test(type) ? "'2018-11-01'" : '7'} as ${type}) as ${name}`;
  });
  return {
    'models/songs.sql': `select ${values.join(', ')}\n`,
    'models/_songs.yml': `models:\n  - name: songs\n    columns:\n${columns.map((column) => `      - { ${column} }\n`).join('')}`,
  };
}

async function rows(shop: TestProject, sql: string): Promise<(string | null)[][]> {
  if (shop.database === undefined) throw new Error('this shop has no server');
  return rowsOn(shop.database, sql);
}

/** What the catalog has of the columns and constraints of a table, whatever numbers its columns have. */
async function catalog(shop: TestProject): Promise<unknown> {
  return [
    await rows(
      shop,
      `select attname, format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attstorage, atthasdef
       from pg_attribute where attrelid = 'shop.songs'::regclass and attnum > 0 and not attisdropped order by attnum`,
    ),
    await rows(
      shop,
      `select conname, pg_get_constraintdef(oid), convalidated from pg_constraint
       where conrelid = 'shop.songs'::regclass and contype <> 'n' order by 1`,
    ),
    await rows(shop, 'select * from shop.songs'),
  ];
}

const identity = "select 'shop.songs'::regclass::oid";

const changes: readonly (readonly [string, Columns])[] = [
  ['a column dropped from the end', before.slice(0, 3)],
  ['columns dropped from the middle', [wide, 'name: year, type: integer']],
  ['a column dropped from the beginning', before.slice(1)],
  ['a longer text', [wide, 'name: title, type: varchar(30)', ...before.slice(2)]],
  ['a shorter text', [...before.slice(0, 2), 'name: note, type: varchar(10)', 'name: year, type: integer']],
  ['a number for a text', [wide, 'name: title, type: integer', ...before.slice(2)]],
  ['a text for a number', [...before.slice(0, 3), 'name: year, type: varchar(30)']],
  ['a time for a number', [...before.slice(0, 3), 'name: year, type: timestamp']],
  ['a wider number', ['name: id, type: bigint, not_null: true', ...before.slice(1)]],
  ['a column that may be null', ['name: id, type: integer', ...before.slice(1)]],
  ['a column that may not be null', [wide, 'name: title, type: varchar(9), not_null: true', ...before.slice(2)]],
  ['a column that may not be null at the end', [...before, 'name: more, type: varchar(15), not_null: true']],
  [
    'all of it at once',
    ['name: id, type: bigint', 'name: note, type: char(30), not_null: true', 'name: more, type: real'],
  ],
];

describe('on PostgreSQL a published table is altered in place', () => {
  test.each(changes)('and is in the catalog as a new one would be: %s', async (_, columns) => {
    const [shop, fresh] = [project(files(before), 'postgres'), project(files(columns), 'postgres')];
    await shop.publish();
    const [table] = await rows(shop, identity);
    shop.write(files(columns));
    expect(changesIn(await shop.publish())).toEqual({ songs: 'replace rows' });
    expect(await rows(shop, identity)).toEqual([table]);
    await fresh.publish();
    expect(await catalog(shop)).toEqual(await catalog(fresh));
    expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0' });
  });

  test('and keeps what has to be refused else: policies, triggers, checks and publications', async () => {
    const shop = project(files(before), 'postgres');
    await shop.publish();
    const kept = `select
      (select array_agg(polname) from pg_policy where polrelid = 'shop.songs'::regclass),
      (select array_agg(tgname) from pg_trigger where tgrelid = 'shop.songs'::regclass),
      (select array_agg(prrelid) from pg_publication_rel where prrelid = 'shop.songs'::regclass),
      (select relrowsecurity from pg_class where oid = 'shop.songs'::regclass),
      (select array_agg(conname) from pg_constraint where conname = 'sane'),
      (select array_agg(indexrelid) from pg_index where indrelid = 'shop.songs'::regclass)`;
    for (const statement of [
      'alter table shop.songs enable row level security',
      'create policy seen on shop.songs using (id > 0)',
      `create function shop.noted() returns trigger language plpgsql as $$ begin return null; end $$`,
      'create trigger noted after update on shop.songs for each row execute function shop.noted()',
      'alter table shop.songs add constraint sane check (id > 0)',
      'create index songs_by_id on shop.songs (id)',
      'alter table shop.songs replica identity full',
      'create publication listed for table shop.songs',
    ])
      await shop.sql(statement);
    const was = await rows(shop, kept);
    shop.write(files([wide, 'name: title, type: varchar(30)', 'name: year, type: bigint']));
    expect(changesIn(await shop.publish())).toEqual({ songs: 'replace rows' });
    expect(await rows(shop, kept)).toEqual(was);
  });

  test('also a model without a contract, with what others have made not null', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id, 2 as year, 3 as more' }, 'postgres');
    await shop.publish();
    await shop.sql('alter table shop.songs alter column id set not null');
    const [table] = await rows(shop, identity);
    shop.write({ 'models/songs.sql': `select cast(1 as bigint) as id, 'x' as more` });
    expect(changesIn(await shop.publish())).toEqual({ songs: 'replace rows' });
    expect(await rows(shop, identity)).toEqual([table]);
    expect(await shop.rows('select * from songs')).toEqual([[1, 'x']]);
    await expect(shop.sql('update shop.songs set id = null')).rejects.toThrow('not-null constraint');
  });
});

describe('a table is replaced, and not altered in place,', () => {
  test.each([
    ['where columns have another order', [], [...before].reverse()],
    ['where a column is before others that stay', [], ['name: first, type: integer', ...before]],
    [
      'where a view reads a column of another type',
      ['create view shop.theirs as select title from shop.songs'],
      [wide, 'name: title, type: integer', ...before.slice(2)],
    ],
    [
      'where an index is on a column of another type',
      ['create index songs_by_title on shop.songs (title)'],
      [wide, 'name: title, type: integer', ...before.slice(2)],
    ],
    [
      'where a column of another type has a default',
      [`alter table shop.songs alter column title set default 'x'`],
      [wide, 'name: title, type: integer', ...before.slice(2)],
    ],
    [
      'where its rows are hidden',
      ['alter table shop.songs enable row level security', 'alter table shop.songs force row level security'],
      [wide],
    ],
  ] as const)('%s', async (_, statements, columns) => {
    const shop = project(files(before), 'postgres');
    await shop.publish();
    for (const statement of statements) await shop.sql(statement);
    const [table] = await rows(shop, identity);
    shop.write(files(columns));
    expect(changesIn(await shop.publish({ replaceDependents: true }))).toEqual({ songs: 'recreate' });
    expect(await rows(shop, identity)).not.toEqual([table]);
  });
});
