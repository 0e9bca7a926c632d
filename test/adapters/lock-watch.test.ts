import { expect, onTestFinished, test, vi } from 'vitest';
import type { Rows } from '../../runner/adapters/driver.ts';
import { LockWatch } from '../../runner/adapters/drivers/lock-watch.ts';

const server = { blockers: () => 'who holds it', cancel: () => 'cancel it' };

test('a statement that ends while the server is asked about its locks leaves no timer behind', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let end: (value: string) => void = () => undefined;
  let answer: (rows: Rows) => void = () => undefined;
  const statement = new Promise<string>((resolve) => (end = resolve));
  const asked: string[] = [];
  const ask = (query: string): Promise<Rows> => {
    asked.push(query);
    return new Promise((resolve) => (answer = resolve));
  };
  const result = new LockWatch(server, ask, undefined).watched(7, statement, () => undefined);
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked).toEqual(['who holds it']);
  end('done');
  expect(await result).toBe('done');
  answer({ columns: [], rows: [] });
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});
