import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Each file has its own process: DuckDB is native code.
    pool: 'forks',
    globalSetup: ['test/support/global-setup.ts'],
  },
});
