import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Each file has its own process: DuckDB is native code.
    pool: 'forks',
    // Much of the time is spent waiting for a server: none of the processors is kept free.
    maxWorkers: '100%',
    globalSetup: ['test/support/global-setup.ts'],
  },
});
