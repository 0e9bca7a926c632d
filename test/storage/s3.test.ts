import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { hashOf, openContent } from '../../runner/storage/content.ts';
import { inOrder } from '../../runner/storage/in-order.ts';
import { openStorage } from '../../runner/storage/open-storage.ts';
import type { RawFile, Storage } from '../../runner/storage/storage.ts';
import { wholeOf } from '../../runner/storage/storage.ts';
import { faultsOf } from '../support/project.ts';
import { inFrontOf, s3 } from '../support/s3.ts';

const open = (root: string): Promise<Storage> => openStorage('/nowhere', root);
const pathsOf = (files: readonly RawFile[]): string[] => files.map(({ path }) => path);
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('objects are listed', () => {
  test('with all that lies below their place, by path, size, ETag and time', async () => {
    const bucket = await s3({ 'lake/orders/2018/11/a.json': '{"id":1}', 'lake/orders/b.json': '{}' });
    const files = await (await open(`${bucket.root}/lake/`)).list('./orders/');
    expect(files).toEqual([
      {
        path: 'orders/2018/11/a.json',
        location: 'lake/orders/2018/11/a.json',
        shown: 's3://raw-data/lake/orders/2018/11/a.json',
        size: 8,
        modifiedMs: expect.any(Number),
        version: md5('{"id":1}'),
      },
      expect.objectContaining({ path: 'orders/b.json', size: 2 }),
    ]);
  });

  test('all of them, however many pages that takes', async () => {
    const names = Array.from({ length: 1005 }, (_, i) => `orders/${String(i).padStart(4, '0')}.json`);
    const bucket = await s3(Object.fromEntries(names.map((name) => [name, '{}'])));
    expect(pathsOf(await (await open(bucket.root)).list('orders'))).toEqual(names);
  });

  test('but not those whose names only begin the same', async () => {
    const bucket = await s3({ 'orders/a.json': '1', 'orders_backup/b.json': '2', 'orders.json': '3', orders2: '4' });
    expect(pathsOf(await (await open(bucket.root)).list('orders'))).toEqual(['orders/a.json']);
  });

  test('also when it is a single one, or the whole bucket, or a place beside the root', async () => {
    const bucket = await s3({ 'lake/orders.json': '1', 'lake/orders.json.bak': '2', 'other/c.json': '3' });
    const lake = await open(`${bucket.root}/lake`);
    expect(pathsOf(await lake.list('orders.json'))).toEqual(['orders.json']);
    expect(pathsOf(await lake.list('../other'))).toEqual(['../other/c.json']);
    const [other] = await lake.list('../other');
    expect(other?.shown).toBe('s3://raw-data/other/c.json');
    expect(pathsOf(await (await open(bucket.root)).list('.'))).toEqual([
      'lake/orders.json',
      'lake/orders.json.bak',
      'other/c.json',
    ]);
    expect(await lake.list('nothing')).toEqual([]);
  });

  test('without names that begin with a dot and the empty objects that stand for folders', async () => {
    const bucket = await s3({
      'orders/': '',
      'orders/2018/': '',
      'orders/.DS_Store': 'no data',
      'orders/.tmp/a.json': 'no data',
      'orders/empty.json': '',
      '.landing/orders/b.json': '{}',
    });
    const storage = await open(bucket.root);
    expect(pathsOf(await storage.list('orders'))).toEqual(['orders/empty.json']);
    expect(pathsOf(await storage.list('.landing/orders'))).toEqual(['.landing/orders/b.json']);
  });
});

describe('objects are read', () => {
  test('whatever their key looks like', async () => {
    const keys = ['a b.json', 'a+b.json', "it's 100%.json", 'ä/ö.json', 'a[1]*?.json', 'x//y.json', 'a&b<c>.json'];
    const bucket = await s3(Object.fromEntries(keys.map((key) => [`orders/${key}`, key])));
    const storage = await open(bucket.root);
    const files = await storage.list('orders');
    expect(pathsOf(files)).toEqual(keys.map((key) => `orders/${key}`).toSorted());
    for (const file of files) expect(`orders/${(await storage.read(file)).toString()}`).toBe(file.path);
  });

  test('unpacked if they are packed, and known by their ETag, for which nothing is read', async () => {
    const packed = gzipSync('{"id":1}');
    const bucket = await s3({ 'orders/a.json.gz': packed });
    const storage = await open(bucket.root);
    const [file] = await storage.list('orders');
    if (file === undefined) throw new Error('nothing is listed');
    const content = openContent(storage, file);
    expect((await wholeOf(content.bytes)).toString()).toBe('{"id":1}');
    expect(await content.hash()).toBe(file.version);
    await bucket.remove('orders/a.json.gz');
    expect(await hashOf(storage, file)).toBe(createHash('md5').update(packed).digest('hex'));
  });

  test('as text by their path, and written', async () => {
    const bucket = await s3();
    const storage = await open(`${bucket.root}/lake`);
    await storage.put('sub/paths.json', '{"jsonpaths": []}');
    expect(await storage.readText('sub/paths.json')).toBe('{"jsonpaths": []}');
    expect(await bucket.text('lake/sub/paths.json')).toBe('{"jsonpaths": []}');
    expect(await faultsOf(storage.readText('other.json'))).toMatchObject([
      { code: 'file-unreadable', message: expect.stringContaining('s3://raw-data/lake/other.json') },
    ]);
  });

  test('many at the same time, and still in order', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `orders/${String(i).padStart(3, '0')}.json`);
    const bucket = await s3(Object.fromEntries(names.map((name) => [name, name])));
    let [now, most] = [0, 0];
    await inFrontOf(bucket, (asked, response) => {
      if (asked.url?.includes('GetObject') !== true) return;
      most = Math.max(most, ++now);
      response.on('close', () => now--);
    });
    const storage = await open(bucket.root);
    const seen: string[] = [];
    for await (const { bytes } of inOrder(storage, await storage.list('orders')))
      seen.push((await wholeOf(bytes)).toString());
    expect(seen).toEqual(names);
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThanOrEqual(64);
  });
});

test.each([
  ['s3://', 'it is written s3://bucket'],
  ['s3://Upper_Case/x', 'it is written s3://bucket'],
  ['gs://bucket/x', 'a root is a folder, or s3://bucket/prefix'],
])('%s is no root, and is told where it is set', async (root, hint) => {
  const rootAt = { path: 'dwh.yaml', keys: ['sources', 'raw', 'root'], point: 'value' } as const;
  expect(await faultsOf(openStorage('/nowhere', root, { rootAt }))).toMatchObject([
    { code: 'config-invalid', message: expect.stringContaining(root), at: rootAt, hint: expect.stringContaining(hint) },
  ]);
});
