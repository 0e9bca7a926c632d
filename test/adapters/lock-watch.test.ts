import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LockWatch } from '../../runner/adapters/drivers/lock-watch.ts';
import { postgresServer } from '../../runner/adapters/drivers/pg-postgres.ts';
import type { Rows } from '../../runner/adapters/driver.ts';

test('a statement that ends while its locks are asked for leaves no timer that keeps the process alive', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const session = new EventEmitter();
  const ask = async (): Promise<Rows> => {
    session.emit('end');
    await setImmediate();
    session.emit('answered');
    return { columns: [], rows: [] };
  };
  const before = timers();
  const answered = once(session, 'answered');
  await new LockWatch(postgresServer, ask, 0).watched(1, once(session, 'end'), () => undefined);
  await answered;
  await setImmediate();
  expect(timers()).toBe(before);
});
