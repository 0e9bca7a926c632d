import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { dwhYaml } from '../../config/schema.ts';
import { withoutIds } from '../../config/secrets.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import { readText } from '../../files/text-file.ts';
import { databaseError } from './pg-error.ts';
import type { PgServer, PgTarget } from './pg-server.ts';

/** What pg is told to connect with. */
export interface PgSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly ssl: false | ConnectionOptions;
  readonly application_name: string;
  readonly keepAlive: true;
  readonly keepAliveInitialDelayMillis: number;
  readonly connectionTimeoutMillis: number;
}

// A firewall between us and the server forgets connections that say nothing for some minutes.
const keepAliveDelayMs = 30_000;
const connectTimeoutMs = 15_000;

/** The settings of a target as pg wants them, but for who logs in. Throws a FaultError when its certificate file cannot be read. */
export function pgSettings(
  target: PgTarget,
  { defaultPort }: PgServer,
  projectDir: string,
  applicationName: string,
): PgSettings {
  const { host, port = defaultPort, database } = target;
  return {
    host,
    port,
    database,
    ssl: tls(target, projectDir),
    application_name: applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
    connectionTimeoutMillis: connectTimeoutMs,
  };
}

/** An object and never a word: pg takes the words of other drivers to mean something else. */
function tls(target: PgTarget, projectDir: string): false | ConnectionOptions {
  const { sslmode = 'verify-full', sslrootcert } = target;
  const ca = sslrootcert === undefined ? {} : { ca: certificate(resolve(projectDir, sslrootcert), target.name) };
  switch (sslmode) {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true };
  }
}

function certificate(path: string, target: string): string {
  try {
    return readText(path, path);
  } catch (error) {
    const at = setting(target, 'sslrootcert');
    throw new FaultError(
      { code: 'file-unreadable', message: `cannot read the certificate ${path}`, at },
      { cause: error },
    );
  }
}

function setting(target: string, key: string): NonNullable<Fault['at']> {
  return { path: dwhYaml, keys: ['targets', target, key], point: 'value' };
}

/**
 * What to throw when there is no connection: a FaultError, or a DatabaseError for what may pass. `wasOpen` says that there
 * was one before.
 */
export function connectError(
  target: PgTarget,
  server: PgServer,
  user: string | undefined,
  wasOpen: boolean,
  error: unknown,
): Error {
  if (error instanceof FaultError) return error;
  const reason = error instanceof Error ? error : new Error(String(error));
  const fault = connectFault(target, server, user ?? '', reason);
  const unsent = databaseError(server, { statement: '', user }, error);
  // A server that answered before may be starting again.
  if (fault === undefined || (wasOpen && unsent.trouble === 'lost')) return unsent;
  return new FaultError(fault, { cause: error });
}

/** What stands against connecting, and the setting that is to be mended; undefined for what may pass by itself. */
export function connectFault(
  target: PgTarget,
  server: PgServer,
  user: string,
  error: Error & { code?: string },
): Fault | undefined {
  const { host, port = server.defaultPort, database, name } = target;
  const fault = (key: string, message: string, hint: string): Fault => ({
    code: 'database-unavailable',
    message: withoutIds(message),
    at: key in target ? setting(name, key) : { path: dwhYaml, keys: ['targets', name], point: 'value' },
    hint,
  });
  const { code = '', message } = error;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fault('host', `there is no host ${host}`, 'is the name right, and is the network up?');
    case 'ECONNREFUSED':
      return fault(
        'host',
        `no ${server.product} server answers at ${host}:${port}`,
        server.product === 'Redshift'
          ? 'is it paused, or is the port another one?'
          : 'is it running there, on that port?',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return fault('host', `${host}:${port} cannot be reached`, 'is there a firewall or a missing VPN in between?');
    case '28P01':
    case '28000':
      return fault(
        loginKeys.find((key) => key in target) ?? 'user',
        `the server does not let "${user}" in: ${message}`,
        'check the user and the password; see which ones are used: sparkify-run debug',
      );
    case '3D000':
      return fault(
        'database',
        `there is no database "${database}" on ${host}:${port}`,
        `create it: create database ${database}`,
      );
    case '42501':
      return fault('user', `"${user}" may not connect: ${message}`, `grant connect on database ${database} to ${user}`);
    default:
      if (server.product === 'Redshift' && message.startsWith('Connection terminated'))
        return fault(
          'host',
          `${host}:${port} closes the connection at once`,
          'is the warehouse paused, or just beginning?',
        );
      return clientFault(fault, message, code, `${host}:${port}`);
  }
}

/** The settings that decide who logs in, the most telling first. */
const loginKeys = ['password', 'secret', 'cluster_id', 'workgroup'];

/** What has no code of the server or the system: told by the words of pg and the codes of OpenSSL. */
function clientFault(
  fault: (key: string, message: string, hint: string) => Fault,
  message: string,
  code: string,
  address: string,
): Fault | undefined {
  if (message.includes('password must be a string'))
    return fault('password', 'the server asks for a password', 'name a variable for it: password: ${PGPASSWORD}');
  if (message.includes('timeout expired'))
    return fault('host', `${address} does not answer`, 'is there a firewall or a missing VPN in between?');
  if (message.includes('does not support SSL'))
    return fault('sslmode', `${address} offers no TLS`, 'sslmode: disable goes without, the password too');
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code))
    return fault(
      'sslmode',
      `the certificate of ${address} is not trusted: ${message}`,
      'sslrootcert names the file of who signed it; sslmode: verify-ca does not ask for the name of the host',
    );
  return undefined;
}
