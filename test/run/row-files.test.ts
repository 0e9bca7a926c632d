import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RowFiles } from '../../runner/run/load/row-files.ts';

/** What DuckDB stores as one group of rows. */
const groupRows = 122_880;

function files(load?: (path: string) => Promise<number>) {
  const dir = mkdtempSync(join(tmpdir(), 'sparkify-rows-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const loaded: string[] = [];
  const count = (path: string): Promise<number> => {
    const text = readFileSync(path, 'utf8');
    loaded.push(text);
    return Promise.resolve(text.split('\n').length - 1);
  };
  return { dir, loaded, rows: new RowFiles((i) => join(dir, `${i}.tsv`), load ?? count) };
}

test('every file but the last has as many rows as DuckDB stores together, wherever the lines come apart', async () => {
  const { dir, loaded, rows } = files();
  const total = 2 * groupRows + 5;
  const lines = Array.from({ length: total }, (_, i) => `${i}\n`);
  for (let at = 0; at < total; at += 100_001) {
    const end = Math.min(total, at + 100_001);
    await rows.add(Buffer.from(lines.slice(at, end).join('')), end);
  }
  expect(await rows.end()).toBe(total);
  await rows.close();
  expect(loaded.map((text) => text.split('\n').length - 1)).toEqual([groupRows, groupRows, 5]);
  expect(loaded.join('')).toBe(lines.join(''));
  expect(readdirSync(dir)).toEqual([]);
});

test('a file that cannot be loaded fails what comes after it, and its rows are not counted', async () => {
  const { dir, rows } = files(() => Promise.reject(new Error('not today')));
  await rows.add(Buffer.from('1\n'), 1);
  await expect(rows.end()).rejects.toThrow('not today');
  await rows.close();
  expect(readdirSync(dir)).toEqual([]);
});

test('without a row nothing is loaded', async () => {
  const { loaded, rows } = files();
  await rows.add(Buffer.alloc(0), 0);
  expect([await rows.end(), loaded]).toEqual([0, []]);
});
