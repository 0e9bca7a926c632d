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
  // A session that ran something of that label. Serverless and Multi-AZ warehouses have these views and refuse STV tables
  // (Amazon Redshift Management Guide, "Monitoring queries and workloads with Amazon Redshift Serverless").
  sessionsOf(names) {
    const like = names.map((name) => `query.query_label like ${redshift.literal(`${name}%`)}`);
    return `select distinct session.session_id as pid
from sys_session_history as session
inner join sys_query_history as query
    on session.session_id = query.session_id
    and session.start_time <= query.start_time
where session.status = 'active'
    and (
        ${like.join('\n        or ')}
    )`;
  },
  // The history may call a session active that has just ended; whatever runs or holds a lock is in a transaction.
  atWork: (pids) => `select distinct pid from svv_transactions where pid in (${pids.join(', ')})`,
  // A user without SYSLOG ACCESS UNRESTRICTED sees only its own transactions, and then nothing of who holds a lock.
  blockers: (pid) => `select distinct
    holder.pid,
    holder.txn_owner,
    cast(null as varchar) as program,
    to_char(holder.txn_start, 'YYYY-MM-DD HH24:MI:SS') as since,
    cast(null as varchar) as statement
from svv_transactions as waiting
inner join svv_transactions as holder
    on waiting.relation = holder.relation
    and waiting.pid <> holder.pid
where waiting.pid = ${pid}
    and not waiting.granted
    and holder.granted`,
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
