import { describe, expect, test } from 'vitest';
import { rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, project } from '../support/project.ts';

type Files = Readonly<Record<string, string>>;

const contract = (id: string) =>
  `models:\n  - name: songs\n    columns:\n      - { name: id, type: ${id} }\n      - { name: title, type: varchar(9) }\n`;
const select = (rows: string, config = '') => `${config}select * from (values ${rows}) as v(id, title)\n`;
const old = "(1, 'one'), (2, 'two')";
const next = "(1, 'one'), (2, 'zwei'), (3, 'three')";
const incremental = (strategy: string) =>
  `{{config materialized="incremental" strategy="${strategy}"${strategy === 'append' ? '' : ' unique_key="id"'}}}`;
const copy = '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n';
const line = (id: number, title: string) => `${JSON.stringify({ id, title })}\n`;

/** Every way in which rows are written to a table that is published: the project before, and what changes of it. */
const ways: readonly (readonly [string, Files, Files])[] = [
  [
    'merge',
    { 'models/songs.sql': select(old, '{{config unique_key="id"}}') },
    { 'models/songs.sql': select(next, '{{config unique_key="id"}}') },
  ],
  ['replace rows', { 'models/songs.sql': select(old) }, { 'models/songs.sql': select(next) }],
  [
    'replace rows, altered in place',
    { 'models/songs.sql': select(old) },
    { 'models/songs.sql': select(next), 'models/_songs.yml': contract('bigint') },
  ],
  ...['append', 'delete+insert', 'merge'].map(
    (strategy) =>
      [
        `incremental ${strategy}`,
        { 'models/songs.sql': select(old, incremental(strategy)) },
        { 'models/songs.sql': select(next, incremental(strategy)) },
      ] as const,
  ),
  ['copy', { 'models/songs.sql': copy, 'raw/orders/1.json': line(1, 'one') }, { 'raw/orders/2.json': line(2, 'zwei') }],
  ['seed', { 'seeds/songs.csv': 'id,title\n1,one\n' }, { 'seeds/songs.csv': 'id,title\n2,zwei\n' }],
];

async function published(files: Files): Promise<TestProject> {
  const yml = contract('integer');
  const isSeed = 'seeds/songs.csv' in files;
  const shop = project(
    { ...(isSeed ? { 'seeds/_songs.yml': yml.replace('models', 'seeds') } : { 'models/_songs.yml': yml }), ...files },
    'postgres',
  );
  await shop.publish();
  return shop;
}

async function rows(
  { database }: TestProject,
  sql = 'select id, title from shop.songs order by 1, 2',
): Promise<unknown> {
  if (database === undefined) throw new Error('this shop has no server');
  return rowsOn(database, sql);
}

const suppress = 'create function shop.suppress() returns trigger language plpgsql as $$ begin return null; end $$';
const makers: readonly (readonly [string, readonly string[], string])[] = [
  [
    'trigger',
    [suppress, 'create trigger quiet before insert on shop.songs for each row execute function shop.suppress()'],
    'disable trigger quiet',
  ],
  ['rule', ['create rule quiet as on insert to shop.songs do instead nothing'], 'disable rule quiet'],
];

describe.each(makers)(
  'a %s of others that could change the rows written to a table is named, and nothing is written,',
  (type, statements, remedy) => {
    test.each(ways)('by %s', async (_, files, changed) => {
      const shop = await published(files);
      for (const statement of statements) await shop.sql(statement);
      const before = await rows(shop);
      shop.write(changed);
      const summary = await shop.run();
      expect(summary.outcome).toBe('held');
      const faults = faultsIn(summary);
      expect(faults).toHaveLength(1);
      expect(faults[0]?.message).toContain(`${type} quiet on table shop.songs`);
      expect(await rows(shop)).toEqual(before);
      if (faults[0]?.code === 'dependent-objects') return;
      expect(faults).toMatchObject([
        {
          code: 'rows-unsure',
          at: { path: expect.stringContaining('songs') as string },
          hint: expect.stringContaining(`alter table shop.songs ${remedy}`) as string,
        },
      ]);
      await shop.sql(`alter table shop.songs ${remedy}`);
      expect(changesIn(await shop.publish())['songs']).not.toMatch(/nothing/);
    });
  },
);

describe('also', () => {
  const merged = (values: string) => ({ 'models/songs.sql': select(values, '{{config unique_key="id"}}') });

  test.each([
    [
      'a trigger that always fires',
      'create trigger quiet before insert on shop.songs for each row execute function shop.suppress(); alter table shop.songs enable always trigger quiet',
    ],
    [
      'a rule that does more',
      'create rule quiet as on delete to shop.songs do also delete from shop.songs where id = 1',
    ],
  ])('%s', async (_, statement) => {
    const shop = await published(merged(old));
    await shop.sql(suppress);
    await shop.sql(statement);
    shop.write(merged(next));
    expect(faultsIn(await shop.run())).toMatchObject([
      { code: 'rows-unsure', message: expect.stringMatching(/(trigger|rule) quiet on table shop\.songs/) as string },
    ]);
  });

  test('a foreign key by which rows of another published table would be deleted or changed', async () => {
    const shop = await published({ ...merged(old), 'models/plays.sql': 'select 7 as play, 2 as song' });
    await shop.sql('alter table shop.songs add unique (id)');
    await shop.sql(
      'alter table shop.plays add constraint of_song foreign key (song) references shop.songs (id) on delete cascade',
    );
    shop.write(merged(next));
    expect(faultsIn(await shop.run())).toMatchObject([
      {
        code: 'rows-unsure',
        message: expect.stringContaining('constraint of_song on table shop.plays') as string,
        hint: expect.stringContaining('alter table shop.plays drop constraint of_song') as string,
      },
    ]);
    expect(await rows(shop, 'select * from shop.plays')).toEqual([['7', '2']]);
  });

  test('a trigger on the table of rejected rows', async () => {
    const shop = await published({
      'models/songs.sql': copy.replace('"copy"', '"copy" max_errors=9'),
      'raw/orders/1.json': `${line(1, 'one')}broken\n`,
    });
    await shop.sql(suppress);
    await shop.sql(
      'create trigger quiet before insert on shop.songs_rejects for each row execute function shop.suppress()',
    );
    shop.write({ 'raw/orders/2.json': `${line(2, 'zwei')}broken\n` });
    expect(faultsIn(await shop.run())).toMatchObject([
      { code: 'rows-unsure', message: expect.stringContaining('trigger quiet on table shop.songs_rejects') as string },
    ]);
    expect(await rows(shop)).toEqual([['1', 'one']]);
  });
});

test('triggers that cannot change or suppress a row fire as they always do', async () => {
  const shop = await published({ 'models/songs.sql': select(old) });
  for (const statement of [
    'create table shop.audit (heard timestamptz)',
    'create function shop.heard() returns trigger language plpgsql as $$ begin insert into shop.audit values (now()); return null; end $$',
    'create trigger after_row after insert on shop.songs for each row execute function shop.heard()',
    'create trigger before_statement before delete on shop.songs for each statement execute function shop.heard()',
  ])
    await shop.sql(statement);
  shop.write({ 'models/songs.sql': select(next) });
  expect(changesIn(await shop.publish())).toEqual({ songs: 'replace rows +2 ~0 -1' });
  expect(await rows(shop, 'select count(*) > 0 from shop.audit')).toEqual([['t']]);
});

test('triggers and rules are left alone where no row is written, and those that do not fire', async () => {
  const shop = await published({ 'models/songs.sql': select(old) });
  for (const statement of [
    suppress,
    'create trigger quiet before insert on shop.songs for each row execute function shop.suppress()',
    'create rule updated as on update to shop.songs do instead nothing',
    'create trigger updated before update on shop.songs for each row execute function shop.suppress()',
  ])
    await shop.sql(statement);
  expect(changesIn(await shop.publish())).toEqual({ songs: 'nothing +0 ~0 -0' });
  await shop.sql('alter table shop.songs disable trigger quiet');
  shop.write({ 'models/songs.sql': select(next) });
  expect(changesIn(await shop.publish())).toEqual({ songs: 'replace rows +2 ~0 -1' });
});
