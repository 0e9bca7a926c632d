import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createConnection, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import type { RedshiftTarget } from '../../config/target.ts';
import { FaultError } from '../../core/fault.ts';
import { connectFault, pgSettings } from './pg-connect.ts';
import { redshiftServer } from './pg-redshift.ts';

/** Asks a server to speak TLS (PostgreSQL, "Message Formats": SSLRequest); it answers with one letter. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Whether anybody answers at the address of a target. Gives the address. Throws a FaultError. */
export async function probeNetwork(target: RedshiftTarget, projectDir: string): Promise<string> {
  const { host, port } = pgSettings(target, redshiftServer, projectDir, '');
  (await reached(target, projectDir)).destroy();
  return `${host}:${port}`;
}

/** Which TLS a server speaks, with its certificate checked as the target wants it; undefined where it wants none. Throws a FaultError. */
export async function probeTls(target: RedshiftTarget, projectDir: string): Promise<string | undefined> {
  const { ssl, host } = pgSettings(target, redshiftServer, projectDir, '');
  if (ssl === false) return undefined;
  const socket = await reached(target, projectDir);
  try {
    socket.write(sslRequest);
    const [answer] = (await answered(socket, 'data')) as [Buffer];
    if (answer.toString('latin1') !== 'S') throw new Error('The server does not support SSL connections');
    // The name that the certificate has to be for; an address has none.
    const secure = connect({ ...ssl, socket, ...(isIP(host) === 0 ? { servername: host } : { host }) });
    await answered(secure, 'secureConnect');
    return (secure as TLSSocket).getProtocol() ?? '';
  } catch (error) {
    throw fault(target, error);
  } finally {
    socket.destroy();
  }
}

async function reached(target: RedshiftTarget, projectDir: string): Promise<Socket> {
  const { host, port, connectionTimeoutMillis } = pgSettings(target, redshiftServer, projectDir, '');
  const socket = createConnection({ host, port });
  socket.setTimeout(connectionTimeoutMillis, () => socket.destroy(new Error('timeout expired')));
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    throw fault(target, error);
  }
}

/** Waits for an answer; a server that is paused closes the connection without a word. */
function answered(socket: Socket, event: string): Promise<unknown[]> {
  const closed = once(socket, 'close').then((): never => {
    throw new Error('Connection terminated unexpectedly');
  });
  return Promise.race([once(socket, event), closed]);
}

function fault(target: RedshiftTarget, error: unknown): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  const found = connectFault(target, redshiftServer, '', cause);
  return found === undefined ? cause : new FaultError(found, { cause });
}
