/**
 * The floor of a run: the statements that it sent, replayed one after another in one DuckDB process.
 * node --import tsx bench/replay.ts <statements.json> <database>
 */
import { readFileSync } from 'node:fs';
import { openDuckdb } from '../runner/adapters/drivers/duckdb.ts';

const [statements = '', path = ''] = process.argv.slice(2);
const driver = await openDuckdb({
  path,
  access: 'write',
  holder: { command: 'replay', since: '' },
  wait: undefined,
  signal: undefined,
  memoryLimit: undefined,
});
const begin = performance.now();
await driver.withConnection(async (connection) => {
  for (const sql of JSON.parse(readFileSync(statements, 'utf8')) as string[]) await connection.query(sql);
});
console.log((performance.now() - begin) / 1000);
await driver.close();
