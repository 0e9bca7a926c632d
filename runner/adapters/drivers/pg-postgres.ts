import { Readable } from 'node:stream';
import { copyLine } from '../../json/copy-line.ts';
import { copyFromStdin, postgres } from '../dialects/postgres.ts';
import type { Connection, Trouble } from '../driver.ts';
import { AdvisoryLock } from './pg-lock.ts';
import { permissionHint } from './pg-permissions.ts';
import type { PgServer, ServerError, TextRows } from './pg-server.ts';

const lostMessage = /^(?:Connection terminated|Client has encountered a connection error)/;

/** SQLSTATE classes and codes (PostgreSQL, appendix A), and what the system says of a socket. */
const transientCodes = new Set(['40001', '40P01', '53300', '55P03', '57P03']);
const lostCodes = /^(?:08...|57P01|57P02|57P05|25P03|ECONNRESET|EPIPE|ETIMEDOUT|ECONNREFUSED)$/;

/** What to do about it, where the server itself gives no hint. */
const hints: Readonly<Record<string, string>> = {
  '25006': 'this is sent to read only: what writes belongs in a model',
  '53100': 'the disk of the server is full: make room there, and run again',
  '53200': 'the server has no memory left for it: lower --threads, or raise work_mem and shared memory there',
  '53300': 'the server has no connection left: lower --threads, or raise max_connections there',
  '55P03': 'somebody holds a lock on it',
};

/** A PostgreSQL server. */
export const postgresServer: PgServer = {
  product: 'PostgreSQL',
  defaultPort: 5432,
  client: 'pg',
  // The name of a session is told when it is opened.
  session: (metaSchema, _name, access) => [
    "set timezone = 'UTC'",
    "set datestyle = 'ISO'",
    // A run that is shown only some rows of a table would take the others for missing: then it had better fail.
    ...(access === 'write' ? ['set row_security = off'] : []),
    postgres.searchPath([], metaSchema),
  ],
  sessionsOf(names) {
    const like = names.map((name) => `application_name like ${postgres.literal(`${name}%`)}`);
    return `select pid from pg_catalog.pg_stat_activity where ${like.join(' or ')}`;
  },
  atWork: (pids) => `select pid from pg_catalog.pg_stat_activity where pid in (${pids.join(', ')})`,
  // What others run is shown to members of pg_read_all_stats only.
  blockers: (pid) => `select
    activity.pid,
    activity.usename,
    activity.application_name,
    to_char(activity.xact_start, 'YYYY-MM-DD HH24:MI:SS') as since,
    case when activity.query <> '<insufficient privilege>' then activity.query end as statement
from unnest(pg_catalog.pg_blocking_pids(${pid})) as blocking (pid)
inner join pg_catalog.pg_stat_activity as activity
    on blocking.pid = activity.pid`,
  cancel: (pid) => `select pg_cancel_backend(${pid})`,
  end: (pid) => `select pg_terminate_backend(${pid})`,
  append,
  hold: (options) => new AdvisoryLock(options),
  trouble: troubleOf,
  hint: (error, refused) =>
    error.code === '42501' ? permissionHint(error, refused) : (conditionHint(error) ?? hints[error.code ?? '']),
};

/** A table keeps the conditions that others have added to it, also those that its new rows do not meet. */
function conditionHint({ code, schema, table, column, constraint }: ServerError): string | undefined {
  if (schema === undefined || table === undefined) return undefined;
  const dropped =
    code === '23502' && column !== undefined
      ? `alter column ${postgres.identifier(column)} drop not null`
      : code === '23514' && constraint?.endsWith('_bytes') === false
        ? `drop constraint ${postgres.identifier(constraint)}`
        : undefined;
  if (dropped === undefined) return undefined;
  const relation = postgres.relation({ schema, identifier: table });
  return `if the model does not ask for it, somebody has added this condition to the table: alter table ${relation} ${dropped}`;
}

/** What SQLSTATE, system and pg say of an error alike for all servers. */
export function troubleOf({ code = '', message }: ServerError): Trouble {
  if (transientCodes.has(code)) return 'transient';
  // pg's own words when a socket closes under it have no code.
  return lostCodes.test(code) || lostMessage.test(message) ? 'lost' : 'refused';
}

async function append(connection: Connection, { relation, columns, rows }: TextRows): Promise<void> {
  const lines = function* (): Generator<Uint8Array> {
    let text = '';
    for (const row of rows) {
      text += copyLine(columns.map((_, i) => row[i] ?? null));
      if (text.length < flushLength) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
  };
  await connection.copy(copyFromStdin(relation), Readable.from(lines(), { objectMode: true }));
}

const flushLength = 64 * 1024;
