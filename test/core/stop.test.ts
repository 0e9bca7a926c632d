import { describe, expect, test } from 'vitest';
import { graceAfter, turnsOf, untilStopped } from '../../runner/core/stop.ts';

test('what never ends is left when the signal comes', async () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  await expect(untilStopped(AbortSignal.timeout(10), never)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('what is done before the signal comes is given', async () => {
  expect(await untilStopped(new AbortController().signal, () => Promise.resolve(1))).toBe(1);
});

test('nothing is begun once the signal has come', async () => {
  let isBegun = false;
  const work = async (): Promise<void> => void (isBegun = true);
  await expect(untilStopped(AbortSignal.abort(), work)).rejects.toMatchObject({ name: 'AbortError' });
  expect(isBegun).toBe(false);
});

describe('clearing up', () => {
  test('has some time left after the signal', () => {
    expect(graceAfter(AbortSignal.abort()).aborted).toBe(false);
  });

  test('ends with the signal where that comes later', () => {
    const { signal } = new AbortController();
    expect(graceAfter(signal)).toBe(signal);
  });
});

test('long work on the processor ends when a signal comes in', async () => {
  const turn = turnsOf(AbortSignal.timeout(10));
  const work = async (): Promise<void> => {
    for (;;) await turn();
  };
  await expect(work()).rejects.toMatchObject({ name: 'TimeoutError' });
});
