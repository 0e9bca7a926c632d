import { createHash } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { hashOf, openContent } from '../../runner/storage/content.ts';
import { openStorage } from '../../runner/storage/open-storage.ts';
import type { RawFile, Storage } from '../../runner/storage/storage.ts';
import { wholeOf } from '../../runner/storage/storage.ts';
import { faultsOf, project } from '../support/project.ts';

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function only(storage: Storage, path: string): Promise<RawFile> {
  const [file, ...others] = await storage.list(path);
  if (file === undefined || others.length > 0) throw new Error(`${path} is not one file`);
  return file;
}

test('a file is known by the hash of its unpacked bytes, which is there when it was read', async () => {
  const { dir } = project({ 'raw/a.json': '{"id":1}' });
  const storage = await openStorage(dir, 'raw');
  const packed = gzipSync('{"id":2}');
  writeFileSync(join(dir, 'raw/b.json.gz'), packed);
  for (const [name, text, hash] of [
    ['a.json', '{"id":1}', sha256('{"id":1}')],
    ['b.json.gz', '{"id":2}', sha256('{"id":2}')],
  ] as const) {
    const file = await only(storage, name);
    const content = openContent(storage, file);
    expect((await wholeOf(content.bytes)).toString()).toBe(text);
    expect(await content.hash()).toBe(hash);
    expect(await hashOf(storage, file)).toBe(hash);
  }
});

test('also of a packed file that is filled up with zeros, of which the end is not read', async () => {
  const { dir } = project({});
  const padded = Buffer.concat([gzipSync('{"id":1}'), Buffer.alloc(1024 * 1024)]);
  writeFileSync(join(dir, 'a.json.gz'), padded);
  const storage = await openStorage(dir, dir);
  const content = openContent(storage, await only(storage, 'a.json.gz'));
  expect((await wholeOf(content.bytes)).toString()).toBe('{"id":1}');
  expect(await content.hash()).toBe(sha256('{"id":1}'));
});

test('a relative root counts from the project', async () => {
  const { dir } = project({ 'raw/a.json': '{}' });
  const storage = await openStorage(dir, 'raw');
  expect(storage.place).toBe(join(dir, 'raw'));
});

test('a file that was written to since it was listed is another one, and so is one that is gone', async () => {
  const shop = project({ 'raw/a.json': '{}' });
  const storage = await openStorage(shop.dir, 'raw');
  const file = await only(storage, '.');
  expect(await storage.hasChanged(file)).toBe(false);
  appendFileSync(join(shop.dir, 'raw/a.json'), '{}');
  expect(await storage.hasChanged(file)).toBe(true);
  shop.remove('raw/a.json');
  expect(await storage.hasChanged(file)).toBe(true);
  expect(await faultsOf(wholeOf(storage.stream(file)))).toMatchObject([
    { code: 'file-unreadable', message: 'cannot read raw/a.json: there is no such file' },
  ]);
});

test('texts are read and written by their path, in folders that need not be there', async () => {
  const { dir, read } = project({});
  const storage = await openStorage(dir, 'raw');
  await storage.put('sub/paths.json', '{}');
  expect(await storage.readText('sub/paths.json')).toBe('{}');
  expect(read.call({ dir }, 'raw/sub/paths.json')).toBe('{}');
  expect(await faultsOf(storage.readText('other.json'))).toMatchObject([
    { code: 'file-unreadable', message: expect.stringContaining('raw/other.json') },
  ]);
});

test.each([
  ['S3://bucket/raw', 'a place in S3 is written s3://bucket/raw'],
  ['s3:/bucket/raw', 'a place in S3 is written s3://bucket/raw'],
  ['s3:bucket', 'a place in S3 is written s3://bucket'],
  ['s3//bucket', 'a place in S3 is written s3://bucket'],
  ['s3a://bucket', 'a place in S3 is written s3://bucket'],
  ['https://bucket.s3.amazonaws.com/raw', 'a place in S3 is written s3://bucket/raw'],
  ['https://bucket.s3-eu-west-1.amazonaws.com', 'a place in S3 is written s3://bucket'],
  ['https://my.bucket.s3.eu-west-1.amazonaws.com/', 'a place in S3 is written s3://my.bucket'],
  ['https://s3.eu-west-1.amazonaws.com/bucket/raw', 'a place in S3 is written s3://bucket/raw'],
  ['file:///data/raw', 'name the folder itself: /data/raw'],
  ['file://localhost/data/raw', 'name the folder itself: /data/raw'],
  ['file:raw', 'name the folder itself: raw'],
  ['~/raw', 'a ~ does not stand for a home folder here: name the folder in full'],
  ['GS://bucket', 'a root is a folder, or s3://bucket/prefix'],
  ['https://example.org/raw', 'a root is a folder, or s3://bucket/prefix'],
])('the root %s is refused with how to write it', async (root, hint) => {
  await expect(openStorage('/tmp', root)).rejects.toMatchObject({ faults: [{ code: 'config-invalid', hint }] });
});

test.each(['s3', 's3/raw', 'files', './~', 'a:b'])('the root %s is a folder', async (root) => {
  expect((await openStorage('/tmp', root)).place).toBe(join('/tmp', root));
});
