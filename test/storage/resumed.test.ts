import { describe, expect, test } from 'vitest';
import { BrokenBody, resumed } from '../../runner/storage/resumed.ts';
import type { ResumedOptions } from '../../runner/storage/resumed.ts';
import { wholeOf } from '../../runner/storage/storage.ts';

const bytes = Buffer.from('0123456789');

/** Bodies that give `most` bytes at most and then break, or end as if that were all. */
function fetching(most: number, end: 'break' | 'end', more: Partial<ResumedOptions> = {}) {
  const offsets: number[] = [];
  const options: ResumedOptions = {
    size: bytes.length,
    open: async (offset) => {
      offsets.push(offset);
      const piece = bytes.subarray(offset, offset + most);
      return (async function* () {
        if (piece.length > 0) yield piece;
        if (end === 'break' && offset + most < bytes.length) throw new Error('aborted');
      })();
    },
    isPassing: () => false,
    signal: undefined,
    patience: { retries: 2, minTimeout: 0 },
    ...more,
  };
  return { offsets, options };
}

describe('a body that breaks off', () => {
  test.each(['break', 'end'] as const)('is gone on with where it did, as often as it takes (%s)', async (end) => {
    const { offsets, options } = fetching(3, end);
    expect((await wholeOf(resumed(options))).toString()).toBe('0123456789');
    expect(offsets).toEqual([0, 3, 6, 9]);
  });

  test('without giving anything is given up after some times', async () => {
    const { offsets, options } = fetching(0, 'break');
    await expect(wholeOf(resumed(options))).rejects.toThrow(BrokenBody);
    expect(offsets).toEqual([0, 0, 0]);
  });

  test('is not gone on with once the signal has come', async () => {
    const controller = new AbortController();
    const { offsets, options } = fetching(3, 'break', { signal: controller.signal });
    const reading = async (): Promise<void> => {
      for await (const piece of resumed(options)) if (piece.length > 0) controller.abort();
    };
    await expect(reading()).rejects.toThrow('aborted');
    expect(offsets).toEqual([0]);
  });
});

test('a body that is longer than it should be is not taken for whole', async () => {
  const { options } = fetching(10, 'end', { size: 5 });
  await expect(wholeOf(resumed(options))).rejects.toThrow('it has 5 bytes, and 10 came');
});

test('what is wrong with the last byte is told, since all of it has been given away', async () => {
  const { offsets, options } = fetching(10, 'end', {
    open: async (offset) => {
      offsets.push(offset);
      return (async function* () {
        yield bytes;
        throw new Error('Checksum mismatch');
      })();
    },
  });
  await expect(wholeOf(resumed(options))).rejects.toThrow('Checksum mismatch');
  expect(offsets).toEqual([0]);
});

test('an answer that may pass is asked for again, another is not', async () => {
  const refused = (isPassing: boolean) => {
    const { options } = fetching(0, 'end');
    let times = 0;
    const open = (): Promise<never> => Promise.reject(new Error(`refused ${++times}`));
    return wholeOf(resumed({ ...options, open, isPassing: () => isPassing }));
  };
  await expect(refused(true)).rejects.toThrow('refused 3');
  await expect(refused(false)).rejects.toThrow('refused 1');
});

test('of nothing, nothing is asked for', async () => {
  const { offsets, options } = fetching(3, 'break', { size: 0 });
  expect(await wholeOf(resumed(options))).toHaveLength(0);
  expect(offsets).toEqual([]);
});

test('a reader that stops early lets go of the body', async () => {
  let isClosed = false;
  const { options } = fetching(3, 'break', {
    open: async () =>
      (async function* () {
        try {
          yield bytes;
          yield bytes;
        } finally {
          isClosed = true;
        }
      })(),
  });
  for await (const piece of resumed(options)) if (piece.length > 0) break;
  expect(isClosed).toBe(true);
});
