import { onTestFinished } from 'vitest';
import type { Capabilities } from '../../runner/adapters/dialect.ts';
import { duckdb } from '../../runner/adapters/dialects/duckdb.ts';

/** Until the test is over, DuckDB publishes as an engine of the other capability would. */
export function publishBy(publish: Capabilities['publish']): void {
  const dialect: { supports: Capabilities } = duckdb;
  const { supports } = dialect;
  dialect.supports = { ...supports, publish };
  onTestFinished(() => {
    dialect.supports = supports;
  });
}
