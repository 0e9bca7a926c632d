import { appendFileSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { engineMacros } from '../../runner/project/engine-macros.ts';
import type { Files, TestProject } from '../support/project.ts';
import { changesIn, engines, faultsIn, faultsOf, plainConfig, project as projectOn } from '../support/project.ts';

const model = '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n';
const contract = (columns = '      - { name: id, type: integer }\n      - { name: name, type: varchar(8) }\n') =>
  `models:\n  - name: orders\n    columns:\n${columns}`;
const files = { 'models/orders.sql': model, 'models/_orders.yml': contract() };

describe.each(engines)('on %s', (engine) => {
  const project = (content: Files): TestProject => projectOn(content, engine);

  describe('raw files are loaded', () => {
    test('once: a second run finds nothing new, and reads no file', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1,"name":"x"}\n{"id":2}' });
      expect(changesIn(await shop.publish())).toEqual({ orders: 'swap +2 ~0 -0' });
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      expect(shop.events.filter((event) => event.type === 'load progress')).toEqual([]);
      expect(await shop.rows('select id, name, _load_id from orders order by id')).toEqual([
        [1, 'x', 1],
        [2, null, 1],
      ]);
    });

    test('whatever their layout: pretty printed, back to back, packed, behind a byte order mark, in folders', async () => {
      const shop = project({
        ...files,
        'raw/orders/pretty.json': '{\n  "id": 1\n}\n\n{\n  "id": 2\n}',
        'raw/orders/b/back.json': '{"id":3}{"id":4} {"id":5}',
        'raw/orders/b/mark.json': '\ufeff{"id":6}',
        'raw/orders/empty.json': '',
        'raw/orders/.DS_Store': 'no data',
      });
      writeFileSync(join(shop.dir, 'raw/orders/packed.json.gz'), gzipSync('{"id":7}\n'));
      writeFileSync(join(shop.dir, 'raw/orders/large.json'), `{"id":8,"name":"${'x'.repeat(8)}"}\n`.repeat(3000));
      writeFileSync(join(shop.dir, 'raw/orders/large.json.gz'), gzipSync('{"id":9}\n'.repeat(20_000)));
      await shop.publish();
      expect(await shop.rows('select id, count(*) from orders group by id order by id')).toEqual([
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 1],
        [5, 1],
        [6, 1],
        [7, 1],
        [8, 3000],
        [9, 20_000],
      ]);
    });

    test('although their names look like patterns or have quotes in them', async () => {
      const big = `{"id":1,"name":"${'y'.repeat(8)}"}\n`.repeat(2000);
      const shop = project({
        ...files,
        'raw/orders/a[1]*.json': big,
        'raw/orders/a1x.json': big.replaceAll('y', 'z'),
        "raw/orders/it's.json": big.replaceAll('y', 'w'),
      });
      await shop.publish();
      expect(await shop.rows('select count(*) from orders')).toEqual([[6000]]);
    });

    test('by the jsonpaths of their source', async () => {
      const shop = project({
        ...files,
        'dwh.yaml': plainConfig.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }'),
        'raw/paths.json': '{"jsonpaths": ["$[\'Id\']", "$.who.names[1]"]}',
        'raw/orders/a.json': '{"Id":1,"who":{"names":["a","b"]}}{"Id":2,"who":{}}{"Id":"3","who":null}',
      });
      await shop.publish();
      expect(await shop.rows('select id, name from orders order by id')).toEqual([
        [1, 'b'],
        [2, null],
        [3, null],
      ]);
    });

    test('with values as COPY takes them: text of numbers and objects, null for empty numbers', async () => {
      const shop = project({
        ...files,
        'models/_orders.yml': contract(
          '      - { name: id, type: bigint }\n      - { name: name, type: varchar(20) }\n      - { name: at_ms, type: double precision }\n      - { name: price, type: "decimal(9,2)" }\n',
        ),
        'raw/orders/a.json':
          '{"id":"","name":112,"at_ms":1541078e+12,"price":1.999}\n{"id":9007199254740993,"name":{"a": [1]},"at_ms":"","price":"2"}\n{"id":"+1"}',
      });
      await shop.publish();
      expect(
        await shop.rows('select cast(id as varchar), name, at_ms, price from orders order by id nulls first'),
      ).toEqual([
        [null, '112', 1.541078e18, '1.99'],
        ['1', null, null, null],
        ['9007199254740993', '{"a":[1]}', null, '2.00'],
      ]);
    });

    test('with objects kept as they are in a column for them', async () => {
      const shop = project({
        ...files,
        'models/_orders.yml': contract(
          '      - { name: id, type: integer }\n      - { name: what, type: super }\n      - { name: name, type: varchar(20) }\n',
        ),
        'raw/orders/a.json': '{"id":1,"what":{"a":[1,"x"]},"name":"n"}{"id":2,"what":"text"}{"id":3,"what":null}',
      });
      await shop.publish();
      const rows = await shop.rows('select id, what, name from orders order by id');
      // Each engine has its own way to write JSON.
      expect(rows.map(([id, what, name]) => [id, JSON.parse(String(what)), name])).toEqual([
        [1, { a: [1, 'x'] }, 'n'],
        [2, 'text', null],
        [3, null, null],
      ]);
    });

    test('15 small files at once as one, and none of them hides that it is broken', async () => {
      const small = Object.fromEntries(
        Array.from({ length: 15 }, (_, i) => [`raw/orders/${String(i).padStart(2, '0')}.json`, `{"id":${i}}`]),
      );
      const shop = project({
        ...files,
        ...small,
        'raw/orders/20.json': '{"id":20',
        'raw/orders/21.json': ',"name":"x"}',
      });
      const faults = faultsIn(await shop.run());
      expect(await shop.places(faults)).toEqual([
        'raw/orders/20.json:1:9 row-rejected',
        'raw/orders/21.json:1:1 row-rejected',
      ]);
    });
  });

  describe('a raw row that does not fit', () => {
    test('publishes nothing, and is named with file, line, column, field, value and declared type', async () => {
      const shop = project({
        ...files,
        'models/other.sql': 'select 1 as id',
        'raw/orders/good.json': '{"id":1}',
        'raw/orders/bad.json': '{"id":1}\n{"id":2, "name":"too long a name"}\n{"name":"x", "id":1.5}\n{"id":tru}\n',
      });
      const summary = await shop.run();
      expect(summary.outcome).toBe('held');
      expect(await shop.places(faultsIn(summary))).toEqual([
        'raw/orders/bad.json:2:17 row-rejected',
        'raw/orders/bad.json:3:19 row-rejected',
        'raw/orders/bad.json:4:7 row-rejected',
      ]);
      expect(faultsIn(summary).map((fault) => fault.message)).toEqual([
        'a raw row does not fit "orders": field "name": "too long a name" is 15 bytes long; column "name" is varchar(8)',
        'a raw row does not fit "orders": field "id": "1.5" is not a whole number; column "id" is integer',
        'a raw row does not fit "orders": expected a value, found "t"',
      ]);
      expect((await faultsOf(shop.rows('select * from other')))[0]?.code).toBe('nothing-published');
    });

    test('leaves no file marked as loaded, so that the next run loads them all', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}', 'raw/orders/b.json': '{"id":"x"}' });
      await shop.run();
      shop.write({ 'raw/orders/b.json': '{"id":2}' });
      await shop.publish();
      expect(await shop.rows('select id from orders order by id')).toEqual([[1], [2]]);
    });

    test.each([
      [
        'a null in a column that must not be',
        '      - { name: id, type: integer, not_null: true }\n',
        '{"id":1}{}',
        '1:9',
        /must not be null/,
      ],
      ['an array in place of an object', undefined, '[{"id":1}]', '1:1', /a row is a JSON object, this is an array/],
      ['bytes that are no UTF-8', undefined, '{"name":"é"}', '1:10', /not UTF-8/],
      ['a comma between objects', undefined, '{"id":1},{"id":2}', '1:9', /expected a value, found ","/],
      ['true in a number', undefined, '{"id":true}', '1:7', /"true" is not a whole number/],
    ])('%s', async (_, columns, text, place, message) => {
      const shop = project({ ...files, 'models/_orders.yml': contract(columns) });
      const { mkdirSync, writeFileSync } = await import('node:fs');
      mkdirSync(join(shop.dir, 'raw/orders'), { recursive: true });
      writeFileSync(join(shop.dir, 'raw/orders/a.json'), Buffer.from(text, text.includes('é') ? 'latin1' : 'utf8'));
      const faults = faultsIn(await shop.run());
      expect(await shop.places(faults)).toEqual([`raw/orders/a.json:${place} row-rejected`]);
      expect(faults[0]?.message).toMatch(message);
    });

    test('goes aside, whole, when the model allows so many; the others are loaded', async () => {
      const shop = project({
        ...files,
        'models/orders.sql':
          '{{config materialized="copy" max_errors=2}}\n{{> copy_json from=(source "raw" "orders")}}\n',
        'raw/orders/a.json': '{"id":1}\n{"id":"one"}\n{"id":2}\n{"id":\n{"id":3}',
      });
      const summary = await shop.publish();
      expect(summary.results.map(({ rows, rejected }) => ({ rows, rejected }))).toEqual([{ rows: 3, rejected: 2 }]);
      expect(await shop.rows('select id from orders order by id')).toEqual([[1], [2], [3]]);
      expect(
        await shop.rows(
          'select path, line_number, column_number, field, raw_row, _load_id from orders_rejects order by line_number',
        ),
      ).toEqual([
        ['orders/a.json', 2, 7, 'id', '{"id":"one"}', 1],
        ['orders/a.json', 4, 7, null, '{"id":', 1],
      ]);

      shop.write({ 'raw/orders/b.json': '{"id":"two"}{"id":4}' });
      await shop.publish();
      expect(await shop.rows('select count(*) from orders_rejects')).toEqual([[3]]);
    });

    test('beyond those that the model allows holds the run', async () => {
      const shop = project({
        ...files,
        'models/orders.sql':
          '{{config materialized="copy" max_errors=1}}\n{{> copy_json from=(source "raw" "orders")}}\n',
        'raw/orders/a.json': '{"id":"x"}{"id":1}',
        'raw/orders/b.json': '{"id":"y"}',
      });
      const faults = faultsIn(await shop.run());
      expect(faults.map((fault) => fault.code)).toEqual(['row-rejected', 'row-rejected']);
      expect(faults[0]?.hint).toMatch(/max_errors=1/);
    });
  });

  describe('values are taken as the model says', () => {
    const loading = (settings: string): Files => ({
      'models/orders.sql': `{{config materialized="copy" ${settings}}}\n{{> copy_json from=(source "raw" "orders")}}\n`,
    });
    const columns = (type: string): string =>
      contract(`      - { name: id, type: integer }\n      - { name: value, type: ${type} }\n`);

    test.each<[string, string, string, unknown]>([
      ['time_format="epochmillisecs"', 'timestamp', '1541990217796', '2018-11-12 02:36:57.796'],
      ['time_format="epochmillisecs"', 'timestamptz', '"1541990217796"', '2018-11-12 02:36:57.796'],
      ['time_format="epochsecs"', 'timestamp', '1541990217', '2018-11-12 02:36:57'],
      ['time_format="auto"', 'timestamp', '"2018-11-12T02:36:57Z"', '2018-11-12 02:36:57'],
      ['truncate_columns=true', 'varchar(5)', '"Björk"', 'Björ'],
      ['truncate_columns=true', 'varchar(4)', '123456', '1234'],
      ['blanks_as_null=true', 'varchar(5)', '"  "', null],
      ['blanks_as_null=true', 'varchar(5)', '""', ''],
      ['empty_as_null=true', 'varchar(5)', '""', null],
      ['empty_as_null=true', 'varchar(5)', '"  "', '  '],
    ])('%s: %s of %s is %s', async (settings, type, written, expected) => {
      const shop = project({
        ...loading(settings),
        'models/_orders.yml': columns(type),
        'raw/orders/a.json': `{"id":1,"value":${written}}{"id":2,"value":null}`,
      });
      await shop.publish();
      const shown = type.startsWith('timestamp') ? 'cast(value as varchar)' : 'value';
      const [[value], ...more] = (await shop.rows(`select ${shown} from orders order by id`)) as [[unknown]];
      expect(more).toEqual([[null]]);
      expect(typeof value === 'string' ? value.replace(/\+00$/, '') : value).toBe(expected);
    });

    test('and one that does not fit in that way is told with its place', async () => {
      const shop = project({
        ...loading('time_format="epochmillisecs"'),
        'models/_orders.yml': columns('timestamp'),
        'raw/orders/a.json': '{"id":1,"value":"2018-11-12 02:36:57"}',
      });
      const faults = faultsIn(await shop.run());
      expect(await shop.places(faults)).toEqual(['raw/orders/a.json:1:17 row-rejected']);
      expect(faults[0]?.message).toContain('is not a whole number of milliseconds since 1970');
    });

    test('and rows that were taken in another way are not added to', async () => {
      const shop = project({ ...files, ...loading(''), 'raw/orders/a.json': '{"id":1,"name":""}' });
      await shop.publish();
      shop.write({ ...loading('empty_as_null=true'), 'raw/orders/b.json': '{"id":2,"name":""}' });
      expect(await faultsOf(shop.run())).toMatchObject([
        { code: 'columns-changed', message: expect.stringContaining('way to read values') },
      ]);
      await shop.publish({ fullRefresh: true });
      expect(await shop.rows('select name from orders')).toEqual([[null], [null]]);
    });

    test('and what is only for the macro to say changes nothing of them', async () => {
      const shop = project({ ...files, ...loading(''), 'raw/orders/a.json': '{"id":1}' });
      await shop.publish();
      shop.write(loading('stat_update=true comp_update="off" empty_as_null=false'));
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
    });
  });

  test('the macro that loads is given all settings, and what is not said as nothing', async () => {
    const names = 'max_error time_format truncate_columns blanks_as_null empty_as_null stat_update comp_update';
    const shown = names.split(' ').map((name) => `{{load.${name}}}`);
    const shop = project(files);
    const macro = readFileSync(join(engineMacros, engine, 'copy_json.hbs'), 'utf8');
    const loaded = async (id: number, settings: string): Promise<string | undefined> => {
      shop.write({
        [`macros/${engine}/copy_json.hbs`]: macro.replace(
          '{{params "from"}}\n',
          `{{params "from"}}\n/* ${shown.join('|')} */\n`,
        ),
        'models/orders.sql': `{{config materialized="copy" ${settings}}}\n{{> copy_json from=(source "raw" "orders")}}\n`,
        [`raw/orders/${id}.json`]: `{"id":${id}}`,
      });
      await shop.publish({ fullRefresh: true });
      const sql = shop.events.flatMap((event) => (event.type === 'statement' ? [event.sql] : []));
      return sql.map((text) => /\/\* (.*\|.*) \*\//.exec(text)?.[1]).find((text) => text !== undefined);
    };
    expect(await loaded(1, '')).toBe('|auto|false|false|false||');
    expect(
      await loaded(
        2,
        'max_errors=9 time_format="epochsecs" truncate_columns=true blanks_as_null=true empty_as_null=true stat_update=false comp_update="preset"',
      ),
    ).toBe('10|epochsecs|true|true|true|off|preset');
  });

  describe('a file that is loaded', () => {
    test('and then changes is an error that says what to do; a full refresh does it', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}' });
      await shop.publish();
      shop.write({ 'raw/orders/a.json': '{"id":1}{"id":2}' });
      const [fault] = await faultsOf(shop.run());
      expect(fault).toMatchObject({
        code: 'file-changed',
        hint: 'load everything again: sparkify-run models orders+ --full-refresh',
      });
      expect(fault?.message).toMatch(
        /raw\/orders\/a.json was loaded into "orders" and has changed since: it had 8 bytes, now it has 16/,
      );
      await shop.publish({ fullRefresh: true });
      expect(await shop.rows('select id from orders order by id')).toEqual([[1], [2]]);
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
    });

    test('and changes without changing its size is noticed too', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}' });
      await shop.publish();
      shop.write({ 'raw/orders/a.json': '{"id":2}' });
      utimesSync(join(shop.dir, 'raw/orders/a.json'), 2_000_000_000, 2_000_000_000);
      expect((await faultsOf(shop.run()))[0]?.message).toMatch(/its content is another one/);
    });

    test('and is only touched is not loaded again', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}' });
      await shop.publish();
      utimesSync(join(shop.dir, 'raw/orders/a.json'), 2_000_000_000, 2_000_000_000);
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      expect(await shop.rows('select count(*), max(modified_ms) from shop_meta.loaded_files')).toEqual([
        [1, 2_000_000_000_000],
      ]);
    });

    test('may be removed: its rows stay', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}', 'raw/orders/b.json': '{"id":2}' });
      await shop.publish();
      shop.remove('raw/orders/a.json');
      await shop.publish();
      expect(await shop.rows('select id from orders order by id')).toEqual([[1], [2]]);
    });

    test('is not mixed with files of another place', async () => {
      const config = plainConfig.replace('root: raw', 'root: ${ROOT:-raw}');
      const shop = project({
        ...files,
        'dwh.yaml': config,
        'raw/orders/a.json': '{"id":1}',
        'real/orders/b.json': '{"id":2}',
      });
      await shop.publish();
      expect((await faultsOf(shop.run({ env: { ...shop.env, ROOT: 'real' } })))[0]?.code).toBe('source-moved');
      shop.write({ 'real/orders/a.json': '{"id":1}' });
      await shop.publish({ env: { ...shop.env, ROOT: 'real' } });
      expect(await shop.rows('select id from orders order by id')).toEqual([[1], [2]]);
    });

    test.each([
      ['longer', '{"id":1000}'],
      ['as long', '{"id":70}'],
    ])('is not taken for changed where the root is another one: %s', async (_, content) => {
      const shop = project({
        ...files,
        'dwh.yaml': plainConfig.replace('root: raw', 'root: ${ROOT:-raw}'),
        ...Object.fromEntries([...'abc'].map((name) => [`raw/orders/${name}.json`, `{"id":${name.charCodeAt(0)}}`])),
        ...Object.fromEntries([...'abc'].map((name) => [`real/orders/${name}.json`, content])),
      });
      await shop.publish();
      const faults = await faultsOf(shop.run({ env: { ...shop.env, ROOT: 'real' } }));
      expect(faults).toMatchObject([
        {
          code: 'source-moved',
          message: expect.stringMatching(/files in raw, and the root of its source is real now/),
          hint: expect.stringContaining('set the root back to raw;'),
        },
      ]);
    });
  });

  test('a load that is stopped publishes nothing, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const shop = project({ ...files, 'raw/orders/a.json': '{"id":1,"name":"some"}\n'.repeat(300_000) });
    const summary = await shop.run({
      signal: stop.signal,
      report: (event) => event.type === 'load progress' && stop.abort(),
    });
    expect(summary.outcome).toBe('interrupted');
    expect(faultsIn(summary)).toEqual([]);
    await shop.publish();
    expect(await shop.rows('select count(*) from orders')).toEqual([[300_000]]);
    expect(shop.events.filter(({ type }) => type === 'swept')).toEqual([]);
  });

  test('a source without files says where it looked', async () => {
    const shop = project(files);
    const [fault] = await faultsOf(shop.run());
    expect(fault).toMatchObject({
      code: 'source-empty',
      message: 'there are no files at raw/orders',
      at: { path: 'models/orders.sql', line: 2, column: 34 },
    });
  });

  test.each([
    ['{"jsonpaths": ["$.id"]}', /it has 1 paths, and the contract of "orders" has 2 columns/],
    ['{"jsonpath": []}', /a jsonpaths file is an object with the one key/],
    ['{"jsonpaths": ["$.id", "$.*"]}', /not a path/],
  ])('a jsonpaths file such as %s is refused', async (text, message) => {
    const shop = project({
      ...files,
      'dwh.yaml': plainConfig.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }'),
      'raw/paths.json': text,
      'raw/orders/a.json': '{}',
    });
    const [fault] = await faultsOf(shop.run());
    expect(fault?.code).toBe('jsonpaths-invalid');
    expect(fault?.message).toMatch(message);
  });

  test('a contract that changed does not drop what is loaded: it asks for --full-refresh', async () => {
    const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}' });
    await shop.publish();
    shop.write({ 'models/_orders.yml': contract('      - { name: id, type: bigint }\n') });
    expect((await faultsOf(shop.run()))[0]?.code).toBe('columns-changed');
  });

  const typed = (type: string): string => contract(`      - { name: a, type: "${type}" }\n`);

  describe('values are loaded as they are written', () => {
    test.each([
      ['decimal(18,4)', '12345678901234.5678', '12345678901234.5678'],
      ['decimal(38,10)', '1234567890123.1234567891', '1234567890123.1234567891'],
      ['timestamp', '"2018-11-01 20:57"', '2018-11-01 20:57:00'],
      ['timestamp', '"2018-11-01"', '2018-11-01 00:00:00'],
      ['double precision', '"+1.5"', '1.5'],
      ['double precision', '".5"', '0.5'],
      ['boolean', '"yes"', 'true'],
    ])('%s from %s', async (type, written, stored) => {
      const shop = project({ ...files, 'models/_orders.yml': typed(type), 'raw/orders/a.json': `{"a":${written}}` });
      await shop.publish();
      expect(await shop.rows('select cast(a as varchar) from orders')).toEqual([[stored]]);
    });

    test.each([
      ['real', '1e300', 'is out of range'],
      ['double precision', '1e400', 'is out of range'],
      ['double precision', '"1e400"', 'is out of range'],
      ['timestamp', '"2018-11-01 24:00:00"', 'is not a time of day'],
      ['varchar(20)', '"a\\u0000b"', 'U+0000'],
      ['boolean', '"constructor"', 'neither true nor false'],
    ])('and %s is not made of %s', async (type, written, problem) => {
      const shop = project({ ...files, 'models/_orders.yml': typed(type), 'raw/orders/a.json': `{"a":${written}}` });
      expect(faultsIn(await shop.run())).toMatchObject([
        { code: 'row-rejected', message: expect.stringContaining(problem) },
      ]);
    });

    test.each(['1.50', '12345678901234567.5', '0.1234567890123456789', '-0', '1E5', '[1.50,2]'])(
      'a text column has %s as it is written in the file',
      async (written) => {
        const shop = project({
          ...files,
          'models/_orders.yml': contract('      - { name: name, type: varchar(30) }\n'),
          'raw/orders/a.json': `{"name":${written}}`,
        });
        await shop.publish();
        expect(await shop.rows('select name from orders')).toEqual([[written]]);
      },
    );

    test.each(['[1,]', 'NaN', '-Infinity', "'x'", '{"a":1,}', '[1 2]', '01', '"\\x"', '\u000b1'])(
      'and %s is refused, though no column wants it, whatever else is loaded',
      async (written) => {
        const settings = '{{config materialized="copy" max_errors=2}}\n{{> copy_json from=(source "raw" "orders")}}\n';
        const shop = project({
          ...files,
          'models/orders.sql': settings,
          'raw/orders/a.json': `{"id":1}\n{"id":2,"other":${written}}\n`,
        });
        await shop.publish();
        expect(await shop.rows('select id from orders')).toEqual([[1]]);
        shop.write({ 'raw/orders/b.json': '{"id":"three"}\n' });
        await shop.publish({ fullRefresh: true });
        expect(await shop.rows('select id from orders')).toEqual([[1]]);
        expect(await shop.rows('select count(*) from orders_rejects')).toEqual([[2]]);
      },
    );

    test('of a key that a column wants and that occurs twice the row is refused, of others the first value counts', async () => {
      const shop = project({
        ...files,
        'models/orders.sql':
          '{{config materialized="copy" max_errors=9}}\n{{> copy_json from=(source "raw" "orders")}}\n',
        'models/_orders.yml': contract('      - { name: id, type: integer }\n      - { name: kept, type: super }\n'),
        'raw/orders/a.json': String.raw`{"id":1,"x":1,"x":2,"kept":{"a":1,"a":2}}{"id":2,"id":3}{"id":4,"\u0069d":5}{"id":6}`,
      });
      await shop.publish();
      const kept = engine === 'duckdb' ? "kept ->> '$.a'" : "kept ->> 'a'";
      expect(await shop.rows(`select id, ${kept} from orders order by id`)).toEqual([
        [1, '1'],
        [6, null],
      ]);
      expect(await shop.rows('select problem from orders_rejects')).toEqual([
        ['field "id": the key "id" occurs twice in one object'],
        ['field "id": the key "id" occurs twice in one object'],
      ]);
    });

    test.each(['null', '1', '"text"', 'NaN', '[{"id":1}]'])('a line with %s alone is no row', async (line) => {
      const shop = project({ ...files, 'raw/orders/a.json': `{"id":1}\n${line}\n` });
      expect(await shop.places(faultsIn(await shop.run()))).toEqual(['raw/orders/a.json:2:1 row-rejected']);
    });

    test('a char(n) takes n bytes of any letters, and no more', async () => {
      const shop = project({
        ...files,
        'models/orders.sql':
          '{{config materialized="copy" max_errors=1}}\n{{> copy_json from=(source "raw" "orders")}}\n',
        'models/_orders.yml': `${contract('      - { name: name, type: char(5) }\n')}  - name: built\n    columns: [{ name: name, type: char(5) }]\n`,
        'models/built.sql': 'select cast(name as varchar(9)) as name from {{ref "orders"}}\n',
        'raw/orders/a.json': '{"name":"é"}{"name":"ééa"}{"name":"ééé"}',
      });
      await shop.publish();
      expect(await shop.rows('select trim(name) from built order by 1')).toEqual([['é'], ['ééa']]);
      expect(await shop.rows('select count(*) from orders_rejects')).toEqual([[1]]);
      shop.write({ 'models/built.sql': "select 'ééé' as name\n" });
      expect((await shop.run()).outcome).toBe('held');
    });

    test('texts of any characters are stored as they are, in a table of one column too', async () => {
      const texts = ['', '\\N', '\\', 'a\tb\nc\r\n', '"', '\\"', '\ufeffx', '\b\f\u0001', 'é😀', '\u2028', ' ', '#'];
      const shop = project({
        ...files,
        'models/_orders.yml': contract('      - { name: name, type: varchar(30) }\n'),
        'raw/orders/a.json': texts.map((name) => JSON.stringify({ name })).join('\n'),
      });
      await shop.publish();
      const stored = await shop.rows(
        `select name, ${engine === 'duckdb' ? 'strlen' : 'octet_length'}(name) from orders`,
      );
      // DuckDB's client gives no byte order mark at the beginning of a text.
      const read = (text: string): string => (engine === 'duckdb' ? text.replace(/^\ufeff/, '') : text);
      expect(stored.map(([name, bytes]) => `${String(name)} ${String(bytes)}`).toSorted()).toEqual(
        texts.map((text) => `${read(text)} ${Buffer.byteLength(text)}`).toSorted(),
      );
    });

    test('from keys that differ only by case, and those that look like patterns', async () => {
      const shop = project({
        ...files,
        'dwh.yaml': plainConfig.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }'),
        'models/_orders.yml': contract(
          ['a', 'b', 'c', 'd'].map((name) => `      - { name: ${name}, type: varchar(8) }\n`).join(''),
        ),
        'raw/paths.json': JSON.stringify({ jsonpaths: ['$.id', '$.ID', "$['x']['*']", "$['x']['q\"']"] }),
        'raw/orders/a.json': '{"id":1,"ID":2,"x":{"*":"star","q\\"":"quote"}}',
      });
      await shop.publish();
      expect(await shop.rows('select a, b, c, d from orders')).toEqual([['1', '2', 'star', 'quote']]);
    });
  });

  test('a packed file that was cut off between two of its blocks is not taken for whole', async () => {
    const shop = project({ ...files });
    const lines = Array.from(
      { length: 12_000 },
      (_, i) => `{"id":${i},"name":"${((i * 7919) % 99991).toString(36)}"}\n`,
    );
    const packer = createGzip();
    const chunks: Buffer[] = [];
    packer.on('data', (chunk: Buffer) => chunks.push(chunk));
    packer.write(lines.join(''));
    await new Promise<void>((resolve) => packer.flush(constants.Z_FULL_FLUSH, resolve));
    mkdirSync(join(shop.dir, 'raw/orders'), { recursive: true });
    const cut = Buffer.concat(chunks);
    expect(cut.length).toBeGreaterThan(32 * 1024);
    writeFileSync(join(shop.dir, 'raw/orders/a.json.gz'), cut);
    expect(faultsIn(await shop.run())).toMatchObject([
      { code: 'file-unreadable', message: expect.stringContaining('unexpected end of file') },
    ]);
  });

  test('a .gz without a byte in it is cut off, whatever max_errors says', async () => {
    const orders = files['models/orders.sql'].replace('"copy"', '"copy" max_errors=5');
    const shop = project({ ...files, 'models/orders.sql': orders, 'raw/orders/b.json': '{"id":1}\n' });
    writeFileSync(join(shop.dir, 'raw/orders/a.json.gz'), '');
    expect(faultsIn(await shop.run())).toMatchObject([
      {
        code: 'file-unreadable',
        message: expect.stringMatching(
          /^cannot read raw\/orders\/a.json.gz: the gzip is cut off: unexpected end of file$/,
        ),
        hint: 'copy it again, as a whole; a file without rows is packed as well, or has a name without .gz',
      },
    ]);
  });

  test('a file that is written to while it is loaded stops the run', async () => {
    const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}\n' });
    const file = join(shop.dir, 'raw/orders/a.json');
    const summary = await shop.run({
      report: (event) => {
        if (event.type === 'load progress') appendFileSync(file, '{"id":2}\n');
      },
    });
    expect(faultsIn(summary)).toMatchObject([
      { code: 'file-changed', message: expect.stringContaining('was written to while it was loaded') },
    ]);
    await shop.publish();
    await shop.publish();
    expect(await shop.rows('select count(*) from orders')).toEqual([[2]]);
  });

  describe('a file that is loaded', () => {
    test('and then renamed is not loaded again', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}', 'raw/orders/b.json': '{"id":2}' });
      await shop.publish();
      renameSync(join(shop.dir, 'raw/orders/a.json'), join(shop.dir, 'raw/orders/c.json'));
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      shop.write({ 'raw/orders/a.json': '{"id":3}' });
      await shop.publish();
      expect(await shop.rows('select id from orders order by id')).toEqual([[1], [2], [3]]);
    });

    test('and then renamed and copied is not loaded again either', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}' });
      await shop.publish();
      shop.remove('raw/orders/a.json');
      shop.write({ 'raw/orders/b.json': '{"id":1}', 'raw/orders/c.json': '{"id":1}' });
      await shop.publish();
      expect(await shop.rows('select count(*) from orders')).toEqual([[1]]);
    });

    test('from another folder of the same root is not mixed with those of this one', async () => {
      const shop = project({ ...files, 'raw/orders/a.json': '{"id":1}', 'raw/others/b.json': '{"id":2}' });
      await shop.publish();
      shop.write({ 'dwh.yaml': plainConfig.replace('path: orders', 'path: others') });
      expect(await faultsOf(shop.run())).toMatchObject([{ code: 'source-moved' }]);
    });
  });

  test('a source may stand beside its root, or in a hidden folder', async () => {
    const shop = project({
      ...files,
      'dwh.yaml': plainConfig.replace('path: orders', 'path: ../.landing/orders/'),
      '.landing/orders/a.json': '{"id":1}',
      '.landing/orders/.hidden.json': 'no data',
    });
    await shop.publish();
    await shop.publish();
    expect(await shop.rows('select count(*) from orders')).toEqual([[1]]);
  });
});
