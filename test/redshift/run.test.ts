import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../runner/core/run-event.ts';
import { changesIn, faultsIn, project as projectOn } from '../support/project.ts';
import type { Files, TestProject } from '../support/project.ts';
import { roads } from './shop-warehouse.ts';

const songs = (rows: string): string => `{{config unique_key="id" dist="id" sort="id"}}\n${rows}\n`;
const contract =
  'models:\n  - name: songs\n    columns:\n      - { name: id, type: integer }\n      - { name: title, type: varchar(20) }\n';
const files = {
  'models/songs.sql': songs("select 1 as id, 'one' as title union all select 2, 'two'"),
  'models/_songs.yml': contract,
  'models/titles.sql': '{{config materialized="view"}}\nselect title from {{ref "songs"}}\n',
  'models/counts.sql': 'select count(*) as songs from {{ref "titles"}}\n',
};

describe.each(roads)('on %s', (road) => {
  const project = (more: Files = {}): TestProject => projectOn({ ...files, ...more }, road);

  test('a project is published, and nothing is done when nothing has changed', async () => {
    const shop = project();
    expect(changesIn(await shop.publish())).toEqual({
      songs: 'swap +2 ~0 -0',
      titles: 'replace view',
      counts: 'swap +1 ~0 -0',
    });
    expect(await shop.rows('select title from titles order by 1')).toEqual([['one'], ['two']]);
    expect(Object.values(changesIn(await shop.publish())).every((how) => how.startsWith('nothing'))).toBe(true);
  });

  test('an empty field of a seed is null, and in quotes it is empty text', async () => {
    const columns = '      - { name: id, type: integer }\n      - { name: title, type: varchar(20) }\n';
    const shop = project({
      'seeds/levels.csv': 'id,title\n1,""\n2,\n"",x\n',
      'seeds/_seeds.yml': `seeds:\n  - name: levels\n    columns:\n${columns}`,
    });
    await shop.publish();
    expect(await shop.rows("select id, coalesce(title, 'null') from levels order by id")).toEqual([
      [1, ''],
      [2, 'null'],
      [null, 'x'],
    ]);
  });

  test('a query with two columns of one name is refused', async () => {
    const shop = project({ 'models/pairs.sql': 'select 1 as id, 2 as id' });
    const faults = faultsIn(await shop.run());
    expect(faults[0]?.message).toMatch(/"?id"?/);
  });

  test('rows that differ are written, and only those', async () => {
    const shop = project();
    await shop.publish();
    shop.write({ 'models/songs.sql': songs("select 2 as id, 'zwei' as title union all select 3, 'drei'") });
    expect(changesIn(await shop.publish())['songs']).toBe('merge +1 ~1 -1');
    expect(await shop.rows('select * from songs order by id')).toEqual([
      [2, 'zwei'],
      [3, 'drei'],
    ]);
  });

  test('a table of another design takes the place of the old one, and views go on with it', async () => {
    const shop = project();
    await shop.publish();
    shop.write({ 'models/songs.sql': files['models/songs.sql'].replace('dist="id"', 'dist="all"') });
    expect(changesIn(await shop.publish())['songs']).toMatch(/^recreate/);
    expect(await shop.rows('select title from titles order by 1')).toEqual([['one'], ['two']]);
    expect(await shop.rows('select diststyle from svv_table_info where "table" = \'songs\'')).toEqual([['all']]);
  });

  test('a conflict with another transaction is tried again, as a whole', async () => {
    const shop = project();
    shop.redshift?.warehouse.mishaps.push({
      statement: /^insert into "shop"\."songs__/,
      happens: {
        kind: 'error',
        message: '1023 Serializable isolation violation on table - 100, transactions forming the cycle are: 1, 2',
      },
    });
    await shop.publish();
    expect(shop.events.filter(({ type }) => type === 'retry')).toHaveLength(1);
  });

  test.each([
    ['before', 'insert into "shop"."songs" '],
    ['after', 'insert into "shop"."songs" '],
    ['before', 'commit'],
    ['after', 'commit'],
  ] as const)(
    'a connection that breaks %s "%s" leaves all or nothing, and the run completes',
    async (when, statement) => {
      const shop = project();
      await shop.publish();
      shop.write({ 'models/songs.sql': songs("select 7 as id, 'seven' as title") });
      let isPublishing = false;
      shop.redshift?.warehouse.mishaps.push({
        // Of the commits of a run, that of its publish.
        statement: { test: (sent) => isPublishing && sent.startsWith(statement) },
        happens: { kind: 'lost', when },
      });
      const report = (event: RunEvent): void =>
        void (isPublishing ||= event.type === 'phase' && event.phase === 'publish');
      const summary = await shop.run({ report });
      expect(faultsIn(summary)).toEqual([]);
      expect(shop.redshift?.warehouse.mishaps).toEqual([]);
      expect(shop.events.filter(({ type }) => type === 'retry')).toHaveLength(1);
      expect(await shop.rows('select * from songs')).toEqual([[7, 'seven']]);
    },
  );

  test('a publish that conflicts with another transaction for good publishes nothing, and says what was in its way', async () => {
    const shop = project();
    await shop.publish();
    shop.write({ 'models/songs.sql': songs("select 7 as id, 'seven' as title") });
    for (let i = 0; i < 4; i++)
      shop.redshift?.warehouse.mishaps.push({
        statement: /^insert into "shop"\."songs" /,
        happens: { kind: 'error', message: 'could not complete because of conflict with concurrent transaction' },
      });
    expect(faultsIn(await shop.run())).toMatchObject([
      { code: 'database-error', message: expect.stringMatching(/conflict with concurrent/) as string },
    ]);
    expect(await shop.rows('select title from titles order by 1')).toEqual([['one'], ['two']]);
    await shop.publish();
    expect(await shop.rows('select title from titles')).toEqual([['seven']]);
  });
});
