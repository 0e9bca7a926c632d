import { describe, expect, test } from 'vitest';
import type { Files, TestProject } from '../support/project.ts';
import { engines, faultsIn, faultsOf, plainConfig, project as projectOn } from '../support/project.ts';

const files = {
  'models/orders.sql': '{{config materialized="copy" max_errors=1}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml':
    'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer }\n      - { name: name, type: varchar(8) }\n',
};
const withPaths = (jsonpaths: string): Files => ({
  'dwh.yaml': plainConfig.replace('{ path: orders }', `{ path: orders, jsonpaths: ${jsonpaths} }`),
});
const notes = ({ events }: TestProject): string[] =>
  events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

describe.each(engines)('on %s', (engine) => {
  const project = (content: Files): TestProject => projectOn({ ...files, ...content }, engine);

  describe('rows without a field of the contract are reported', () => {
    test.each<[string, Files, RegExp]>([
      [
        'with keys in other case',
        { 'raw/orders/a.json': '{"ID":1,"Name":"a"}\n{"ID":2}', 'raw/orders/b.json': '{}' },
        /no row of "orders" .* 3 loaded rows \(2 files\) .* has the keys "ID", "Name", .* jsonpaths: auto ignorecase/,
      ],
      [
        'in a list in one object',
        { 'raw/orders/a.json': '{"Records":[{"id":2}]}' },
        /\(1 file\) .* has the key "Records"; if the rows are the elements of "Records"/,
      ],
      [
        'with keys that are no columns',
        { 'raw/orders/a.json': '{"a":{"id":1},"b":2,"c":3,"d":4,"e":5,"f":6}' },
        /has the keys "a", "b", "c", "d", "e", and 1 more; set jsonpaths/,
      ],
      [
        'by paths that lead nowhere, through an object too',
        {
          ...withPaths('paths.json'),
          'raw/paths.json': '{"jsonpaths": ["$.who.id", "$.Name"]}',
          'raw/orders/a.json': '{"id":1,"name":"a","who":{"ID":1}}',
        },
        /look at the paths in the jsonpaths file/,
      ],
      [
        'that are arrays',
        { ...withPaths('paths.json'), 'raw/paths.json': '{"jsonpaths": ["$[5]", "$[6]"]}', 'raw/orders/a.json': '[1]' },
        /the first row is an array of length 1/,
      ],
    ])('%s', async (_, content, message) => {
      const shop = project(content);
      await shop.publish();
      expect(notes(shop)).toEqual([expect.stringMatching(message)]);
    });

    test.each([
      ['a null', '{"x":1}\n{"id":null}'],
      ['an empty text for a number', '{"id":""}'],
      ['a value behind an escaped key', String.raw`{"\u0069d":1}`],
      ['a value in one row of many', `${'{"ID":1}\n'.repeat(50)}{"name":"x"}`],
    ])('but not when there is %s', async (_, rows) => {
      const shop = project({ 'raw/orders/a.json': rows });
      await shop.publish();
      expect(notes(shop)).toEqual([]);
    });
  });

  describe('with auto ignorecase', () => {
    test('keys may differ from columns by case, in any order and escaped', async () => {
      const shop = project({
        ...withPaths('auto ignorecase'),
        'raw/orders/a.json': String.raw`{"ID":1,"Name":"a"} {"NAME":"b","iD":2} {"\u0049d":3,"name":"c"} {"other":1,"OTHER":2,"id":4}`,
      });
      await shop.publish();
      expect(notes(shop)).toEqual([]);
      expect(await shop.rows('select id, name from orders order by id')).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, null],
      ]);
    });

    test.each(['{"id":1,"x":2,"ID":3}', String.raw`{"id":1,"x":2,"\u0049D":3}`, '{"id":1,"x":2,"id":3}'])(
      'the row %s has a key twice',
      async (row) => {
        const shop = project({ ...withPaths('auto ignorecase'), 'raw/orders/a.json': `${row}\n${row}` });
        const [fault] = faultsIn(await shop.run());
        expect(fault?.message).toMatch(/field "id": the key "id" occurs twice in one object/);
      },
    );

    test('rows that were loaded without it are not added to', async () => {
      const shop = project({ 'raw/orders/a.json': '{"id":1}' });
      await shop.publish();
      shop.write({ ...withPaths('auto ignorecase'), 'raw/orders/b.json': '{"ID":1}' });
      expect(await faultsOf(shop.run())).toMatchObject([{ code: 'columns-changed' }]);
    });
  });
});
