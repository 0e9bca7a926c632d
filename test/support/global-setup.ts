import type { TestProject } from 'vitest/node';
import type { PostgresAddress } from './postgres-server.ts';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: PostgresAddress;
  }
}

/** One PostgreSQL server for all tests: each makes a database of its own in it. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { address, stop } = await startPostgres();
  provide('postgres', address);
  return stop;
}
