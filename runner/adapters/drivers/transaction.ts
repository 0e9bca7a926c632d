import type { Connection, Rows } from '../driver.ts';
import { DatabaseError, noRows } from '../driver.ts';

/** Runs `work` between a `begin` of its own and a rollback, for a driver whose connections are sessions. */
export async function rolledBack<T>(
  connection: Pick<Connection, 'run'>,
  begin: string,
  work: () => Promise<T>,
): Promise<T> {
  await connection.run(begin);
  try {
    return await work();
  } finally {
    // The rows are there, or what went wrong with them is what has to be known.
    await connection.run('rollback').catch(() => 0);
  }
}

/** Runs statements one after another between a begin and a commit, for a driver whose connections are sessions. */
export async function runTransaction(
  connection: Pick<Connection, 'run' | 'query'>,
  statements: readonly string[],
): Promise<Rows> {
  await connection.run('begin transaction');
  try {
    let rows = noRows;
    for (const [i, statement] of statements.entries())
      rows = await connection.query(statement).catch((error: unknown) => {
        throw error instanceof DatabaseError ? error.inTransaction(i) : error;
      });
    await connection.run('commit');
    return rows;
  } catch (error) {
    // What went wrong first is what has to be known; a rollback that fails as well adds nothing to it.
    await connection.run('rollback').catch(() => 0);
    throw error;
  }
}
