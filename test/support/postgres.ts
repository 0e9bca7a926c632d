import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import type { PostgresAddress } from './postgres-server.ts';

/** A database of its own, on the server that all tests share; gone when the test is over, or when `atEnd` says so. */
export function testDatabase(atEnd: (work: () => Promise<void>) => void = onTestFinished): {
  address: PostgresAddress;
  made: Promise<void>;
} {
  const server = inject('postgres');
  const database = `test_${randomBytes(6).toString('hex')}`;
  const made = onServer(server, `create database ${database} strategy file_copy`);
  atEnd(() => onServer(server, `drop database if exists ${database} with (force)`));
  return { address: { ...server, database }, made };
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
