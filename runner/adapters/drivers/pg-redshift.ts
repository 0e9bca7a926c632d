import { insertValues, redshift } from '../dialects/redshift.ts';
import type { Connection } from '../driver.ts';
import { Lease } from './lease.ts';
import { troubleOf } from './pg-postgres.ts';
import type { PgServer, TextRows } from './pg-server.ts';
import { redshiftHint, redshiftTrouble } from './redshift-error.ts';

/** Half of what a statement may be long (Amazon Redshift Management Guide, "Quotas and limits": 16 MB), and more is no faster. */
const insertBytes = 1024 * 1024;

/** Redshift, by PostgreSQL's protocol. */
export const redshiftServer: PgServer = {
  product: 'Redshift',
  defaultPort: 5439,
  client: 'redshift',
  // Its catalog does not keep the name that a session was opened by; the label of its queries it does.
  session: (_, name) => ["set timezone to 'UTC'", `set query_group to ${redshift.literal(name)}`],
  // Its system views tell what ran, and not what is idle: a live session that ran something of that label.
  sessionsOf(names) {
    const like = names.map((name) => `query.query_label like ${redshift.literal(`${name}%`)}`);
    return `select distinct session.process as pid
from stv_sessions as session
inner join sys_query_history as query
    on session.process = query.session_id
    and session.starttime <= query.start_time
where ${like.join('\n    or ')}`;
  },
  cancel: (pid) => `select pg_cancel_backend(${pid})`,
  end: (pid) => `select pg_terminate_backend(${pid})`,
  append,
  hold: ({ lock, ...options }) => new Lease(redshift, { ...options, metaSchema: lock }),
  trouble(error) {
    const trouble = redshiftTrouble(error.message);
    return trouble === 'refused' ? troubleOf(error) : trouble;
  },
  hint: ({ message }) => redshiftHint(message),
};

async function append(connection: Connection, { relation, columns, rows }: TextRows): Promise<void> {
  // All rows, or none.
  const statements = [...insertValues(relation, columns, rows, insertBytes)];
  if (statements.length > 0) await connection.transaction(statements);
}
