import { describe, expect, test } from 'vitest';
import type { TestProject } from '../support/project.ts';
import { engines, plainConfig, project as projectOn } from '../support/project.ts';

/** What docs/raw-rows.md says, by its tables; what is said of time formats, sizes and files has tests of its own. */
describe.each(engines)('on %s', (engine) => {
  const project = (type: string, raw: string): TestProject =>
    projectOn(
      {
        'models/rows.sql':
          '{{config materialized="copy" max_errors=99}}\n{{> copy_json from=(source "raw" "orders")}}\n',
        'models/_rows.yml': `models:\n  - name: rows\n    columns:\n      - { name: nr, type: integer }\n      - { name: a, type: "${type}" }\n`,
        'dwh.yaml': plainConfig,
        'raw/orders/a.json': raw,
      },
      engine,
    );

  /** The stored value of each text of JSON in a column; undefined where the row is rejected. */
  async function stored(type: string, values: readonly string[]): Promise<unknown[]> {
    const shop = project(type, values.map((value, nr) => `{"nr":${nr},"a":${value}}`).join('\n'));
    await shop.publish();
    const rows = await shop.rows('select nr, cast(a as varchar) from rows');
    const found = new Map(rows.map(([nr, value]) => [nr, value]));
    return values.map((_, nr) => found.get(nr));
  }

  test.each<[string, Readonly<Record<string, string | null | undefined>>]>([
    [
      'varchar(12)',
      {
        '""': '',
        null: null,
        true: 'true',
        '-0': '-0',
        '1.50': '1.50',
        '{ "b" : [ 1.0, " " ] }': undefined,
        '[ 1.0, " " ]': '[1.0," "]',
        '"a\\u0000"': undefined,
        '"\\ud800"': undefined,
        '"\\ud83d\\ude00"': '😀',
        '"ééééééé"': undefined,
      },
    ],
    ['char(2)', { '"ab"': 'ab', '"abc"': undefined }],
    [
      'smallint',
      { '32767': '32767', '"+7"': '7', '""': null, '32768': undefined, '1e3': undefined, '" 7"': undefined },
    ],
    [
      'double precision',
      { '".5"': '0.5', '1e400': undefined, '1e-400': undefined, '"NaN"': undefined, true: undefined },
    ],
    ['real', { '1.5': '1.5', '1e39': undefined, '1e-46': undefined, '"Infinity"': undefined }],
    ['decimal(5,2)', { '1.999': '1.99', '-1.999': '-1.99', '"2"': '2.00', '1000': undefined }],
    [
      'boolean',
      {
        '"T"': 'true',
        '"Yes"': 'true',
        y: undefined,
        '1': 'true',
        '"f"': 'false',
        '"NO"': 'false',
        '0': 'false',
        '2': undefined,
      },
    ],
    [
      'date',
      {
        '"0001-01-01"': '0001-01-01',
        '"9999-12-31"': '9999-12-31',
        '"0000-01-01"': undefined,
        '"2018-02-30"': undefined,
      },
    ],
    [
      'timestamp',
      {
        '"2018-11-01"': '2018-11-01 00:00:00',
        '"2018-11-01T20:57Z"': '2018-11-01 20:57:00',
        '"2018-11-01 20:57:10.5+00:00"': '2018-11-01 20:57:10.5',
        '"2018-11-01 20:57:10+02"': undefined,
        '"2018-11-01 24:00"': undefined,
        '"2018-11-01 20:57:60"': undefined,
        '"2038-01-20"': '2038-01-20 00:00:00',
      },
    ],
  ])('%s', async (type, expected) => {
    expect(await stored(type, Object.keys(expected))).toEqual(Object.values(expected));
  });

  test('a row is rejected for what is not JSON in a field without a column, and not for what is', async () => {
    const bad = [
      '[1,]',
      '{"b":1,}',
      '1 /* x */',
      "'x'",
      'NaN',
      'Infinity',
      '01',
      '+1',
      '.5',
      '"\t"',
      '"\\ud800"',
      '\u00a01',
    ];
    const good = ['"\\u0000"', '1e999', '{"b":1,"b":2}', ' \t\r\n1', '[[[[]]]]'];
    const shop = project(
      'varchar(9)',
      [...bad, ...good].map((value, nr) => `{"nr":${nr},"other":${value}}`).join('\n'),
    );
    await shop.publish();
    expect((await shop.rows('select nr from rows order by nr')).flat()).toEqual(good.map((_, i) => bad.length + i));
    expect(await shop.rows('select count(*) from rows_rejects')).toEqual([[bad.length]]);
  });
});
