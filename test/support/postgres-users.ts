import pg from 'pg';
import type { PostgresAddress } from './postgres-server.ts';

const ordinaryPassword = 'ordinary-secret';

/** How an ordinary user reaches a database of a server; neither has to exist yet. */
export function ordinaryUser(server: PostgresAddress, database: string, name: string): PostgresAddress {
  return { ...server, database, user: `${database}_${name}`, password: ordinaryPassword };
}

/**
 * Creates a database, and a user that does not own it and has the permissions of docs/targets.md and no others. What
 * PostgreSQL lets everybody do in a new database, such as to create temporary tables, is revoked first.
 */
export async function createDatabase(server: PostgresAddress, user: PostgresAddress): Promise<void> {
  await onServer(server, `create database ${user.database} strategy file_copy`);
  await onServer(server, `revoke all on database ${user.database} from public`);
  await createUser(server, user, 'connect, create');
}

export async function createUser(
  server: PostgresAddress,
  { user, password, database }: PostgresAddress,
  permissions: 'connect' | 'connect, create',
): Promise<void> {
  await onServer(server, `create role ${user} login password '${password}'`);
  await onServer(server, `grant ${permissions} on database ${database} to ${user}`);
}

/** Runs one statement on a session of its own, besides what is tested. */
export async function onServer(address: PostgresAddress, statement: string): Promise<void> {
  await rowsOn(address, statement);
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
