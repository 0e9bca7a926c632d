import { describe, expect, test } from 'vitest';
import { engines, faultsIn, faultsOf, project } from '../support/project.ts';

const copyModel = (settings = ''): string =>
  `{{config materialized="copy" ${settings}}}\n{{> copy_json from=(source "raw" "orders")}}\n`;

const column = (type: string, range: string): string =>
  `models:\n  - name: orders\n    columns:\n      - { name: id, type: '${type}', tests: [{ accepted_range: ${range} }] }\n`;

describe.each(engines)('on %s, a test for a range', (engine) => {
  test('counts both of its ends, and leaves null alone', async () => {
    const shop = project(
      {
        'models/things.sql':
          'select 1 as n union all select 3 as n union all select 5 as n union all select cast(null as integer) as n\n',
        'models/_things.yml':
          'models:\n  - name: things\n    columns:\n      - name: n\n        tests:\n' +
          '          - accepted_range: { min_value: 1, max_value: 5 }\n' +
          '          - accepted_range: { min_value: 2, severity: warn }\n' +
          '          - accepted_range: { max_value: 4, severity: warn }\n',
      },
      engine,
    );
    const { results } = await shop.publish();
    const tests = results.filter(({ work }) => work === 'test');
    expect(tests.map(({ status, failures }) => `${status} ${failures}`).toSorted()).toEqual([
      'pass 0',
      'warn 1',
      'warn 1',
    ]);
  });

  test('of a copy model refuses a raw value with its place, before anything is loaded', async () => {
    const shop = project(
      {
        'models/orders.sql': copyModel(),
        'models/_orders.yml': column('bigint', '{ min_value: 10, max_value: "9007199254740993" }'),
        'raw/orders/a.json':
          '{"id":10}{"id":"9007199254740993"}{"id":9007199254740993}\n{"id":9}\n{"id":-11}\n{"id":9007199254740994}\n',
      },
      engine,
    );
    const faults = faultsIn(await shop.run());
    expect(await shop.places(faults)).toEqual([2, 3, 4].map((line) => `raw/orders/a.json:${line}:7 row-rejected`));
    expect(faults.map(({ message }) => message.split('; ')[0]?.replace(/.*: /, ''))).toEqual([
      '"9" is less than 10',
      '"-11" is less than 10',
      '"9007199254740994" is more than 9007199254740993',
    ]);
  });

  test('and puts it aside where the model lets some rows go', async () => {
    const shop = project(
      {
        'models/orders.sql': copyModel('max_errors=1'),
        'models/_orders.yml': column('timestamp', "{ min_value: '2000-01-01', max_value: '2100-01-01' }"),
        'raw/orders/a.json':
          '{"id":"2000-01-01 00:00:00.000"}{"id":"2100-01-01"}{"id":"2100-01-01 00:00:00.001"}{"id":null}',
      },
      engine,
    );
    await shop.publish();
    expect(await shop.rows('select count(*), count(id) from orders')).toEqual([[3, 2]]);
    expect(await shop.rows('select field from orders_rejects')).toEqual([['id']]);
  });

  test.each([
    [
      'decimal(38,0)',
      '"12345678901234567890123456789"',
      ['12345678901234567890123456788', '12345678901234567890123456789'],
    ],
    ['decimal(30,20)', '"0.12345678901234567890"', ['0.123456789012345678899', '0.12345678901234567891']],
    ['decimal(5,2)', '-0.50', ['-0.51', '-0.509']],
    ['real', '0.1', ['0.0999', '0.1']],
    ['real', '16777217', ['16777215', '16777216']],
    ['double precision', '0.1', ['0.0999999999999999', '0.1']],
    ['timestamptz', '"2018-01-01T00:00+02"', ['"2017-12-31 21:59:59.999999"', '"2017-12-31T22:00Z"']],
    ['timestamp', '"2018-01-01T00:00Z"', ['"2017-12-31T23:59:59.999999"', '"2018-01-01"']],
  ])('has one end for raw values and for those of a table: %s from %s', async (type, least, values) => {
    const held = `{ accepted_range: { min_value: ${least} } }`;
    const warns = `{ accepted_range: { min_value: ${least}, severity: warn } }`;
    const columns = (tests: string): string =>
      `    columns:\n      - { name: id, type: '${type}', tests: [${tests}] }\n`;
    const shop = project(
      {
        'models/orders.sql': copyModel('max_errors=1'),
        'models/all_orders.sql': copyModel(),
        'models/_orders.yml': `models:\n  - name: orders\n${columns(held)}  - name: all_orders\n${columns(warns)}`,
        'raw/orders/a.json': values.map((id) => `{"id":${id}}`).join('\n'),
      },
      engine,
    );
    const { results } = await shop.publish();
    expect(await shop.rows('select line_number from orders_rejects')).toEqual([[1]]);
    const tests = results.filter(({ work }) => work === 'test');
    expect(tests.map(({ status, failures }) => `${status} ${failures}`).toSorted()).toEqual(['pass 0', 'warn 1']);
  });

  test('that only warns refuses no raw value', async () => {
    const shop = project(
      {
        'models/orders.sql': copyModel(),
        'models/_orders.yml': column('integer', '{ min_value: 10, severity: warn }'),
        'raw/orders/a.json': '{"id":9}',
      },
      engine,
    );
    const { results } = await shop.publish();
    expect(results.filter(({ work }) => work === 'test')).toMatchObject([{ status: 'warn', failures: 1 }]);
  });
});

test.each([
  ['integer', '{ min_value: soon }', '"soon" is not a whole number; column "id" is integer'],
  ['varchar(9)', '{ min_value: 1 }', 'the column "id" is varchar(9): a range is for numbers and times'],
  ['bigint', '{ max_value: 9007199254740993 }', 'a whole number as large as this is read exactly in quotes only'],
  [
    'decimal(5,2)',
    '{ min_value: 0.125 }',
    '"0.125" has more than 2 digits after the point; column "id" is decimal(5,2)',
  ],
  ['integer', '{}', 'name min_value, max_value or both'],
])('a range of %s cannot be %s', async (type, range, message) => {
  const shop = project({
    'models/orders.sql': copyModel(),
    'models/_orders.yml': column(type, range),
    'raw/orders/a.json': '{"id":9}',
  });
  const faults = await faultsOf(shop.run());
  expect(faults.map((fault) => fault.message).join()).toContain(message);
  expect((await shop.places(faults))[0]).toMatch(/models\/_orders.yml:4:\d+ config-invalid/);
});
