import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArtifact } from '../../runner/artifacts/write-artifact.ts';
import { compileNodes } from '../../runner/commands/compile.ts';
import { list } from '../../runner/commands/list.ts';
import { validate } from '../../runner/commands/validate.ts';
import { writeText } from '../../runner/files/text-file.ts';
import { openStorage } from '../../runner/storage/open-storage.ts';
import type { TestProject } from '../support/project.ts';
import { faultsOf, plainConfig, project } from '../support/project.ts';

const files = {
  'models/a.sql': 'select 1 as id\n',
  'models/_a.yml': 'models: [{ name: a }]\n',
  'macros/m.hbs': '1',
  'macros/duckdb/session.sql': 'select 1;\n',
  'seeds/s.csv': 'id\n1\n',
  'analyses/b.sql': 'select 1 as id\n',
  'test/data/t.sql': 'select 1 as id where false\n',
};
/** One file of each kind that is read of a project. */
const paths = ['dwh.yaml', ...Object.keys(files)];

/** What may stand where a file should be, and why it is not read. */
const oddities: readonly [what: string, put: (path: string) => void, why: string][] = [
  ['a pipe', (path) => execFileSync('mkfifo', [path]), 'it is not a regular file'],
  ['a link to a device', (path) => symlinkSync('/dev/zero', path), 'it is not a regular file'],
  ['a link to a folder', (path) => symlinkSync('.', path), 'it is a folder'],
  ['a link to itself', (path) => symlinkSync(path, path), 'its links lead in a circle'],
  ['a link to a name that is too long', (path) => symlinkSync('a'.repeat(300), path), 'its name is too long'],
  [
    'a file of 600 MB',
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 600 * 1024 * 1024);
    },
    'it has 600 MB, and at most 16 MB are read',
  ],
];

function withOddity(path: string, put: (path: string) => void): TestProject {
  const shop = project(files);
  shop.remove(path);
  put(join(shop.dir, path));
  return shop;
}

describe.each(oddities)('%s', (_what, put, why) => {
  test.each(paths)('in the place of %s is reported with its name', async (path) => {
    const shop = withOddity(path, put);
    for (const command of [validate, list, compileNodes]) {
      const faults = await faultsOf(command(shop.options()));
      expect(faults).toMatchObject([{ code: 'file-unreadable', message: `cannot read ${path}: ${why}` }]);
      expect(await shop.places(faults)).toEqual([`${path}:1:1 file-unreadable`]);
    }
  });
});

test.each(paths)('%s that is not UTF-8 is reported with the line', async (path) => {
  const shop = project(files);
  writeFileSync(join(shop.dir, path), Buffer.from('-- é\n-- caf\xe9\n', 'latin1').fill('e', 3, 4));
  expect(await shop.places(await faultsOf(validate(shop.options())))).toEqual([`${path}:2:1 file-unreadable`]);
});

test.runIf(existsSync('/proc/self'))(
  'a folder that the system says is missing, and that cannot be made, ends with a fault',
  () => {
    expect(() => writeText('/proc/no-such-folder/a/b.txt', 'b.txt', '')).toThrow(
      'cannot write b.txt: its folder cannot be made',
    );
  },
);

test('every file may begin with a byte order mark', async () => {
  const shop = project({ ...files, 'models/c.sql': 'select id from {{ref "s"}}' });
  for (const path of [...paths, 'models/c.sql']) shop.write({ [path]: `\ufeff${shop.read(path)}` });
  await shop.publish();
  expect(await shop.rows('select * from shop.c')).toEqual([['1']]);
});

test('a file in the place of a folder is reported', async () => {
  const shop = project({ analyses: 'x' });
  expect(await faultsOf(validate(shop.options()))).toMatchObject([
    { code: 'file-unreadable', message: 'cannot read analyses/: it is below a file, or is no folder' },
  ]);
});

describe('raw files', () => {
  const copy = {
    'models/orders.sql': '{{config materialized="copy"}}{{> copy_json from=(source "raw" "orders")}}',
    'models/_o.yml': 'models: [{ name: orders, columns: [{ name: id, type: integer }] }]\n',
    'raw/orders/a.json': '{"id":1}',
  };

  test('are regular files only', async () => {
    const shop = project(copy);
    execFileSync('mkfifo', [join(shop.dir, 'raw/orders/b.json')]);
    symlinkSync('/dev/zero', join(shop.dir, 'raw/orders/c.json'));
    await shop.publish();
    expect(await shop.rows('select id from shop.orders')).toEqual([[1]]);
  });

  test('are listed once where links of folders lead in a circle', async () => {
    const shop = project({ ...copy, 'raw/orders/z/b.json': '{"id":2}' });
    for (const name of ['one', 'two']) symlinkSync('.', join(shop.dir, `raw/orders/${name}`));
    symlinkSync('../../orders', join(shop.dir, 'raw/orders/z/three'));
    symlinkSync('z', join(shop.dir, 'raw/orders/a'));
    const storage = await openStorage(shop.dir, 'raw');
    expect((await storage.list('orders')).map(({ path }) => path)).toEqual(['orders/a.json', 'orders/z/b.json']);
  });

  test('in a linked folder are listed by the name of the link', async () => {
    const shop = project({ 'elsewhere/b.json': '{"id":2}', 'raw/orders/.gone/c.json': '{}' });
    symlinkSync('../../elsewhere', join(shop.dir, 'raw/orders/linked'));
    const storage = await openStorage(shop.dir, 'raw');
    expect((await storage.list('orders')).map(({ path }) => path)).toEqual(['orders/linked/b.json']);
  });

  test.each(oddities)('and jsonpaths are no %s: dwh.yaml names the file', async (_what, put, why) => {
    const config = plainConfig.replace('{ path: orders }', '{ path: orders, jsonpaths: paths.json }');
    const shop = project({ ...copy, 'dwh.yaml': config });
    put(join(shop.dir, 'raw/paths.json'));
    const faults = await faultsOf(compileNodes(shop.options()));
    expect(faults).toMatchObject([{ message: `the jsonpaths file: cannot read raw/paths.json: ${why}` }]);
    expect(await shop.places(faults)).toEqual(['dwh.yaml:10:42 file-unreadable']);
  });
});

describe('what cannot be written is reported with its name', () => {
  const built = { 'models/a.sql': 'select 1 as id\n' };

  test.each([
    ['target/compiled/models/a.sql', (path: string) => mkdirSync(path), 'it is a folder'],
    ['target/compiled/models/a.sql', (path: string) => execFileSync('mkfifo', [path]), 'it is not a regular file'],
    ['target/compiled/models/a.sql', (path: string) => symlinkSync('/dev/full', path), 'it is not a regular file'],
    ['target/compiled/models', (path: string) => writeFileSync(path, ''), 'it is below a file, or is no folder'],
  ] as const)('%s', async (path, put, why) => {
    const shop = project(built);
    mkdirSync(join(shop.dir, path, '..'), { recursive: true });
    put(join(shop.dir, path));
    const [fault] = await faultsOf(compileNodes(shop.options()));
    expect(fault).toMatchObject({ code: 'system' });
    expect(fault?.message).toMatch(/^cannot write target\/compiled\/models\/a\.sql: /);
    if (path.endsWith('.sql')) expect(fault?.message).toContain(why);
  });

  test.each([
    ['target/manifest.json', (path: string) => mkdirSync(path), 'it is a folder'],
    ['target/run_results.json', (path: string) => mkdirSync(path), 'it is a folder'],
    ['target/manifest.json', (path: string) => symlinkSync('/dev/full', path), 'it is not a regular file'],
    ['target/manifest.json', (path: string) => execFileSync('mkfifo', [path]), 'it is not a regular file'],
  ] as const)('%s', async (path, put, why) => {
    const shop = project(built);
    mkdirSync(join(shop.dir, 'target'));
    put(join(shop.dir, path));
    expect(await faultsOf(shop.run())).toMatchObject([{ code: 'system', message: `cannot write ${path}: ${why}` }]);
  });

  test('target/ that is a file', async () => {
    const shop = project({ ...built, target: '' });
    expect(await faultsOf(shop.run())).toMatchObject([
      { code: 'system', message: expect.stringMatching(/^cannot write target\/manifest\.json: /) },
    ]);
    await validate(shop.options());
  });

  test('the database that is a pipe', async () => {
    const shop = project(built);
    execFileSync('mkfifo', [join(shop.dir, 'shop.duckdb')]);
    expect(await faultsOf(shop.run())).toMatchObject([
      { code: 'database-unavailable', message: expect.stringContaining('it is not a regular file') },
    ]);
  });
});

test('an artifact that is a pipe is none', () => {
  const shop = project({});
  execFileSync('mkfifo', [join(shop.dir, 'run_results.json')]);
  expect(readArtifact(join(shop.dir, 'run_results.json'))).toBeUndefined();
});
