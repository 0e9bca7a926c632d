import type { Adapter } from '../runner/adapters/adapter.ts';
import type { Connection } from '../runner/adapters/driver.ts';
import { DatabaseError } from '../runner/adapters/driver.ts';
import type { Fault } from '../runner/core/fault.ts';

/** What a stand-in cannot tell: a question to a live warehouse, asked in a schema of its own. */
export interface Question {
  readonly asks: string;
  /** What the runner takes for granted; undefined where it depends on neither answer. */
  readonly expected: string | undefined;
  /** Gives the answer in a few words. */
  readonly ask: (adapter: Adapter, schema: string) => Promise<string>;
}

const yes = 'yes';
const no = 'no';

/** The open questions about Redshift that the runner was written under. */
export const questions: readonly Question[] = [
  {
    asks: 'does a transaction fail when a column that is not null would become null?',
    expected: yes,
    ask: (adapter, schema) =>
      withTable(adapter, `${schema}.fenced`, 'token integer not null', async (connection, table) => {
        await connection.run(`insert into ${table} values (1)`);
        return refuses(
          connection.transaction([`lock ${table}`, `update ${table} set token = case when token = 2 then token end`]),
        );
      }),
  },
  {
    asks: 'is nothing of a transaction of more than 40 statements there when the last one fails?',
    expected: yes,
    ask: (adapter, schema) =>
      withTable(adapter, `${schema}.long`, 'id integer not null', async (connection, table) => {
        const inserts = Array.from({ length: 45 }, (_, i) => `insert into ${table} values (${i})`);
        await connection.transaction([...inserts, `insert into ${table} values (null)`]).catch(() => undefined);
        return Number((await connection.query(`select count(*) from ${table}`)).rows[0]?.[0]) === 0 ? yes : no;
      }),
  },
  {
    asks: 'is all of a transaction of more than 40 statements there when it succeeds?',
    expected: yes,
    ask: (adapter, schema) =>
      withTable(adapter, `${schema}.long_too`, 'id integer not null', async (connection, table) => {
        await connection.transaction(Array.from({ length: 45 }, (_, i) => `insert into ${table} values (${i})`));
        return Number((await connection.query(`select count(*) from ${table}`)).rows[0]?.[0]) === 45 ? yes : no;
      }),
  },
  {
    asks: 'does a reader that reads all the time ever see no table while another one takes its name?',
    expected: no,
    ask: (adapter, schema) =>
      withTable(adapter, `${schema}.swapped`, 'id integer', async (connection, table) => {
        let missed = 0;
        const done = new AbortController();
        const reading = adapter.driver.withConnection(async (reader) => {
          while (!done.signal.aborted) await reader.query(`select count(*) from ${table}`).catch(() => missed++);
        });
        for (let i = 0; i < 10; i++) {
          await connection.run(`create table ${table}_new as select ${i} as id`);
          await connection.transaction([
            `alter table ${table} rename to swapped_before`,
            `alter table ${table}_new rename to swapped`,
          ]);
          await connection.run(`drop table ${table}_before`);
        }
        done.abort();
        await reading;
        return missed === 0 ? no : `yes, ${missed} times`;
      }),
  },
  {
    asks: 'does a row of text go into columns of other types by an insert of several rows?',
    expected: yes,
    ask: (adapter, schema) =>
      withTable(adapter, `${schema}.typed`, 'id integer, moment timestamp, yes boolean', async (connection, table) =>
        accepts(
          connection.run(
            `insert into ${table} values (1, '2018-11-01 20:57:10.796', 'true'), (2, null, null), (null, '2018-11-02', 'false')`,
          ),
        ),
      ),
  },
  {
    asks: 'does a backslash have to be doubled in a text?',
    expected: yes,
    ask: (adapter) =>
      adapter.driver.withConnection(async (connection) => {
        const { rows } = await connection.query("select len('a\\\\b')");
        return Number(rows[0]?.[0]) === 3 ? yes : no;
      }),
  },
  {
    asks: 'does a view that is not bound keep its columns out of pg_attribute?',
    expected: undefined,
    ask: (adapter, schema) =>
      withTable(adapter, `${schema}.below`, 'id integer', async (connection, table) => {
        await connection.run(`create view ${schema}.above as select id from ${table} with no schema binding`);
        const { rows } = await connection.query(`select count(*)
from pg_catalog.pg_attribute as attribute
inner join pg_catalog.pg_class as relation
    on attribute.attrelid = relation.oid
where relation.relname = 'above'
    and attribute.attnum > 0`);
        await connection.run(`drop view ${schema}.above`);
        return Number(rows[0]?.[0]) === 0 ? yes : no;
      }),
  },
  {
    asks: 'does svv_user_info show the user its own row?',
    expected: yes,
    ask: (adapter) => counts(adapter, 'svv_user_info where user_name = current_user'),
  },
  {
    asks: 'does sys_session_history show the user its own sessions while they are active?',
    expected: yes,
    ask: (adapter) => counts(adapter, "sys_session_history where status = 'active'"),
  },
  {
    asks: 'does svv_transactions show the user its own transaction?',
    expected: yes,
    ask: (adapter) => counts(adapter, 'svv_transactions where txn_owner = current_user'),
  },
  {
    asks: 'does MERGE take a subquery as its source?',
    expected: undefined,
    ask: (adapter, schema) =>
      withTable(adapter, `${schema}.merged`, 'id integer, n integer', (connection, table) =>
        accepts(
          connection.run(`merge into ${table} using (select 1 as id, 2 as n) as source on ${table}.id = source.id
when matched then update set n = source.n
when not matched then insert values (source.id, source.n)`),
        ),
      ),
  },
  {
    asks: 'is a session setting known by which a statement stops waiting for a lock?',
    expected: undefined,
    ask: (adapter) =>
      adapter.driver.withConnection((connection) => accepts(connection.run('set lock_timeout to 1000'))),
  },
];

function counts(adapter: Adapter, from: string): Promise<string> {
  return adapter.driver.withConnection(async (connection) => {
    const { rows } = await connection.query(`select count(*) from ${from}`);
    return Number(rows[0]?.[0]) > 0 ? yes : no;
  });
}

/** A question that the COPYs of the runs answer, if the trust policy of the role asks for it. */
export const sourceAccount = {
  asks: 'does Redshift send aws:SourceAccount when a COPY assumes a role?',
  answer(isAsked: boolean, faults: readonly Fault[]): string {
    if (!isAsked) return 'not asked: set source_account: true under cluster:, run cluster up, and an hour later this';
    if (faults.some(({ message }) => /Not authorized to get credentials of role/i.test(message))) return no;
    return faults.length === 0 ? yes : 'not known: the run failed by something else';
  },
};

async function withTable(
  { driver }: Adapter,
  table: string,
  columns: string,
  ask: (connection: Connection, table: string) => Promise<string>,
): Promise<string> {
  return driver.withConnection(async (connection) => {
    await connection.run(`create table ${table} (${columns})`);
    try {
      return await ask(connection, table);
    } finally {
      await connection.run(`drop table if exists ${table}`);
    }
  });
}

async function refuses(work: Promise<unknown>): Promise<string> {
  return (await accepts(work)) === yes ? no : yes;
}

async function accepts(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return yes;
  } catch (error) {
    if (error instanceof DatabaseError) return `no: ${error.message}`;
    throw error;
  }
}
