import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatOf } from '../../runner/storage/format.ts';
import { engines, faultsIn, project } from '../support/project.ts';

const rows = '{"id":1}\n{"id":2}\n';
const files = {
  'models/orders.sql': '{{config materialized="copy" max_errors=1000}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml': 'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer }\n',
  'raw/orders/good.json': '{"id":7}',
};
const bzip2 = Buffer.from('425a683931415926535900000000', 'hex');
const xz = Buffer.from('fd377a585a0000000000', 'hex');
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
/** In UTF-32. */
const widened = (text: string): Buffer =>
  Buffer.from(Uint32Array.from([...text], (char) => char.codePointAt(0) ?? 0).buffer);

describe.each(engines)('on %s', (engine) => {
  test.each([
    ['a.json.bz2', bzip2, 'this is bzip2; only .gz is unpacked'],
    ['a.json', bzip2, 'this is bzip2; only .gz is unpacked'],
    ['a.json.zst', Buffer.from('28b52ffd04000000', 'hex'), 'this is Zstandard; only .gz is unpacked'],
    ['a.json.xz', xz, 'this is xz; only .gz is unpacked'],
    ['a.json.lzo', Buffer.from('894c5a4f000d0a1a0a', 'hex'), 'this is lzop; only .gz is unpacked'],
    ['a.zip', Buffer.from('504b030414000000', 'hex'), 'this is ZIP; only .gz is unpacked'],
    ['a.json', gzipSync(rows), 'this is gzip; only .gz is unpacked'],
    ['a.json.gz', gzipSync(gzipSync(rows)), 'in the gzip this is gzip; only .gz is unpacked'],
    ['a.json', Buffer.from(`\ufeff${rows}`, 'utf16le'), 'this is UTF-16; only UTF-8 is read'],
    ['a.json', Buffer.from(rows, 'utf16le'), 'this is UTF-16; only UTF-8 is read'],
    ['a.json', swapped(`\ufeff${rows}`), 'this is UTF-16; only UTF-8 is read'],
    ['a.json', swapped(rows.repeat(3000)), 'this is UTF-16; only UTF-8 is read'],
    ['a.json', widened(rows), 'this is UTF-32; only UTF-8 is read'],
    ['a.json', widened(`\ufeff${rows}`), 'this is UTF-32; only UTF-8 is read'],
    ['a.json', widened(rows).reverse(), 'this is UTF-32; only UTF-8 is read'],
    ['a.json.gz', gzipSync(swapped(rows)), 'in the gzip this is UTF-16; only UTF-8 is read'],
    [
      'a.json',
      Buffer.concat([gzipSync(Buffer.from(rows)), Buffer.alloc(40_000)]),
      'this is gzip; only .gz is unpacked',
    ],
  ])('%s is reported once for what it is: %#', async (name, bytes, message) => {
    const shop = project(files, engine);
    writeFileSync(join(shop.dir, 'raw/orders', name), bytes);
    expect(faultsIn(await shop.run())).toEqual([
      expect.objectContaining({ code: 'file-format', message: `cannot read raw/orders/${name}: ${message}` }),
    ]);
  });

  test('a file is unpacked whatever the case of its .gz, and a byte order mark of UTF-8 is taken anywhere', async () => {
    const shop = project(files, engine);
    const put = (name: string, bytes: Uint8Array | string): void =>
      writeFileSync(join(shop.dir, 'raw/orders', name), bytes);
    put('a.json.GZ', gzipSync('{"id":1}'));
    put('b.json.Gz', gzipSync('\ufeff{"id":2}\n'.padEnd(50_000)));
    put('c.json', '\ufeff{"id":3}');
    put('d.json', '\ufeff{"id":4}\n'.padEnd(50_000));
    put('e.json', `\ufeff${'{"id":5}\n'.repeat(20_000)}`);
    await shop.publish();
    expect(await shop.rows('select id, count(*) from orders group by id order by id')).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [5, 20_000],
      [7, 1],
    ]);
  });
});

test('text of JSON has no other format, however short', () => {
  for (const text of ['', '{', '{}', '[]', '{"é":1}', '\ufeff{}', '0', 'null', '\n\n\n\n', 'BZ'])
    expect(formatOf(Buffer.from(text))).toBeUndefined();
});
