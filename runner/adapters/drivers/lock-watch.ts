import { DatabaseError } from '../driver.ts';
import type { Rows } from '../driver.ts';
import type { PgServer } from './pg-server.ts';

/** How long a statement may run before it is asked whether it waits for a lock, and how often after that. */
const patienceMs = 2000;

/** The process of a session, or how it is found out; undefined while there is none. */
type Pid = number | (() => Promise<number | undefined>);

/** Asks for the locks that slow statements wait for: a session that waits reports nothing itself. */
export class LockWatch {
  readonly #server: Pick<PgServer, 'blockers' | 'cancel'>;
  readonly #ask: (query: string) => Promise<Rows>;
  readonly #timeoutSeconds: number | undefined;

  /** `ask` sends a query on another connection. After `timeoutSeconds` of waiting a statement is canceled; undefined for never. */
  constructor(
    server: Pick<PgServer, 'blockers' | 'cancel'>,
    ask: (query: string) => Promise<Rows>,
    timeoutSeconds: number | undefined,
  ) {
    this.#server = server;
    this.#ask = ask;
    this.#timeoutSeconds = timeoutSeconds;
  }

  /**
   * Waits for a statement of the session that process `pid` serves: a number, or a way to find it out once it is needed. `report` is called with who holds the lock that it waits
   * for, and again when that is somebody else. Throws what the statement throws, or a DatabaseError when the wait was ended.
   */
  async watched<T>(pid: Pid, statement: Promise<T>, report: (waiting: string) => void): Promise<T> {
    const wait = new LockWait(this.#timeoutSeconds ?? Number.POSITIVE_INFINITY);
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      // The statement may have ended while a look was under way: another one would keep the process alive.
      if (wait.isOver) return;
      timer = setTimeout(() => void this.#look(pid, wait, report).catch(() => undefined).finally(look), wait.nextLookMs);
    }; // prettier-ignore
    look();
    try {
      return await statement;
    } catch (error) {
      throw wait.isCanceled ? wait.error(error) : error;
    } finally {
      wait.isOver = true;
      clearTimeout(timer);
    }
  }

  async #look(pidOf: Pid, wait: LockWait, report: (waiting: string) => void): Promise<void> {
    if (wait.isOver) return;
    const pid = typeof pidOf === 'number' ? pidOf : await pidOf();
    if (pid === undefined) return;
    const holders = (await this.#ask(this.#server.blockers(pid))).rows.map(holderText).join('; ');
    if (wait.isOver || holders === '') return;
    if (holders !== wait.holders) report(`waits for a lock that is held by ${holders}`);
    wait.holders = holders;
    if (!wait.isTimedOut) return;
    wait.isCanceled = true;
    await this.#ask(this.#server.cancel(pid));
  }
}

/** One statement that may be waiting. */
class LockWait {
  readonly #since = performance.now();
  readonly #timeoutMs: number;
  #looks = 0;
  holders = '';
  isCanceled = false;
  isOver = false;

  constructor(timeoutSeconds: number) {
    this.#timeoutMs = timeoutSeconds * 1000;
  }

  /** Until the next look: never beyond the moment when the wait is to end. */
  get nextLookMs(): number {
    const left = this.#timeoutMs - (performance.now() - this.#since);
    return this.#looks++ > 0 && left <= 0 ? patienceMs : Math.max(0, Math.min(patienceMs, left));
  }

  get isTimedOut(): boolean {
    return performance.now() - this.#since >= this.#timeoutMs;
  }

  error(cause: unknown): DatabaseError {
    return new DatabaseError(`no lock within ${this.#timeoutMs / 1000} s: it is held by ${this.holders}`, {
      hint: 'have it released, or raise lock_timeout of the target',
      statement: cause instanceof DatabaseError ? cause.statement : undefined,
      cause,
    });
  }
}

/** A row of `PgServer.blockers`: process, user, program, begin of its transaction, statement. What is null is not shown to our user. */
function holderText([pid, user, program, since, statement]: Rows['rows'][number]): string {
  const name = program === null || program === '' ? '' : `, ${String(program)}`;
  const begin = since === null ? '' : `, since ${String(since)}`;
  const said = statement === null || statement === '' ? '' : `: ${oneLine(String(statement))}`;
  return `user ${String(user)} (process ${String(pid)}${name}${begin})${said}`;
}

const shownLength = 100;

function oneLine(statement: string): string {
  const line = statement.replaceAll(/\s+/g, ' ').trim();
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}
