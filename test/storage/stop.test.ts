import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStorage } from '../../runner/storage/open-storage.ts';
import type { RawFile, Storage } from '../../runner/storage/storage.ts';
import { wholeOf } from '../../runner/storage/storage.ts';
import { silentAws } from '../support/silence.ts';

const object: RawFile = { path: 'a', location: 'a', shown: 's3://lake/a', size: 9, modifiedMs: 0, version: 'x' };

test.each<[string, (storage: Storage) => Promise<unknown>]>([
  ['lists', (storage) => storage.list('orders')],
  ['reads a file', (storage) => storage.read(object)],
  ['streams a file', (storage) => wholeOf(storage.stream(object))],
  ['reads a text', (storage) => storage.readText('paths.json')],
  ['writes a file', (storage) => storage.put('a', 'b')],
  ['removes a file', (storage) => storage.remove('a')],
])('a signal ends what %s in an S3 that does not answer', async (_, work) => {
  await silentAws();
  const signal = AbortSignal.timeout(50);
  const from = performance.now();
  await expect(work(await openStorage('.', 's3://lake', { signal }))).rejects.toThrow();
  expect(performance.now() - from).toBeLessThan(1500);
});

test('what a stopped run removes from an S3 that does not answer is given up', async () => {
  await silentAws();
  const storage = await openStorage('.', 's3://lake', { signal: AbortSignal.abort() });
  const from = performance.now();
  await expect(storage.remove('a')).rejects.toThrow();
  expect(performance.now() - from).toBeLessThan(2000);
});

describe('on disk, a signal', () => {
  async function stopped(): Promise<{ storage: Storage; file: RawFile; stop: () => void }> {
    const dir = mkdtempSync(join(tmpdir(), 'sparkify-run-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, 'a.json'), 'x'.repeat(1024 * 1024));
    const controller = new AbortController();
    const storage = await openStorage('.', dir, { signal: controller.signal });
    const [file] = await storage.list('.');
    if (file === undefined) throw new Error('there is a file');
    return { storage, file, stop: () => controller.abort() };
  }

  test('ends the reading of a file', async () => {
    const { storage, file, stop } = await stopped();
    stop();
    await expect(storage.read(file)).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('ends a stream between two pieces', async () => {
    const { storage, file, stop } = await stopped();
    let pieces = 0;
    const reading = async (): Promise<void> => {
      for await (const piece of storage.stream(file)) {
        pieces += piece.length > 0 ? 1 : 0;
        stop();
      }
    };
    await expect(reading()).rejects.toMatchObject({ name: 'AbortError' });
    expect(pieces).toBe(1);
  });
});
