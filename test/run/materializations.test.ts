import { describe, expect, test } from 'vitest';
import type { Files, TestProject } from '../support/project.ts';
import { engines, changesIn, faultsIn, faultsOf, project as projectOn } from '../support/project.ts';

describe.each(engines)('on %s', (engine) => {
  const project = (content: Files): TestProject => projectOn(content, engine);
  /** How a table reaches readers who may be at it: by rows that differ, by all rows, or as another table. */
  const isLive = engine === 'postgres';
  const [byKey, asWhole, recreated] = isLive ? ['merge', 'replace rows', 'recreate'] : ['swap', 'swap', 'swap'];

  describe('a table', () => {
    test('is built from its query and published', async () => {
      const shop = project({ 'models/numbers.sql': "select 1 as one, cast('x' as varchar) as letter" });
      expect(changesIn(await shop.publish())).toEqual({ numbers: 'swap +1 ~0 -0' });
      expect(await shop.rows('select * from numbers')).toEqual([[1, 'x']]);
    });

    test('of which no row differs is not touched', async () => {
      const shop = project({ 'models/numbers.sql': '{{config unique_key="one"}} select 1 as one' });
      await shop.publish();
      expect(changesIn(await shop.publish())).toEqual({ numbers: 'nothing +0 ~0 -0' });
    });

    test('says how many rows were added, changed and removed, by its key', async () => {
      const rows = (text: string) => `{{config unique_key="id"}} select * from (values ${text}) as v(id, name)`;
      const shop = project({ 'models/things.sql': rows("(1, 'a'), (2, 'b'), (3, null)") });
      await shop.publish();
      shop.write({ 'models/things.sql': rows("(2, 'b'), (3, 'c'), (4, 'd'), (5, null)") });
      expect(changesIn(await shop.publish())).toEqual({ things: `${byKey} +2 ~1 -1` });
    });

    test('without a key counts rows as often as they stand there', async () => {
      const rows = (text: string) => `select * from (values ${text}) as v(id)`;
      const shop = project({ 'models/things.sql': rows('(1), (1), (null)') });
      await shop.publish();
      shop.write({ 'models/things.sql': rows('(1), (null), (null), (2)') });
      expect(changesIn(await shop.publish())).toEqual({ things: `${asWhole} +2 ~0 -1` });
    });

    test('takes other columns than before without ado', async () => {
      const shop = project({ 'models/things.sql': 'select 1 as id' });
      await shop.publish();
      shop.write({ 'models/things.sql': 'select 1 as id, 2 as more' });
      expect(changesIn(await shop.publish())).toEqual({ things: `${asWhole} +1 ~0 -1` });
      expect(await shop.rows('select * from things')).toEqual([[1, 2]]);
    });

    test('may take the place of a view, and a view that of a table', async () => {
      const shop = project({ 'models/things.sql': '{{config materialized="view"}} select 1 as id' });
      await shop.publish();
      shop.write({ 'models/things.sql': 'select 2 as id' });
      await shop.publish();
      expect(await shop.rows('select * from things')).toEqual([[2]]);
      shop.write({ 'models/things.sql': '{{config materialized="view"}} select 3 as id' });
      await shop.publish();
      expect(await shop.rows('select * from things')).toEqual([[3]]);
    });

    test('may have a name that is a word of SQL, and end in a semicolon or a comment', async () => {
      const shop = project({
        'models/select.sql': 'select 1 as "order" -- the end',
        'models/time.sql': 'select * from {{ref "select"}};\n',
      });
      await shop.publish();
      expect(await shop.rows('select * from "time"')).toEqual([[1]]);
    });
  });

  describe('a column contract', () => {
    const contract = (columns: string) => `models:\n  - name: things\n    columns:\n${columns}`;

    test('is the table: its types and order', async () => {
      const shop = project({
        'models/things.sql': "select 'x' as name, 7 as id",
        'models/_models.yml': contract(
          '      - { name: id, type: bigint }\n      - { name: name, type: varchar(4) }\n',
        ),
      });
      await shop.publish();
      expect(
        await shop.rows(
          "select column_name, lower(data_type) from information_schema.columns where table_name = 'things' order by ordinal_position",
        ),
      ).toEqual([
        ['id', 'bigint'],
        ['name', isLive ? 'character varying' : 'varchar'],
      ]);
    });

    test('that the query does not keep holds the run before anything is published', async () => {
      const shop = project({
        'models/things.sql': "select 'x' as id, 1 as extra",
        'models/_models.yml': contract(
          '      - { name: id, type: integer }\n      - { name: name, type: varchar(4) }\n',
        ),
      });
      const summary = await shop.run();
      expect(summary.outcome).toBe('held');
      expect(await shop.places(faultsIn(summary))).toEqual([
        'models/_models.yml:2:5 contract-mismatch',
        'models/_models.yml:4:17 contract-mismatch',
        'models/_models.yml:5:17 contract-mismatch',
      ]);
      expect(faultsIn(summary).map((fault) => fault.message)).toEqual([
        'the query of "things" does not give the column "name"',
        'the query of "things" gives a column "extra" that is not expected',
        `the column "id" of "things" is integer, and the query gives ${isLive ? 'text' : 'varchar'}`,
      ]);
    });

    test('counts the length of text in bytes, and shows the row that is too long', async () => {
      const shop = project({
        'models/things.sql': "select * from (values (1, 'ab'), (2, 'éé')) as v(id, name)",
        'models/_models.yml': contract(
          '      - { name: id, type: integer }\n      - { name: name, type: varchar(3) }\n',
        ),
      });
      const [fault] = faultsIn(await shop.run());
      expect(fault?.message).toBe(
        'a row of "things" breaks its contract: "éé" is 4 bytes long; column "name" is varchar(3)\n  id = 2, name = éé',
      );
    });

    test('shows the row that has a null where there must be none', async () => {
      const shop = project({
        'models/things.sql': "select * from (values (1, 'ab'), (null, 'cd')) as v(id, name)",
        'models/_models.yml': contract(
          '      - { name: id, type: integer, not_null: true }\n      - { name: name, type: varchar(3) }\n',
        ),
      });
      const [fault] = faultsIn(await shop.run());
      expect(fault?.message).toBe(
        'a row of "things" breaks its contract: column "id" (integer) must not be null, and this row has no value for it\n  id = null, name = cd',
      );
    });

    test('that changes its types changes the table although no row differs', async () => {
      const shop = project({
        'models/things.sql': 'select 1 as id',
        'models/_models.yml': contract('      - { name: id, type: integer }\n'),
      });
      await shop.publish();
      shop.write({ 'models/_models.yml': contract('      - { name: id, type: bigint }\n') });
      expect(changesIn(await shop.publish())).toEqual({ things: engine === 'postgres' ? asWhole : recreated });
    });
  });

  test('a unique_key that is null or not unique holds the publish and shows the rows', async () => {
    const shop = project({
      'models/things.sql': '{{config unique_key="id"}} select * from (values (1), (1), (null)) as v(id)',
    });
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    expect(faultsIn(summary)[0]?.message).toMatch(
      /null or not unique:\n {2}id = (1, row_count = 2\n {2}id = null|null, row_count = 1\n {2}id = 1)/,
    );
  });

  describe('a view', () => {
    test('reads what is published, and is not touched while it stays the same', async () => {
      const shop = project({
        'models/things.sql': 'select 1 as id',
        'models/seen.sql': '{{config materialized="view"}} select * from {{ref "things"}}',
      });
      expect(changesIn(await shop.publish())).toEqual({ things: 'swap +1 ~0 -0', seen: 'replace view' });
      shop.write({ 'models/things.sql': 'select 2 as id' });
      expect(changesIn(await shop.publish())).toEqual({ things: `${asWhole} +1 ~0 -1`, seen: 'nothing' });
      expect(await shop.rows('select * from seen')).toEqual([[2]]);
      shop.write({ 'models/seen.sql': '{{config materialized="view"}} select id * 2 as id from {{ref "things"}}' });
      expect(changesIn(await shop.publish())).toEqual({ things: 'nothing +0 ~0 -0', seen: 'replace view' });
    });
  });

  describe('an ephemeral model', () => {
    test('stands in front of the query that reads it, nested ones first, with or without a with of its own', async () => {
      const shop = project({
        'models/base.sql': '{{config materialized="ephemeral"}} select 1 as id',
        'models/twice.sql':
          '{{config materialized="ephemeral"}} -- a comment\nwith b as (select * from {{ref "base"}}) select id * 2 as id from b',
        'models/plain.sql': 'select t.id + b.id as id from {{ref "twice"}} as t, {{ref "base"}} as b',
        'models/with_with.sql': '/* with */ with recursive base as (select * from {{ref "twice"}}) select * from base',
      });
      expect(changesIn(await shop.publish())).toEqual({ plain: 'swap +1 ~0 -0', with_with: 'swap +1 ~0 -0' });
      expect(await shop.rows('select plain.id, with_with.id from plain, with_with')).toEqual([[3, 2]]);
    });

    test('can be tested like any other', async () => {
      const shop = project({
        'models/base.sql': '{{config materialized="ephemeral"}} select null as id',
        'models/reader.sql': 'select * from {{ref "base"}}',
        'models/_models.yml': 'models:\n  - name: base\n    columns:\n      - name: id\n        tests: [not_null]\n',
      });
      expect(faultsIn(await shop.run())[0]?.code).toBe('test-failed');
    });
  });

  describe('the columns of a query', () => {
    const twice = "select 1 as id, 'x' as name, 2 as id";
    const contract =
      'models:\n  - name: things\n    columns:\n      - { name: id, type: integer }\n      - { name: name, type: varchar(9) }\n      - { name: id_1, type: integer }\n';

    test.each(['table', 'view', 'incremental'])('of one name are refused in a model that is a %s', async (kind) => {
      const shop = project({ 'models/things.sql': `{{config materialized="${kind}"}} ${twice}` });
      expect(faultsIn(await shop.run())).toEqual([
        expect.objectContaining({
          message: expect.stringMatching(/more than one column "id"|specified more than once/),
        }),
      ]);
      shop.write({ 'models/_things.yml': contract });
      expect(faultsIn(await shop.run())).not.toEqual([]);
      shop.write({ 'models/_things.yml': '', 'models/things.sql': 'select 1 as id' });
      await shop.publish();
      shop.write({ 'models/things.sql': `{{config materialized="${kind}" on_schema_change="append"}} ${twice}` });
      expect(faultsIn(await shop.run({ fullRefresh: true }))).not.toEqual([]);
    });

    test('of one name are refused in an ephemeral model, and where a join gives them', async () => {
      const shop = project({
        'models/a.sql': '{{config materialized="ephemeral"}} select 1 as id, 2 as v',
        'models/joined.sql':
          '{{config materialized="ephemeral"}} select a.*, b.* from {{ref "a"}} as a cross join {{ref "a"}} as b',
        'models/things.sql': 'select * from {{ref "joined"}}',
      });
      const faults = faultsIn(await shop.run());
      expect(faults).not.toEqual([]);
      if (engine === 'duckdb') expect(await shop.places(faults)).toEqual(['models/joined.sql:1:1 duplicate-column']);
    });

    test.each([
      'select * from (select 1 as id, 2 as id) as q',
      'with joined as (select a.*, b.* from {{ref "base"}} as a cross join {{ref "base"}} as b) select * from joined',
    ])('of one name are refused in a query inside of another: %s', async (query) => {
      const shop = project({ 'models/base.sql': 'select 1 as id, 2 as v', 'models/things.sql': query });
      expect(faultsIn(await shop.run())).toEqual([
        expect.objectContaining({
          message: expect.stringMatching(/more than one column "id"|specified more than once/),
        }),
      ]);
    });

    test('may have names that look like those of repeated ones', async () => {
      const shop = project({
        'models/base.sql': 'select 1 as id, 2 as id_1, 3 as "id_2"',
        'models/things.sql': 'select * from {{ref "base"}}',
        'models/above.sql': 'with q as (select * from {{ref "things"}}) select *, 4 as id_3 from q',
      });
      await shop.publish();
      expect(await shop.rows('select * from above')).toEqual([[1, 2, 3, 4]]);
      await shop.publish();
    });

    test.each(['y', '"y"'])('have no name, %s, that a warehouse would cut', async (written) => {
      const long = 'y'.repeat(63);
      const named = (name: string): Files => ({
        'models/things.sql': `select 1 as a,\n  2 as ${written.replace('y', name)}`,
      });
      const shop = project(named(`${long}z`));
      expect(await shop.places(await faultsOf(shop.run()))).toEqual(['models/things.sql:2:8 name-invalid']);
      shop.write(named(long));
      await shop.publish();
      expect(await shop.rows(`select ${long} from things`)).toEqual([[2]]);
      shop.write({
        'models/things.sql': `select '${long}z' as a -- ${long}z\n, '${long}''${long}' as b /* ${long}z */`,
      });
      await shop.publish();
    });
  });

  describe('a seed', () => {
    test('keeps an empty field in quotes as empty text, and one without them as null', async () => {
      const csv = 'code,meaning,weight\n1,"",""\n2,,\n3,x,1\n';
      const rows = 'select code, meaning is null, weight is null from codes order by code';
      const plain = project({ 'seeds/codes.csv': csv });
      await plain.publish();
      expect(await plain.rows(rows)).toEqual([
        ['1', false, false],
        ['2', true, true],
        ['3', false, false],
      ]);
      const typed = project({
        'seeds/codes.csv': csv.replace('2,,', '2,"",'),
        'seeds/_seeds.yml':
          'seeds:\n  - name: codes\n    columns:\n      - { name: code, type: integer }\n      - { name: meaning, type: varchar(20), not_null: true }\n      - { name: weight, type: integer }\n',
      });
      await typed.publish();
      expect(await typed.rows(rows)).toEqual([
        [1, false, true],
        [2, false, true],
        [3, false, false],
      ]);
    });

    test('is the rows of its CSV file by the types of its contract; empty is null', async () => {
      const shop = project({
        'seeds/codes.csv': '\ufeffcode,meaning,weight\n007,"a ""b""\nc",1.50\n008,,\n',
        'seeds/_seeds.yml':
          'seeds:\n  - name: codes\n    columns:\n      - { name: meaning, type: varchar(20) }\n      - { name: code, type: char(3), not_null: true }\n      - { name: weight, type: "decimal(9,2)" }\n',
      });
      await shop.publish();
      expect(await shop.rows('select * from codes order by code')).toEqual([
        ['a "b"\nc', '007', '1.50'],
        [null, '008', null],
      ]);
    });

    test('without a contract is text, so that 007 stays 007', async () => {
      const shop = project({ 'seeds/codes.csv': 'code\n007\n' });
      await shop.publish();
      expect(await shop.rows('select code from codes')).toEqual([['007']]);
    });

    test('with a value that does not fit names file, line and column', async () => {
      const shop = project({
        'seeds/codes.csv': 'code\n1\ntwo\n',
        'seeds/_seeds.yml': 'seeds:\n  - name: codes\n    columns:\n      - { name: code, type: integer }\n',
      });
      const faults = faultsIn(await shop.run());
      expect(await shop.places(faults)).toEqual(['seeds/codes.csv:3:1 seed-invalid']);
      expect(faults[0]?.message).toBe('"two" is not a whole number; column "code" is integer');
    });

    test('takes any line break for the end of a line, whatever the others are', async () => {
      const csv = 'a,b\n1,x\r\n\r\n2,"y\r\nz"\n3,w\r4,\r\n';
      const shop = project({
        'seeds/codes.csv': csv,
        'seeds/_seeds.yml':
          'seeds:\n  - name: codes\n    columns:\n      - { name: a, type: integer }\n      - { name: b, type: varchar(9) }\n',
      });
      await shop.publish();
      expect(await shop.rows('select a, b from codes order by a')).toEqual([
        [1, 'x'],
        [2, 'y\r\nz'],
        [3, 'w'],
        [4, null],
      ]);
      shop.write({ 'seeds/codes.csv': csv.replace('3,', 'three,').replace('2,', 'two,') });
      expect(await shop.places(faultsIn(await shop.run()))).toEqual(
        [4, 6].map((line) => `seeds/codes.csv:${line}:1 seed-invalid`),
      );
    });

    test('that is not CSV says where', async () => {
      const shop = project({ 'seeds/codes.csv': 'a,b\n1,2\n1,2,3\n' });
      expect(await shop.places(faultsIn(await shop.run()))).toEqual(['seeds/codes.csv:3:1 seed-invalid']);
    });
  });

  test('a database error is shown at the line of the template that made it, through macros', async () => {
    const shop = project({
      'macros/doubled.hbs': '{{params "of"}}\n2 *\n  {{of}} + nothing_there',
      'models/first.sql': '{{config tags="a"}}\nselect 1 as "é"\n  , missing_column\n',
      'models/second.sql': 'select {{> doubled of="3"}} as six\n',
    });
    const faults = faultsIn(await shop.run());
    expect(await shop.places(faults)).toEqual([
      'macros/doubled.hbs:3:12 database-error',
      'models/first.sql:3:5 database-error',
    ]);
    expect(faults.find((fault) => fault.related?.length)?.related?.[0]?.at).toMatchObject({
      path: 'models/second.sql',
      line: 1,
      column: 8,
    });
  });

  test('a failed model skips everything below it and leaves its siblings running', async () => {
    const shop = project({
      'models/bad.sql': 'select nope',
      'models/below.sql': 'select * from {{ref "bad"}}',
      'models/sibling.sql': 'select 1 as id',
    });
    const { outcome, results } = await shop.run();
    expect(outcome).toBe('held');
    expect(Object.fromEntries(results.map(({ name, status, message }) => [name, message ?? status]))).toEqual({
      bad: 'error',
      below: '"bad" failed',
      sibling: 'success',
    });
    expect((await faultsOf(shop.rows('select * from sibling')))[0]?.code).toBe('nothing-published');
  });
});
