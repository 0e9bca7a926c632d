import { describe, expect, test } from 'vitest';
import { changesIn, engines, project } from '../support/project.ts';

type Row = readonly [number | null, string | null];

const model = (config: string, rows: readonly Row[]) => ({
  'models/m.sql': `{{config ${config}}}\n${rows.map(([id, name]) => `select cast(${id} as integer) as id, cast(${literal(name)} as varchar(9)) as name`).join('\nunion all ')}\n`,
});

function literal(text: string | null): string {
  return text === null ? 'null' : `'${text}'`;
}

const inOrder = 'select id, name from m order by id, name';

const severalRows: readonly (readonly [string, readonly Row[]])[] = [
  [
    'different rows of one key',
    [
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ],
  ],
  [
    'other rows of the keys',
    [
      [1, 'b'],
      [1, 'c'],
      [2, 'b'],
      [2, 'c'],
    ],
  ],
];

const before: readonly (readonly [string, readonly Row[]])[] = [
  ...severalRows,
  [
    'equal rows',
    [
      [1, 'a'],
      [1, 'a'],
      [2, 'c'],
    ],
  ],
  [
    'keys that are null',
    [
      [null, 'b'],
      [null, null],
      [1, 'a'],
      [2, 'c'],
    ],
  ],
];

const after: readonly Row[] = [
  [1, 'a'],
  [2, 'c'],
];

describe.each(engines)('on %s, a table in which a key stands for several rows', (engine) => {
  test.each(before)('has the rows of its query after one run with a unique_key: %s', async (_, rows) => {
    const shop = project(model('materialized="table"', rows), engine);
    await shop.publish();
    shop.write(model('unique_key="id"', after));
    await shop.publish();
    expect(await shop.rows(inOrder)).toEqual(after);
    expect(changesIn(await shop.publish())).toEqual({ m: 'nothing +0 ~0 -0' });
  });

  // Neither null nor twice, as the older key has it.
  test.each(severalRows)('has them with a key of fewer columns: %s', async (_, rows) => {
    const shop = project(model('unique_key="id,name"', rows), engine);
    await shop.publish();
    shop.write(model('unique_key="id"', after));
    await shop.publish();
    expect(await shop.rows(inOrder)).toEqual(after);
  });

  test.each(before)('has them when somebody has added rows: %s', async (_, rows) => {
    const shop = project(model('unique_key="id"', after), engine);
    await shop.publish();
    for (const [id, name] of rows) await shop.sql(`insert into shop.m values (${id}, ${literal(name)})`);
    await shop.publish();
    expect(await shop.rows(inOrder)).toEqual(after);
    expect(changesIn(await shop.publish())).toEqual({ m: 'nothing +0 ~0 -0' });
  });

  test('has the rows of the delta of an incremental model when somebody has added others of their keys', async () => {
    const config = 'materialized="incremental" unique_key="id"';
    const shop = project(model(config, after), engine);
    await shop.publish();
    await shop.sql(`insert into shop.m values (1, 'a'), (2, 'x'), (3, 'mine'), (3, 'mine')`);
    await shop.publish();
    expect(await shop.rows(inOrder)).toEqual([...after, [3, 'mine'], [3, 'mine']]);
    expect(changesIn(await shop.publish())).toEqual({ m: 'nothing +0 ~0 -0' });
  });
});
