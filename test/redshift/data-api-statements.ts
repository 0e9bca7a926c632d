import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { page } from './data-api-result.ts';
import type { DataApiOptions } from './data-api.ts';
import { ServiceFault } from '../aws/service-fault.ts';
import { openSession } from './session.ts';
import type { Answer, Session, Warehouse } from './warehouse.ts';
import { RedshiftError } from './warehouse.ts';

/** What a call says, as far as the stand-in understands it. */
export interface Input {
  readonly Id?: string;
  readonly Sql?: string;
  readonly Sqls?: readonly string[];
  readonly ClusterIdentifier?: string;
  readonly WorkgroupName?: string;
  readonly Database?: string;
  readonly SessionId?: string;
  readonly SessionKeepAliveSeconds?: number;
  readonly StatementName?: string;
  readonly ClientToken?: string;
  readonly WaitTimeSeconds?: number;
  readonly Status?: string;
  readonly NextToken?: string;
}

type Status = 'SUBMITTED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';

/** One statement of a batch, or the only one. */
interface Part {
  readonly sql: string;
  status: Status;
  error?: string;
  answer?: Answer;
}

interface Statement {
  readonly id: string;
  readonly name: string;
  readonly parts: readonly Part[];
  readonly isBatch: boolean;
  readonly sessionId: string | undefined;
  readonly end: Promise<void>;
  pid: number;
  isCancelled: boolean;
  session?: Session;
}

const limits = { statements: 40, bytes: 100 * 1024 };

/** The statements that were handed in, as the Data API keeps them. */
export class DataApiStatements {
  /** What was carried out, and how long each took in the warehouse. */
  readonly log: { readonly sql: string; readonly ms: number }[] = [];
  readonly #warehouse: Warehouse;
  readonly #options: DataApiOptions;
  readonly #all = new Map<string, Statement>();
  readonly #byToken = new Map<string, Statement>();
  readonly #sessions = new Map<string, { readonly session: Session; busy: boolean }>();

  constructor(warehouse: Warehouse, options: DataApiOptions) {
    this.#warehouse = warehouse;
    this.#options = options;
  }

  /** Answers a call. Throws a ServiceFault. */
  async call(operation: string, input: Input): Promise<object> {
    if (input.WaitTimeSeconds !== undefined && this.#options.longPolling === false)
      throw invalid('1 validation error detected: unknown parameter WaitTimeSeconds');
    switch (operation) {
      case 'ExecuteStatement':
      case 'BatchExecuteStatement':
        return this.#handIn(input);
      case 'DescribeStatement': {
        const statement = this.#found(input.Id);
        await this.#patience(statement, input);
        return this.#described(statement);
      }
      case 'GetStatementResult':
        return this.#result(input);
      case 'CancelStatement':
        return this.#cancel(this.#found(input.Id));
      case 'ListStatements':
        return this.#list(input);
      default:
        throw new ServiceFault('UnknownOperationException', 400, operation);
    }
  }

  /** Forgets what a statement gave, as the service does after a day. */
  forget(id: string): void {
    this.#all.delete(id);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ session }) => session.close()));
  }

  async #handIn(input: Input): Promise<object> {
    const { Sql, Sqls = [Sql ?? ''], ClientToken = randomUUID() } = input;
    this.#check(input, Sqls);
    const before = this.#byToken.get(ClientToken);
    const statement = before ?? (await this.#begin(input, Sqls));
    this.#byToken.set(ClientToken, statement);
    await this.#patience(statement, input);
    const { Status, HasResultSet, RedshiftPid } = this.#described(statement);
    return { Id: statement.id, SessionId: statement.sessionId, Status, HasResultSet, RedshiftPid };
  }

  #check({ ClusterIdentifier, WorkgroupName, Database, SessionId }: Input, sqls: readonly string[]): void {
    const { names, state } = this.#warehouse;
    const named = ClusterIdentifier ?? WorkgroupName;
    if (SessionId === undefined && (named === undefined || Database === undefined))
      throw invalid('Either a SessionId or a cluster or workgroup and a database are needed');
    if (named !== undefined && names.size > 0 && !names.has(named))
      throw invalid(`Redshift endpoint doesn't exist in this region: ${named}`);
    if (state === 'paused') throw invalid(`Redshift cluster is in 'paused' state`);
    if (sqls.length > limits.statements)
      throw invalid(`Member must have length less than or equal to ${limits.statements}`);
    if (sqls.some((sql) => Buffer.byteLength(sql) > limits.bytes))
      throw invalid(`Cannot process query string larger than ${limits.bytes / 1024}kB`);
  }

  async #begin(
    { SessionId, SessionKeepAliveSeconds, StatementName = '', Sqls }: Input,
    sqls: readonly string[],
  ): Promise<Statement> {
    const kept = SessionId === undefined ? undefined : this.#sessions.get(SessionId);
    if (SessionId !== undefined && kept === undefined) throw invalid(`Session ${SessionId} does not exist`);
    if (kept?.busy === true) throw invalid(`Session ${SessionId} is busy`);
    if (kept !== undefined) kept.busy = true;
    const session = kept?.session ?? (await openSession(this.#warehouse, 'data-api'));
    const sessionId = SessionId ?? (SessionKeepAliveSeconds === undefined ? undefined : randomUUID());
    if (sessionId !== undefined && kept === undefined) this.#sessions.set(sessionId, { session, busy: true });
    const parts = sqls.map((sql): Part => ({ sql, status: 'SUBMITTED' }));
    const isBatch = Sqls !== undefined;
    let settle = (): void => undefined;
    const end = new Promise<void>((resolve) => (settle = resolve));
    const statement: Statement = {
      id: randomUUID(),
      name: StatementName,
      parts,
      isBatch,
      sessionId,
      end,
      pid: session.pid,
      isCancelled: false,
      session,
    };
    this.#all.set(statement.id, statement);
    void this.#carryOut(statement, session)
      .catch((error: unknown) => this.#failed(statement, error))
      .finally(async () => {
        const open = sessionId === undefined ? undefined : this.#sessions.get(sessionId);
        if (open === undefined) await session.close();
        else open.busy = false;
        settle();
      });
    return statement;
  }

  /** A batch is one transaction. */
  async #carryOut({ parts, isBatch }: Statement, session: Session): Promise<void> {
    if (isBatch) await session.execute('begin');
    try {
      for (const part of parts) {
        part.status = 'STARTED';
        const from = performance.now();
        if (this.#options.statementMs !== undefined) await setTimeout(this.#options.statementMs);
        part.answer = await session.execute(part.sql);
        this.log.push({ sql: part.sql, ms: performance.now() - from });
        if (!isBatch) part.status = 'FINISHED';
      }
      if (!isBatch) return;
      await session.execute('commit');
      for (const part of parts) part.status = 'FINISHED';
    } catch (error) {
      if (isBatch) await session.execute('rollback').catch(() => undefined);
      throw error;
    }
  }

  #failed(statement: Statement, error: unknown): void {
    const part = statement.parts.find(({ status }) => status === 'STARTED') ?? statement.parts.at(-1);
    const message = error instanceof RedshiftError ? `ERROR: ${error.message}` : 'Connection to the server was lost';
    for (const other of statement.parts) other.status = 'ABORTED';
    // What was done before it is undone.
    const failed =
      statement.parts.findLast(({ answer }) => answer === undefined) === undefined
        ? part
        : statement.parts.find(({ answer }) => answer === undefined);
    if (failed === undefined) return;
    failed.status = statement.isCancelled ? 'ABORTED' : 'FAILED';
    failed.error = message;
  }

  async #patience({ end }: Statement, { WaitTimeSeconds = 0 }: Input): Promise<void> {
    if (WaitTimeSeconds === 0) return;
    const bored = new AbortController();
    const waited = setTimeout(WaitTimeSeconds * 1000, undefined, { signal: bored.signal }).catch(() => undefined);
    await Promise.race([end, waited]).finally(() => bored.abort());
  }

  #described({ id, name, parts, isBatch, pid }: Statement): Record<string, unknown> {
    const status = statusOf(parts);
    const told = parts.find(({ error }) => error !== undefined);
    const last = parts.at(-1)?.answer;
    return {
      Id: id,
      StatementName: name,
      Status: status,
      ...(told?.error === undefined ? {} : { Error: told.error }),
      Duration: 1_000_000,
      RedshiftPid: pid,
      HasResultSet: status === 'FINISHED' && (last?.columns.length ?? 0) > 0,
      ResultRows: last?.rowCount ?? -1,
      ...(isBatch
        ? {
            SubStatements: parts.map((part, i) => ({
              Id: `${id}:${i + 1}`,
              Status: part.status,
              QueryString: part.sql,
              ...(part.error === undefined ? {} : { Error: part.error }),
              HasResultSet: (part.answer?.columns.length ?? 0) > 0,
              ResultRows: part.answer?.rowCount ?? -1,
            })),
          }
        : {}),
    };
  }

  #result({ Id = '', NextToken }: Input): object {
    const [id = '', number] = Id.split(':');
    const { parts, isBatch } = this.#found(id);
    if (isBatch && number === undefined)
      throw invalid('BatchExecuteStatement result can only be retrieved with sub-statement id');
    const answer = parts[Number(number ?? 1) - 1]?.answer;
    if (answer === undefined || statusOf(parts) !== 'FINISHED' || answer.columns.length === 0)
      throw new ServiceFault(
        'ResourceNotFoundException',
        400,
        'Query does not have result. Please check query status with DescribeStatement.',
      );
    return page(answer, Number(NextToken ?? 0), this.#options.rowsInPage ?? 1000);
  }

  async #cancel(statement: Statement): Promise<object> {
    if (!['SUBMITTED', 'STARTED'].includes(statusOf(statement.parts)))
      throw invalid(`Could not cancel a query that is already in ${statusOf(statement.parts)} state`);
    statement.isCancelled = true;
    await statement.session?.cancel();
    return { Status: true };
  }

  #list({ StatementName = '', Status }: Input): object {
    const found = [...this.#all.values()].filter(
      ({ name, parts }) => name.startsWith(StatementName) && (Status === undefined || statusOf(parts) === Status),
    );
    return {
      Statements: found.map(({ id, name, parts }) => ({ Id: id, StatementName: name, Status: statusOf(parts) })),
    };
  }

  #found(id = ''): Statement {
    const statement = this.#all.get(id.split(':')[0] ?? '');
    if (statement === undefined) throw new ServiceFault('ResourceNotFoundException', 400, `Query ${id} does not exist`);
    return statement;
  }
}

function statusOf(parts: readonly Part[]): Status {
  if (parts.some(({ status }) => status === 'FAILED')) return 'FAILED';
  if (parts.some(({ status }) => status === 'ABORTED')) return 'ABORTED';
  if (parts.every(({ status }) => status === 'FINISHED')) return 'FINISHED';
  return parts.every(({ status }) => status === 'SUBMITTED') ? 'SUBMITTED' : 'STARTED';
}

function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationException', 400, message);
}
