import type { Connection, Rows } from '../driver.ts';
import { DatabaseError, noRows } from '../driver.ts';

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
