import { setTimeout } from 'node:timers/promises';
import type { Connection } from '../driver.ts';
import { DatabaseError } from '../driver.ts';
import type { PgServer } from './pg-server.ts';

const timeoutMs = 10_000;
const pollMs = 100;

/**
 * Ends the sessions that call themselves by one of these names, as far as they are meant, and waits until they are gone.
 * Throws a DatabaseError when they do not go.
 */
export async function endSessions(
  connection: Connection,
  server: PgServer,
  names: readonly string[],
  isMeant: (pid: number) => boolean = () => true,
): Promise<void> {
  const processes = async (query: string): Promise<number[]> =>
    (await connection.query(query)).rows.map(([pid]) => Number(pid));
  let pids = (await processes(server.sessionsOf(names))).filter(isMeant);
  for (const pid of pids) await connection.query(server.end(pid));
  for (let waited = 0; pids.length > 0; waited += pollMs) {
    if (waited >= timeoutMs)
      throw new DatabaseError(`the server does not end what it still does for a run (process ${pids.join(', ')})`, {
        trouble: 'transient',
      });
    await setTimeout(pollMs);
    pids = await processes(server.atWork(pids));
  }
}
