import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { LoadedFile } from '../../runner/run/load/ledger.ts';
import { compareFiles, contentCell, readContentCell, uncertainFaults } from '../../runner/run/load/ledger.ts';
import { foundAgain, findRenamed } from '../../runner/run/load/found-again.ts';
import { openStorage } from '../../runner/storage/open-storage.ts';
import type { Files, TestProject } from '../support/project.ts';
import { changesIn, engines, faultsIn, faultsOf, plainConfig, project as projectOn } from '../support/project.ts';
import { s3 } from '../support/s3.ts';

const files = {
  'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml':
    'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer }\n      - { name: name, type: varchar(8) }\n',
};
const setting = (text: string): Files => ({
  'dwh.yaml': plainConfig.replace('{ path: orders }', `{ path: orders, ${text} }`),
});
const notes = ({ events }: TestProject): string[] =>
  events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
const row = (id: number): string => `{"id":${id},"name":"x"}\n`;
const large = row(1).repeat(5000);

describe.each(engines)('on %s', (engine) => {
  const project = (content: Files): TestProject => projectOn({ ...files, ...content }, engine);
  const count = (shop: TestProject): Promise<unknown[][]> => shop.rows('select count(*) from orders');
  const pack = (shop: TestProject, name: string, text: string): void =>
    writeFileSync(join(shop.dir, `raw/orders/${name}`), gzipSync(text));

  describe.each([
    { size: 'small', text: row(1), rows: 1 },
    { size: 'large', text: large, rows: 5000 },
  ])('a $size file with the content of one that is loaded', ({ text, rows }) => {
    test('is left out, with a note that names both, packed or not', async () => {
      const shop = project({ 'raw/orders/a.json': text });
      await shop.publish();
      shop.write({ 'raw/orders/b.json': text });
      pack(shop, 'c.json.gz', text);
      await shop.publish();
      expect(await count(shop)).toEqual([[rows]]);
      expect(notes(shop)).toEqual([
        expect.stringMatching(
          /raw\/orders\/(b.json|c.json.gz) has the content of raw\/orders\/a.json, raw\/orders\/(b.json|c.json.gz) has the content of raw\/orders\/a.json/,
        ),
      ]);
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      expect(notes(shop)).toEqual([]);
    });

    test('is found in the same run, too', async () => {
      const shop = project({ 'raw/orders/a.json': text, 'raw/orders/b/a.json': text });
      pack(shop, 'c.json.gz', text);
      await shop.publish();
      expect(await count(shop)).toEqual([[rows]]);
      expect(notes(shop)).toHaveLength(1);
      await shop.publish({ fullRefresh: true });
      expect(await count(shop)).toEqual([[rows]]);
    });

    test('takes the place of one that is gone: packed, unpacked or packed in another way', async () => {
      const shop = project({ 'raw/orders/a.json': text });
      await shop.publish();
      pack(shop, 'a.json.gz', text);
      shop.remove('raw/orders/a.json');
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      writeFileSync(join(shop.dir, 'raw/orders/a.json.gz'), gzipSync(text, { level: 0 }));
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      rmSync(join(shop.dir, 'raw/orders/a.json.gz'));
      shop.write({ 'raw/orders/z.json': text });
      expect(changesIn(await shop.publish())).toEqual({ orders: 'nothing' });
      expect(await count(shop)).toEqual([[rows]]);
      expect(notes(shop)).toEqual([]);
    });

    test('is loaded or refused, as the source says', async () => {
      const shop = project({ ...setting('same_content: load'), 'raw/orders/a.json': text, 'raw/orders/b.json': text });
      await shop.publish();
      expect(await count(shop)).toEqual([[2 * rows]]);
      shop.write({ ...setting('same_content: fail'), 'raw/orders/c.json': text });
      expect(faultsIn(await shop.run())).toEqual([
        expect.objectContaining({
          code: 'file-repeated',
          message: expect.stringMatching(/raw\/orders\/c.json has the content of raw\/orders\/[ab].json/),
        }),
      ]);
    });
  });

  test('files without rows are not repeats of each other', async () => {
    const shop = project({
      ...setting('same_content: fail'),
      'raw/orders/a.json': '',
      'raw/orders/b.json': '',
      'raw/orders/c.json': row(1),
    });
    pack(shop, 'd.json.gz', '');
    pack(shop, 'e.json.gz', '');
    for (const [i, text] of ['\n', '\r\n', '\ufeff', '\ufeff \n', '\n\n\t', ' \n'.repeat(40_000)].entries()) {
      shop.write({ [`raw/orders/f${i}.json`]: text, [`raw/orders/g${i}.json`]: text });
      pack(shop, `h${i}.json.gz`, text);
    }
    await shop.publish();
    expect(notes(shop)).toEqual([]);
  });

  test('a repeat beside a row that does not fit is found once', async () => {
    const shop = project({
      'models/orders.sql': files['models/orders.sql'].replace('"copy"', '"copy" max_errors=5'),
      'raw/orders/a.json': '{"id":"x"}\n{"id":1}',
      'raw/orders/b.json': '{"id":"x"}\n{"id":1}',
    });
    await shop.publish();
    expect(await count(shop)).toEqual([[1]]);
    expect(await shop.rows('select count(*) from orders_rejects')).toEqual([[1]]);
  });

  describe('a loaded file that is missing', () => {
    test('is reported with its name, unless it was renamed', async () => {
      const shop = project({ 'raw/orders/a.json': row(1), 'raw/orders/b.json': row(2), 'raw/orders/c.json': row(3) });
      await shop.publish();
      renameSync(join(shop.dir, 'raw/orders/a.json'), join(shop.dir, 'raw/orders/d.json'));
      shop.remove('raw/orders/b.json');
      await shop.publish();
      expect(notes(shop)).toEqual([
        'a file that is loaded into "orders" is missing, and its rows stay: raw/orders/b.json',
      ]);
      expect(await count(shop)).toEqual([[3]]);
    });

    test('stops the run or is passed over, as the source says', async () => {
      const shop = project({
        ...setting('missing_files: fail'),
        'raw/orders/a.json': row(1),
        'raw/orders/b.json': row(2),
      });
      await shop.publish();
      shop.remove('raw/orders/b.json');
      expect(await faultsOf(shop.run())).toMatchObject([{ code: 'file-missing' }]);
      shop.write(setting('missing_files: ignore'));
      await shop.publish();
      expect(notes(shop)).toEqual([]);
      await shop.publish({ fullRefresh: true });
      expect(await count(shop)).toEqual([[1]]);
    });
  });
});

test('an object is known by its ETag and size', async () => {
  const bucket = await s3({ 'orders/a.json': row(1), 'orders/b.json': row(1), 'orders/c.json': row(2) });
  const shop = projectOn({ ...files, 'dwh.yaml': plainConfig.replace('root: raw', 'root: s3://raw-data') });
  await shop.publish();
  expect(notes(shop)).toEqual([
    expect.stringContaining('s3://raw-data/orders/b.json has the content of s3://raw-data/orders/a.json'),
  ]);
  await bucket.put({ 'orders/d.json': row(2) });
  await bucket.remove('orders/a.json');
  await shop.publish();
  expect(await shop.rows('select id from orders order by id')).toEqual([[1], [2]]);
  expect(notes(shop)).toEqual([
    expect.stringContaining('is missing, and its rows stay: s3://raw-data/orders/a.json'),
    expect.stringContaining('s3://raw-data/orders/d.json has the content of s3://raw-data/orders/c.json'),
  ]);
});

describe('a ledger in which a packed file is known by its packed bytes', () => {
  const packed = gzipSync(row(1));
  const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const before: LoadedFile = {
    path: 'orders/a.json.gz',
    root: 'raw',
    size: packed.length,
    modifiedMs: 1,
    ...readContentCell('orders/a.json.gz', 'raw', sha256(packed)),
  };
  const storageWith = async (names: Readonly<Record<string, Uint8Array>>) => {
    const shop = projectOn({ 'raw/orders/other.json': '{}' });
    rmSync(join(shop.dir, 'raw/orders/other.json'));
    for (const [name, bytes] of Object.entries(names)) writeFileSync(join(shop.dir, 'raw/orders', name), bytes);
    const storage = await openStorage(shop.dir, 'raw');
    return { storage, list: await storage.list('orders') };
  };

  test('is understood, and replaced by that of the unpacked bytes', async () => {
    expect(before.isOfPacked).toBe(true);
    const { storage, list } = await storageWith({ 'a.json.gz': packed });
    const { touched, faults } = compareFiles('orders', 'raw', list, [before]);
    expect(faults).toEqual([]);
    const [now] = await foundAgain('orders', storage, 'raw', touched);
    expect(now).toMatchObject({ hash: sha256(gunzipSync(packed)), isOfPacked: false });
    const cell = now === undefined ? '' : contentCell(now);
    expect(cell.length).toBeLessThanOrEqual(64);
    expect(readContentCell('orders/a.json.gz', 'raw', cell)).toEqual({ hash: now?.hash, isOfPacked: false });
  });

  test('knows a renamed file, and refuses what it cannot tell', async () => {
    const { storage, list } = await storageWith({ 'b.json.gz': packed });
    expect(await findRenamed(storage, 'raw', list, [before])).toMatchObject([{ before, now: { isOfPacked: false } }]);
    const unpacked = await storageWith({ 'a.json': gunzipSync(packed) });
    expect(await findRenamed(unpacked.storage, 'raw', unpacked.list, [before])).toEqual([]);
    expect(uncertainFaults('orders', unpacked.list, [before])).toMatchObject([{ code: 'file-changed' }]);
  });
});
