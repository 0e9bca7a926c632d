import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ColumnType } from '../../runner/core/column-type.ts';
import { storedValue } from '../../runner/json/stored-value.ts';
import type { Field } from '../../runner/json/row.ts';
import type { Budget, FileOfLoad } from '../../runner/run/load/find-rows.ts';
import { findRows, rowKey } from '../../runner/run/load/find-rows.ts';
import { hashOf } from '../../runner/storage/content.ts';
import { DiskStorage } from '../../runner/storage/disk.ts';
import type { RawFile } from '../../runner/storage/storage.ts';

const fields: readonly Field[] = [
  { column: { name: 'id', type: { kind: 'integer' }, notNull: false }, path: ['id'] },
  { column: { name: 'name', type: { kind: 'varchar', bytes: 9 }, notNull: false }, path: ['name'] },
];

const plenty = (): Budget => ({ files: 100, bytes: 1_000_000 });

/** Searches files, all of one load, for rows; gives `file:line` of each that is found. */
async function search(
  contents: Readonly<Record<string, string>>,
  rows: readonly (readonly (string | null)[])[],
  budget = plenty(),
  signal = new AbortController().signal,
  open = (dir: string): DiskStorage => new DiskStorage(dir, 'raw'),
): Promise<(string | undefined)[]> {
  const dir = mkdtempSync(join(tmpdir(), 'sparkify-run-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'raw'));
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(dir, 'raw', name), text);
  const storage = open(dir);
  const listed = new DiskStorage(dir, 'raw');
  const files: FileOfLoad[] = [];
  for (const file of await listed.list('.')) {
    const { path, size, modifiedMs } = file;
    const loaded = { path, root: 'raw', size, modifiedMs, hash: await hashOf(listed, file), isOfPacked: false };
    files.push({ file, loaded: { ...loaded, loadId: 1 } });
  }
  const wanted = rows.map((values) => ({ loadId: 1, key: rowKey(fields, values) }));
  const found = await findRows(wanted, { storage, files, fields }, { budget, signal });
  return rows.map((_, i) => {
    const at = found.get(i);
    return at && `${at.path}:${at.line}`;
  });
}

test('rows that are alike are found one after another, and a row that does not fit is none of them', async () => {
  const files = { 'a.json': '{"id":1}\n{"id":"x"}\n{"id":1}\n', 'b.json': '{"id":1}\n{"id":2,"name":"x"}' };
  const one = ['1', null];
  expect(await search(files, [one, ['2', 'x'], one, one, one])).toEqual([
    'raw/a.json:1',
    'raw/b.json:2',
    'raw/a.json:3',
    'raw/b.json:1',
    undefined,
  ]);
});

test('a search ends with its budget, and leaves out a file that is larger than what is left of it', async () => {
  const line = '{"id":1}\n';
  const files = { 'a.json': line.repeat(100), 'b.json': `${line}{"id":2}`, 'c.json': '{"id":3}' };
  const rows = [
    ['1', null],
    ['2', null],
    ['3', null],
  ];
  expect(await search(files, rows, { files: 100, bytes: 50 })).toEqual([
    'raw/b.json:1',
    'raw/b.json:2',
    'raw/c.json:1',
  ]);
  expect(await search(files, rows, { files: 2, bytes: 10_000 })).toEqual(['raw/a.json:1', 'raw/b.json:2', undefined]);
});

test('a search that is stopped finds nothing more', async () => {
  const controller = new AbortController();
  controller.abort();
  expect(await search({ 'a.json': '{"id":1}' }, [['1', null]], plenty(), controller.signal)).toEqual([undefined]);
});

test('a search that is stopped in the middle of a file says nothing of that file', async () => {
  const controller = new AbortController();
  class Stopped extends DiskStorage {
    override async *stream(file: RawFile): AsyncGenerator<Uint8Array> {
      for await (const chunk of super.stream(file)) {
        yield chunk;
        controller.abort();
      }
    }
  }
  const large = `{"id":1}\n${'{"id":2}\n'.repeat(100_000)}`;
  const open = (dir: string): Stopped => new Stopped(dir, 'raw');
  expect(await search({ 'a.json': large }, [['1', null]], plenty(), controller.signal, open)).toEqual([undefined]);
  expect(await search({ 'a.json': large }, [['1', null]])).toEqual(['raw/a.json:1']);
});

test.each<[string, ColumnType, readonly string[]]>([
  ['a decimal', { kind: 'decimal', precision: 8, scale: 2 }, ['1.50', '1.5']],
  ['a whole decimal', { kind: 'decimal', precision: 8, scale: 2 }, ['100', '100.00']],
  ['a double', { kind: 'double' }, ['1e3', '1000.0', '1000']],
  ['a real', { kind: 'real' }, ['0.1', '0.10000000149011612']],
  ['a boolean', { kind: 'boolean' }, ['true', 't']],
  ['a char', { kind: 'char', bytes: 4 }, ['a', 'a   ']],
  [
    'a timestamp',
    { kind: 'timestamp' },
    ['2018-11-01 20:57:10.790', '2018-11-01 20:57:10.79', '2018-11-01T20:57:10.790000'],
  ],
  ['a whole timestamp', { kind: 'timestamp' }, ['2018-11-10 00:00:00', '2018-11-10 00:00:00.000']],
  [
    'a timestamptz',
    { kind: 'timestamptz' },
    ['2018-11-01 20:57:10', '2018-11-01 22:57:10+02', '2018-11-01 20:57:10+00'],
  ],
  ['a super', { kind: 'super' }, ['{"b":[1,{"d":1,"c":2}],"a":null}', '{ "a": null, "b": [1, {"c": 2, "d": 1}] }']],
])('%s is the same value however an engine writes it', (_, type, texts) => {
  expect(new Set(texts.map((text) => storedValue(text, type))).size).toBe(1);
});

test('values that differ are never the same', () => {
  const pairs: readonly (readonly [ColumnType, string, string])[] = [
    [{ kind: 'decimal', precision: 8, scale: 2 }, '100', '1'],
    [{ kind: 'bigint' }, '9007199254740993', '9007199254740992'],
    [{ kind: 'varchar', bytes: 4 }, 'a', 'a '],
    [{ kind: 'timestamp' }, '2018-11-01 20:57:10', '2018-11-01 20:57:01'],
    [{ kind: 'super' }, '9007199254740993', '9007199254740992'],
    [{ kind: 'super' }, '[1,2]', '[2,1]'],
    [{ kind: 'super' }, '{"a":1}', '{"a":"1"}'],
  ];
  for (const [type, a, b] of pairs) expect([a, storedValue(a, type)]).not.toEqual([a, storedValue(b, type)]);
  expect(rowKey(fields, [null, ''])).not.toBe(rowKey(fields, [null, null]));
});
