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
  for (let waited = 0; ; waited += pollMs) {
    const { rows } = await connection.query(server.sessionsOf(names));
    const pids = rows.map(([pid]) => Number(pid)).filter(isMeant);
    if (pids.length === 0) return;
    if (waited >= timeoutMs)
      throw new DatabaseError(`the server does not end what it still does for a run (process ${pids.join(', ')})`, {
        trouble: 'transient',
      });
    for (const pid of pids) await connection.query(server.end(pid));
    await setTimeout(pollMs);
  }
}
