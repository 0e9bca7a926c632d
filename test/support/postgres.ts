import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import type { PostgresAddress } from './postgres-server.ts';

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
  const database = `test_${randomBytes(6).toString('hex')}`;
  const address = { ...server, database, user: `${database}_runner`, password: ordinaryPassword };
  atEnd(() => onServer(server, `drop database if exists ${database} with (force)`));
  return { address, made: makeDatabase(address) };
}

/** Another ordinary user of a test's database. */
export async function anotherUser(
  { database }: PostgresAddress,
  name: string,
  permissions: 'connect' | 'connect, create' = 'connect',
): Promise<PostgresAddress> {
  const address = { ...inject('postgres'), database, user: `${database}_${name}`, password: ordinaryPassword };
  await makeUser(address, permissions);
  return address;
}

/** One statement of the superuser, for what only that one may do: about users and the database itself. */
export async function asAdministrator({ database }: PostgresAddress, statement: string): Promise<void> {
  await onServer({ ...inject('postgres'), database }, statement);
}

const ordinaryPassword = 'ordinary-secret';

/** What PostgreSQL lets everybody do in a new database, such as to make temporary tables, is taken back first. */
async function makeDatabase(user: PostgresAddress): Promise<void> {
  const server = inject('postgres');
  await onServer(server, `create database ${user.database} strategy file_copy`);
  await onServer(server, `revoke all on database ${user.database} from public`);
  await makeUser(user, 'connect, create');
}

async function makeUser(
  { user, password, database }: PostgresAddress,
  permissions: 'connect' | 'connect, create',
): Promise<void> {
  const server = inject('postgres');
  await onServer(server, `create role ${user} login password '${password}'`);
  await onServer(server, `grant ${permissions} on database ${database} to ${user}`);
}

/** Runs one statement on a session of its own, besides what is tested. */
export async function onServer(address: PostgresAddress, statement: string): Promise<void> {
  await rowsOn(address, statement);
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

/** The rows of a query on a session of its own, each value as the server writes it. */
export async function rowsOn(address: PostgresAddress, statement: string): Promise<(string | null)[][]> {
  const client = new pg.Client({ ...address });
  await client.connect();
  try {
    const types = { getTypeParser: () => (text: string) => text };
    const { rows } = await client.query<(string | null)[]>({ text: statement, rowMode: 'array', types });
    return rows;
  } finally {
    await client.end();
  }
}
