import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Column } from '../../core/node.ts';
import { FaultError } from '../../core/fault.ts';
import type { Dialect } from '../dialect.ts';
import type { Connection, Holder, Rows } from '../driver.ts';
import type { Hold } from './hold.ts';

export interface LeaseOptions {
  /** The schema that the row stands in: one lease for each warehouse in a database. */
  readonly metaSchema: string;
  readonly holder: Holder;
  /** Told once when the waiting for another holder begins; undefined not to wait. */
  readonly wait: ((holder: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** How long a lease lasts unless it is renewed, in seconds. */
  readonly leaseSeconds?: number;
}

/** Long enough for a process to be busy or a network to be away for a while; a killed run on another machine is waited for as long. */
const defaultSeconds = 60;
const pollMs = 1000;

const text = (name: string, bytes: number): Column => ({ name, type: { kind: 'varchar', bytes }, notNull: false });
const columns: readonly Column[] = [
  // Null would be a run that holds nothing: it is the check by which a transaction of another run fails.
  { ...text('run_id', 64), notNull: true },
  text('claim', 36),
  text('machine', 256),
  text('since', 32),
  { name: 'process_id', type: { kind: 'bigint' }, notNull: false },
  { name: 'token', type: { kind: 'bigint' }, notNull: true },
  { name: 'expires_at', type: { kind: 'timestamp' }, notNull: false },
];

const nobody = 'nobody';

/** Who has the lease, as its row says. */
interface Held {
  readonly run: string;
  readonly claim: string;
  readonly machine: string;
  readonly since: string;
  readonly processId: number;
  readonly token: bigint;
  readonly secondsLeft: number;
}

/**
 * The right to build a warehouse, for an engine without locks that outlive a statement: a row of one table, with a number
 * that grows whenever it changes hands. Whoever publishes locks that table first and fails unless the number is still its
 * own: so a statement of a run that was given up for dead, and that goes on in the server, changes nothing any more.
 * (Martin Kleppmann, "How to do distributed locking", 2016: fencing tokens.)
 */
export class Lease implements Hold {
  readonly #options: LeaseOptions;
  readonly #dialect: Dialect;
  readonly #table: string;
  readonly #seconds: number;
  readonly #run: string;
  /** What one process says once: by it the row is known as its own. */
  readonly #claim = randomUUID();
  #token: bigint | undefined;

  constructor(dialect: Dialect, options: LeaseOptions) {
    this.#dialect = dialect;
    this.#options = options;
    this.#table = dialect.relation({ schema: options.metaSchema, identifier: 'lease' });
    this.#seconds = options.leaseSeconds ?? defaultSeconds;
    this.#run = options.holder.run ?? `${options.holder.command} ${options.holder.since}`.slice(0, 64);
  }

  get renewMs(): number {
    return (this.#seconds * 1000) / 3;
  }

  async take(connection: Connection): Promise<void> {
    await this.#make(connection);
    const { wait, signal } = this.#options;
    let dead = nobody;
    for (let isWaiting = false; ;) {
      const held = heldOf(await connection.transaction(this.#taking(dead)));
      if (held.claim === this.#claim) {
        this.#token = held.token;
        return;
      }
      if (isGone(held)) {
        dead = held.run;
        continue;
      }
      if (wait === undefined) throw new FaultError(lockedFault(held));
      if (!isWaiting) wait(shown(held));
      isWaiting = true;
      await setTimeout(pollMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  fence(): readonly string[] {
    return [
      this.#lock(),
      // No row has two runs: where the number is another one, the run would become null, and that the column refuses.
      `update ${this.#table}
set run_id = case when token = ${this.#token} then run_id end, expires_at = ${this.#end()}`,
    ];
  }

  async renew(connection: Connection): Promise<void> {
    await connection.run(`update ${this.#table}
set expires_at = ${this.#end()}
where token = ${this.#token}`);
  }

  async retake(connection: Connection): Promise<void> {
    const held = heldOf(await connection.query(this.#selection()));
    if (held.token !== this.#token)
      throw new FaultError({
        code: 'run-overtaken',
        message: `${shown(held)} has taken the warehouse over from this run, which had not been heard of for ${this.#seconds} s`,
        hint: 'run again: nothing of this run is published',
      });
  }

  async release(connection: Connection): Promise<void> {
    if (this.#token === undefined) return;
    await connection.run(`update ${this.#table}
set run_id = ${this.#dialect.literal(nobody)}, expires_at = null
where token = ${this.#token}`);
  }

  async #make(connection: Connection): Promise<void> {
    const { metaSchema } = this.#options;
    const own = { schemas: [], names: [], metaSchema, ofRun: '^$' };
    const { rows } = await connection.query(this.#dialect.catalogQuery(own));
    if (rows.some(([, name]) => name === 'lease')) return;
    const schemas = await connection.query(this.#dialect.schemasQuery([metaSchema]));
    if (schemas.rows.length === 0)
      await connection.run(`create schema if not exists ${this.#dialect.identifier(metaSchema)}`);
    const definitions = columns.map((column) => this.#dialect.columnDefinition(column));
    await connection.run(`create table if not exists ${this.#table} (\n    ${definitions.join(',\n    ')}\n)`);
  }

  /** Takes it from nobody, from a run whose time has come, or from one that is known to be dead; tells who has it then. */
  #taking(dead: string): string[] {
    const { literal } = this.#dialect;
    const { since } = this.#options.holder;
    return [
      this.#lock(),
      `insert into ${this.#table} (run_id, token)
select ${literal(nobody)}, 0
where not exists (select 1 from ${this.#table})`,
      `update ${this.#table}
set
    run_id = ${literal(this.#run)},
    claim = ${literal(this.#claim)},
    machine = ${literal(hostname())},
    since = ${literal(since)},
    process_id = ${process.pid},
    token = token + 1,
    expires_at = ${this.#end()}
where run_id in (${literal(nobody)}, ${literal(dead)})
    or expires_at < getdate()`,
      this.#selection(),
    ];
  }

  #selection(): string {
    return `select run_id, claim, machine, since, process_id, token, datediff(second, getdate(), expires_at) as seconds_left
from ${this.#table}`;
  }

  #lock(): string {
    return `lock ${this.#table}`;
  }

  #end(): string {
    return `dateadd(second, ${this.#seconds}, getdate())`;
  }
}

function heldOf({ rows }: Rows): Held {
  const [run, claim, machine, since, processId, token, secondsLeft] = rows[0] ?? [];
  return {
    run: String(run),
    claim: String(claim),
    machine: String(machine),
    since: String(since),
    processId: Number(processId),
    token: BigInt(token ?? -1),
    secondsLeft: Number(secondsLeft),
  };
}

/** Whether the run was of this machine, and its process is no more. */
function isGone({ run, machine, processId }: Held): boolean {
  if (run === nobody || machine !== hostname() || processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function shown({ run, machine, since, processId }: Held): string {
  return `run ${run}, since ${since}, on ${machine} (process ${processId})`;
}

function lockedFault(held: Held): ConstructorParameters<typeof FaultError>[0] {
  return {
    code: 'database-locked',
    message: `the warehouse is in use by ${shown(held)}`,
    hint: `wait for it to end, or add --wait; if it is dead, the warehouse is free in ${Math.max(1, held.secondsLeft)} s`,
  };
}
