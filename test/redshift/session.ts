import pg from 'pg';
import { copy } from './copy.ts';
import { refuseSystemTables } from './system-tables.ts';
import { tokensOf } from './tokens.ts';
import { ownSchema } from './translate-query.ts';
import { translate } from './translate.ts';
import type { Translation } from './translate.ts';
import type { Answer, Session, Warehouse } from './warehouse.ts';
import { LostConnection, RedshiftError } from './warehouse.ts';

interface ServerMessage extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly position?: string;
  readonly constraint?: string;
}

/** How a session of PostgreSQL becomes one of Redshift: a backslash is an escape, and what Redshift has comes first. */
const begin = [
  'set standard_conforming_strings = off',
  'set escape_string_warning = off',
  "set timezone = 'UTC'",
  `set search_path = ${ownSchema}, pg_catalog, public`,
].join('; ');

/** Opens a session of the warehouse. */
export async function openSession(warehouse: Warehouse, _user: string): Promise<Session> {
  const client = new pg.Client({ ...warehouse.address });
  // What breaks it is told by the statement that it breaks.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(begin);
  const { isSuperuser, syslogAccess, roles } = warehouse.sight;
  await client.query(
    `set stand_in.is_superuser = ${isSuperuser}; set stand_in.syslog_access = '${syslogAccess}'; set stand_in.roles = '${roles.join(' ')}'`,
  );
  return new PostgresSession(client, warehouse);
}

class PostgresSession implements Session {
  readonly pid: number;
  transaction: Session['transaction'] = 'I';
  readonly #client: pg.Client;
  readonly #warehouse: Warehouse;
  #stop: (() => void) | undefined;
  readonly #notices: { severity: 'INFO' | 'NOTICE' | 'WARNING'; message: string }[] = [];

  constructor(client: pg.Client, warehouse: Warehouse) {
    this.#client = client;
    this.#warehouse = warehouse;
    this.pid = Number(Reflect.get(client, 'processID'));
    client.on('notice', ({ severity, message }) => {
      if (severity === 'WARNING') this.#notices.push({ severity, message: message ?? '' });
    });
  }

  async execute(statement: string): Promise<Answer> {
    const mishap = this.#warehouse.takeMishap(statement);
    if (mishap?.kind === 'lost' && mishap.when === 'before') throw new LostConnection();
    try {
      if (mishap?.kind === 'wait') await this.#wait(mishap.until);
      if (mishap?.kind === 'error') throw new RedshiftError(mishap.message, mishap.code);
      const answer = await this.#carryOut(statement);
      if (mishap?.kind === 'lost') throw new LostConnection();
      return answer;
    } catch (error) {
      if (this.transaction === 'T' && error instanceof RedshiftError) this.transaction = 'E';
      throw error;
    }
  }

  /** What waits in the server can be cancelled there. */
  async #wait(until: Promise<void>): Promise<void> {
    const cancelled = new Promise<never>((_, reject) => {
      this.#stop = () => reject(new RedshiftError('canceling statement due to user request', '57014'));
    });
    try {
      await Promise.race([until, cancelled]);
    } finally {
      this.#stop = undefined;
    }
  }

  async cancel(): Promise<void> {
    if (this.#stop !== undefined) return this.#stop();
    const other = new pg.Client({ ...this.#warehouse.address });
    await other.connect();
    await other.query(`select pg_cancel_backend(${this.pid})`).finally(() => other.end());
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  async #carryOut(statement: string): Promise<Answer> {
    this.#notices.length = 0;
    const word = /^\s*(?:--[^\n]*\n\s*)*(\w+)/.exec(statement)?.[1]?.toLowerCase();
    if (word === 'begin' || word === 'start')
      return this.#turn(/\bread\s+only\b/i.test(statement) ? 'begin read only' : 'begin', 'T');
    if (word === 'commit' || word === 'end') return this.#turn(this.transaction === 'E' ? 'rollback' : 'commit', 'I');
    if (word === 'rollback' || word === 'abort') return this.#turn('rollback', 'I');
    if (this.transaction === 'E')
      throw new RedshiftError(
        'current transaction is aborted, commands ignored until end of transaction block',
        '25P02',
      );
    if (word === 'copy' && !/\bfrom\s+stdin\b/i.test(statement)) return this.#unit(() => this.#copy(statement));
    if (this.#warehouse.kind === 'serverless') refuseSystemTables(tokensOf(statement));
    const translation = translate(statement, this.transaction !== 'I');
    const isPlain = translation.before.length + translation.after.length === 0;
    const answer = isPlain
      ? await this.#query(translation.statement, statement)
      : await this.#unit(() => this.#steps(translation, statement));
    if (translation.commits && this.transaction === 'T') await this.#turn('commit', 'I');
    return answer;
  }

  #copy(statement: string): Promise<Answer> {
    return copy(statement, { pid: this.pid, query: (text) => this.#query(text) }, this.#warehouse);
  }

  async #steps({ before, statement, after }: Translation, sent: string): Promise<Answer> {
    for (const step of before) await this.#query(step);
    const answer = await this.#query(statement, sent);
    for (const step of after) await this.#query(step);
    return answer;
  }

  /** What takes several statements of PostgreSQL is one of Redshift: all of it, or none. */
  async #unit(work: () => Promise<Answer>): Promise<Answer> {
    if (this.transaction === 'T') return work();
    await this.#client.query('begin');
    try {
      const answer = await work();
      await this.#client.query('commit');
      return answer;
    } catch (error) {
      await this.#client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  async #turn(statement: string, to: Session['transaction']): Promise<Answer> {
    const answer = await this.#query(statement);
    this.transaction = to;
    return answer;
  }

  async #query(text: string, sent?: string): Promise<Answer> {
    try {
      const types = { getTypeParser: () => (value: string) => value };
      const result = await this.#client.query<(string | null)[]>({ text, rowMode: 'array', types });
      return {
        columns: result.fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
          name,
          typeOid: dataTypeID,
          typeModifier: dataTypeModifier,
        })),
        rows: result.rows,
        tag: tagOf(result),
        rowCount: result.rowCount ?? 0,
        notices: [...this.#notices],
      };
    } catch (error) {
      throw said(error as ServerMessage, text === sent);
    }
  }
}

function tagOf({ command, rowCount }: pg.QueryResult): string {
  if (command === 'INSERT') return `INSERT 0 ${rowCount}`;
  return ['SELECT', 'UPDATE', 'DELETE', 'MERGE'].includes(command) ? `${command} ${rowCount}` : command;
}

/** What PostgreSQL said, in the words of Redshift where they are looked at. */
function said(error: ServerMessage, isAsSent: boolean): Error {
  const { code, message, detail, position, constraint } = error;
  if (code === undefined || code === '57P01' || !/^[0-9A-Z]{5}$/.test(code)) return new LostConnection();
  const bytes = /_bytes_(\d+)$/.exec(constraint ?? '')?.[1];
  if (bytes !== undefined) return new RedshiftError(`value too long for type character varying(${bytes})`, '22001');
  const column = /^null value in column "([^"]+)"/.exec(message)?.[1];
  if (column !== undefined) return new RedshiftError(`Cannot insert a NULL value into column ${column}`, '23502');
  if (code === '428C9') return new RedshiftError('cannot set an identity column to a value', '0A000');
  if (code === '21000' && message.startsWith('MERGE'))
    return new RedshiftError('Found multiple matches to update the same tuple.', '21000');
  if (code === '40P01') return new RedshiftError('deadlock detected', '40P01', detail === undefined ? {} : { detail });
  const place = isAsSent && position !== undefined ? { position: Number(position) } : {};
  return new RedshiftError(message, code, { ...place, ...(detail === undefined ? {} : { detail }) });
}
