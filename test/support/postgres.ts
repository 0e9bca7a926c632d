import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import type { PostgresAddress } from './postgres-server.ts';
import { createDatabase, createUser, onServer, ordinaryUser } from './postgres-users.ts';

export { onServer, rowsOn } from './postgres-users.ts';

/**
 * A database on the server that all tests share, and the way to it of an ordinary user, who does not own it and has the
 * permissions of docs/targets.md and no others. It is gone when the test is over, or when `atEnd` says so; users stay
 * until the server stops.
 */
export function testDatabase(atEnd: (work: () => Promise<void>) => void = onTestFinished): {
  address: PostgresAddress;
  made: Promise<void>;
} {
  const server = inject('postgres');
  const address = ordinaryUser(server, `test_${randomBytes(6).toString('hex')}`, 'runner');
  atEnd(() => onServer(server, `drop database if exists ${address.database} with (force)`));
  return { address, made: createDatabase(server, address) };
}

/** Another ordinary user of a test's database. */
export async function anotherUser(
  { database }: PostgresAddress,
  name: string,
  permissions: 'connect' | 'connect, create' = 'connect',
): Promise<PostgresAddress> {
  const address = ordinaryUser(inject('postgres'), database, name);
  await createUser(inject('postgres'), address, permissions);
  return address;
}

/** One statement of the superuser, for what only that one may do: about users and the database itself. */
export async function asAdministrator({ database }: PostgresAddress, statement: string): Promise<void> {
  await onServer({ ...inject('postgres'), database }, statement);
}

/** Has a person's `psql` hold what a statement locks, in a transaction that stays open. Gives how to release it. */
export async function lockHeld(address: PostgresAddress, statement: string): Promise<() => Promise<void>> {
  const session = new pg.Client({ ...address, application_name: 'psql' });
  session.on('error', () => undefined);
  await session.connect();
  onTestFinished(() => session.end());
  await session.query('begin');
  await session.query(statement);
  return async () => void (await session.query('commit'));
}

/** Runs a statement on a session of another process, and lets nothing else of this one go on before it is done. */
export function onServerAtOnce(address: PostgresAddress, statement: string): void {
  const script = `import pg from 'pg';
const client = new pg.Client(${JSON.stringify({ ...address })});
await client.connect();
await client.query(${JSON.stringify(statement)});
await client.end();`;
  const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], options);
  if (status !== 0) throw new Error(stderr);
}
