import { describe, expect, test } from 'vitest';
import { inOrder } from '../../runner/storage/in-order.ts';
import type { RawFile, Storage } from '../../runner/storage/storage.ts';
import { wholeOf } from '../../runner/storage/storage.ts';

const megabyte = 1024 * 1024;
const kilobyte = 1024;

/** A storage in which every file says its name, and which notes what is asked of it. */
function noting(fail?: string) {
  const asked: string[] = [];
  const refuse = () => Promise.reject(new Error('not asked for here'));
  const storage: Storage = {
    place: '/here',
    smallBytes: megabyte,
    shown: (path) => path,
    list: refuse,
    readText: refuse,
    put: refuse,
    remove: refuse,
    hasChanged: refuse,
    read: (file) => {
      asked.push(`read ${file.path}`);
      return file.path === fail ? Promise.reject(new Error(`no ${fail}`)) : Promise.resolve(Buffer.from(file.path));
    },
    stream: async function* (file) {
      asked.push(`stream ${file.path}`);
      yield Buffer.from(file.path);
    },
  };
  return { storage, asked };
}

function file(path: string, size = kilobyte): RawFile {
  return { path, location: path, shown: path, size, modifiedMs: 0, version: 'v' };
}

const many = Array.from({ length: 100 }, (_, i) => file(String(i)));

describe('while one file is read', () => {
  test('as many small ones as may be are already fetched, by count', async () => {
    const { storage, asked } = noting();
    for await (const _ of inOrder(storage, many)) break;
    expect(asked).toHaveLength(65);
  });

  test('or by their bytes', async () => {
    const { storage, asked } = noting();
    for await (const _ of inOrder(
      storage,
      many.map(({ path }) => file(path, megabyte - 1)),
    ))
      break;
    expect(asked).toHaveLength(17);
  });

  test('large ones wait for their turn, and small ones behind them do not', async () => {
    const { storage, asked } = noting();
    const seen: string[] = [];
    for await (const { bytes } of inOrder(storage, [file('a'), file('b', 5 * megabyte), file('c')])) {
      asked.push('turn');
      seen.push((await wholeOf(bytes)).toString());
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['read a', 'read c', 'turn', 'turn', 'stream b', 'turn']);
  });
});

test('a file that cannot be read is told of when its turn comes', async () => {
  const { storage } = noting('2');
  const seen: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const { bytes } of inOrder(storage, many)) seen.push((await wholeOf(bytes)).toString());
  };
  await expect(reading()).rejects.toThrow('no 2');
  expect(seen).toEqual(['0', '1']);
});
