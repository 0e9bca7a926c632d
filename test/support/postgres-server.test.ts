import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a process that has started a server ends with the code that it set: tests that fail are seen', async () => {
  const script = `import { startPostgres } from './postgres-server.ts';
const { stop } = await startPostgres();
process.exitCode = 3;
await stop();`;
  const options = { cwd: join(import.meta.dirname), stdio: 'ignore' } as const;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], options);
  expect(await once(child, 'close')).toEqual([3, null]);
});
