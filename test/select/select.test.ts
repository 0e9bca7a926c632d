import { describe, expect, test } from 'vitest';
import { list } from '../../runner/commands/list.ts';
import type { TestProject } from '../support/project.ts';
import { FaultError } from '../../runner/core/fault.ts';
import { faultsOf, project } from '../support/project.ts';

const config = `
name: shop
target: local
targets:
  local: { type: duckdb, path: shop.duckdb }
sources:
  raw: { root: raw, files: { orders: { path: orders }, songs: { path: songs } } }
folders:
  models/staging: { materialized: copy, tags: [staging] }
  models/marts: { materialized: table, tags: [marts] }
`;
const copy = (name: string) => `{{> copy_json from=(source "raw" "${name}")}}`;
const columns = (name: string) => `  - name: ${name}\n    columns:\n      - { name: id, type: integer }\n`;

/** raw.orders -> stg_orders -> (plays -> daily -> weekly), (users); raw.songs -> stg_songs -> plays */
function shop(): TestProject {
  return project({
    'dwh.yaml': config,
    'models/staging/stg_orders.sql': copy('orders'),
    'models/staging/stg_songs.sql': `{{config time_format="epochsecs"}}${copy('songs')}`,
    'models/staging/_s.yml': `models:\n${columns('stg_orders')}${columns('stg_songs')}`,
    'models/marts/plays.sql':
      '{{config unique_key="id" materialized="incremental"}}select * from {{ref "stg_orders"}}, {{ref "stg_songs"}}',
    'models/marts/users.sql': '{{config tags="people"}}select * from {{ref "stg_orders"}}',
    'models/marts/daily/daily.sql': 'select * from {{ref "plays"}}',
    'models/marts/daily/weekly.sql': 'select * from {{ref "daily"}}',
    'models/marts/_m.yml': 'models:\n  - name: users\n    columns:\n      - { name: id, tests: [unique, not_null] }\n',
    'seeds/codes.csv': 'code\nx\n',
    'analyses/top.sql': 'select * from {{ref "daily"}}',
    'test/data/no_gaps.sql': 'select * from {{ref "daily"}} where false',
  });
}

async function picked(select: readonly string[], exclude: readonly string[] = []): Promise<string> {
  const nodes = await list(shop().options({ select, exclude }));
  return nodes.map((node) => node.name).join(' ');
}

describe('a selection picks', () => {
  test.each<[string[], string]>([
    [['plays'], 'plays'],
    [['plays+'], 'top daily plays weekly no_gaps'],
    [['plays+1'], 'daily plays'],
    [['+daily'], 'daily plays stg_orders stg_songs orders songs'],
    [['1+daily'], 'daily plays'],
    [['2+daily+1'], 'top daily plays stg_orders stg_songs weekly no_gaps'],
    [['+plays+1'], 'daily plays stg_orders stg_songs orders songs'],
    [['@stg_songs'], 'top daily plays stg_orders stg_songs weekly orders songs no_gaps'],
    [['@weekly'], 'daily plays stg_orders stg_songs weekly orders songs'],
    [['users', 'daily'], 'daily users'],
    [['users daily'], 'daily users'],
    [['tag:marts,+daily'], 'daily plays'],
    [['tag:marts,resource_type:model', 'codes'], 'daily plays users weekly codes'],
    [['tag:people'], 'users'],
    [['tag:sta*'], 'stg_orders stg_songs'],
    [['stg_*'], 'stg_orders stg_songs'],
    [['*ly'], 'daily weekly'],
    [['marts.daily'], 'daily weekly'],
    [['shop.marts.daily.*'], 'daily weekly'],
    [['models/marts/daily'], 'daily weekly'],
    [['path:models/staging/'], 'stg_orders stg_songs'],
    [['path:models/**/week*.sql'], 'weekly'],
    [['path:models/mar*'], 'daily plays users weekly not_null_users_id unique_users_id'],
    [['source:shop.raw.orders'], 'orders'],
    [['weekly.sql'], 'weekly'],
    [['file:week*'], 'weekly'],
    [['source:raw'], 'orders songs'],
    [['source:raw.orders+1'], 'stg_orders orders'],
    [['config.materialized:incremental'], 'plays'],
    [['config.unique_key:id'], 'plays'],
    [['config.time_format:epoch*'], 'stg_songs'],
    [['u?ers'], 'users'],
    [['[du][as]*'], 'daily users'],
    [['[a-d]*'], 'daily codes'],
    [['stg_[!o]*'], 'stg_songs'],
    [['config.schema:shop,resource_type:seed'], 'codes'],
    [['resource_type:analysis'], 'top'],
    [['test_type:singular'], 'no_gaps'],
    [['test_name:unique'], 'unique_users_id'],
    [['users+,test_type:generic'], 'not_null_users_id unique_users_id'],
  ])('%j', async (select, names) => {
    expect(await picked(select)).toBe(names);
  });

  test('less what is excluded', async () => {
    expect(await picked(['tag:marts'], ['daily+', 'users'])).toBe('plays');
    expect(await picked(['+daily'], ['+stg_songs', 'source:*'])).toBe('daily plays stg_orders');
  });

  test('by the results of the run before', async () => {
    const project = shop();
    project.write({
      'target/run_results.json': JSON.stringify({
        results: [
          { unique_id: 'model.shop.daily', status: 'error' },
          { unique_id: 'model.shop.weekly', status: 'skipped' },
        ],
      }),
    });
    const nodes = await list(project.options({ select: ['result:error+'] }));
    expect(nodes.map((node) => node.name)).toEqual(['top', 'daily', 'weekly', 'no_gaps']);
  });
});

test('a folder below another one is answered with its dotted name, not with itself', async () => {
  const own = project({ 'models/sub/deep/y.sql': 'select 1 as id' });
  const faults = await faultsOf(list(own.options({ select: ['+deep'], exclude: [] })));
  expect(faults.map(({ hint }) => hint)).toEqual(['did you mean "+sub.deep"?']);
});

describe('a selection is refused', () => {
  test.each<[string[], string[], string, string]>([
    [['dayly'], [], 'selection-empty', 'did you mean "daily"?'],
    [['+dayly+'], [], 'selection-empty', 'did you mean "+daily+"?'],
    [['users', 'dayly'], [], 'selection-empty', 'did you mean "daily"?'],
    [['users'], ['dayly'], 'selection-empty', 'did you mean "daily"?'],
    [['tag:peeple'], [], 'selection-empty', 'did you mean "tag:people"?'],
    [['source:row'], [], 'selection-empty', 'did you mean "source:raw"?'],
    [['peeple'], [], 'selection-empty', 'see what there is: sparkify-run list'],
    [['marts/users'], [], 'selection-empty', 'did you mean "models/marts/users.sql"?'],
    [['resource_type:models'], [], 'selection-empty', 'did you mean "resource_type:model"?'],
    [['config.materialized:tabel'], [], 'selection-empty', 'did you mean "config.materialized:table"?'],
    [['test_type:data'], [], 'selection-empty', 'known here: generic, singular'],
    [['people'], [], 'selection-empty', 'did you mean "tag:people"?'],
    [['source'], [], 'selection-empty', 'did you mean "resource_type:source"?'],
    [['path:marts/daily'], [], 'selection-empty', 'did you mean "path:models/marts/daily"?'],
    [['Daily'], [], 'selection-empty', 'did you mean "daily"? upper and lower case are different here'],
    [['tag:marts,tag:staging'], [], 'selection-empty', 'see what a selection picks: sparkify-run list …'],
    [['plays'], ['plays'], 'selection-empty', 'see what a selection picks: sparkify-run list …'],
    [['tagg:marts'], [], 'selection-invalid', 'did you mean "tag"?'],
    [
      ['@plays+'],
      [],
      'selection-invalid',
      'such as songplays, +songplays, songplays+, tag:marts or path:models/staging',
    ],
    [['config.constructor:*'], [], 'selection-empty', 'see what there is: sparkify-run list'],
    [['config.to_string:*'], [], 'selection-empty', 'see what there is: sparkify-run list'],
    [['config.__proto__:*'], [], 'selection-empty', 'see what there is: sparkify-run list'],
    [['config.load:*'], [], 'selection-empty', 'see what there is: sparkify-run list'],
    [
      ['constructor:plays'],
      [],
      'selection-invalid',
      'known here: config, file, fqn, path, resource_type, result, source, tag, test_name, test_type',
    ],
    [['+'], [], 'selection-invalid', 'such as songplays, +songplays, songplays+, tag:marts or path:models/staging'],
  ])('%j without %j', async (select, exclude, code, hint) => {
    expect((await faultsOf(list(shop().options({ select, exclude }))))[0]).toMatchObject({ code, hint });
  });
});

test.each([
  ['r+(+([a-z_])+([a-z_]))+(+([a-z_])+([a-z_]))9'],
  ['('.repeat(4000)],
  ['+'.repeat(4000)],
  ['9'.repeat(4000) + '+plays+' + '9'.repeat(50)],
  ['*a'.repeat(2000)],
  ['*?'.repeat(2000)],
  ['['.repeat(4000)],
  [`path:${'**/'.repeat(1300)}x`],
])('whatever a selector is made of, it is answered', async (word) => {
  const codes = await list(shop().options({ select: [word] })).then(
    () => ['none'],
    (error: unknown) => (error instanceof FaultError ? error.faults.map(({ code }) => code) : [String(error)]),
  );
  expect(['none', 'selection-empty', 'selection-invalid']).toContain(codes[0]);
});

test('a selector that is longer than any path is refused with its length', async () => {
  expect(await faultsOf(list(shop().options({ select: [`${'a'.repeat(70_000)}*`] })))).toMatchObject([
    {
      code: 'selection-invalid',
      message: '"aaaaaaaaaaaaaaaaaaaa…" has 70001 characters, and a selector has at most 4096',
    },
  ]);
});
