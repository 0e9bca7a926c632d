import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { FaultError } from '../../core/fault.ts';
import { program } from '../../core/version.ts';
import type { Connection, Holder } from '../driver.ts';
import type { Hold } from './hold.ts';

export interface LockOptions {
  /** What is locked: one name for each warehouse in a database. */
  readonly lock: string;
  readonly holder: Holder;
  /** Told once when the waiting for another holder begins; undefined not to wait. */
  readonly wait: ((holder: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

const pollMs = 200;
/** A server takes a moment to see that a process was killed; until then its session holds the lock. */
const graceMs = 1000;

/** How a session calls itself in the server: at most 63 bytes are kept. */
export function applicationName({ run, since }: Holder): string {
  return [program, run, since].filter((part) => part !== undefined).join(' ');
}

/**
 * A lock that lasts as long as its session: whatever the server still does for a dead holder is done before anyone else
 * can have it.
 */
export class AdvisoryLock implements Hold {
  readonly renewMs = undefined;
  readonly #options: LockOptions;

  constructor(options: LockOptions) {
    this.#options = options;
  }

  take(connection: Connection): Promise<void> {
    return takeLock(connection, this.#options);
  }

  retake(connection: Connection): Promise<void> {
    return takeLock(connection, { ...this.#options, wait: undefined });
  }

  fence(): readonly string[] {
    return [];
  }

  renew(): Promise<void> {
    return Promise.resolve();
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** Throws a FaultError when another session holds it, and there is no waiting. */
async function takeLock(connection: Connection, { lock, wait, signal }: LockOptions): Promise<void> {
  const key = lockKey(lock);
  for (let tries = 0; ; tries++) {
    const { rows } = await connection.query(`select pg_try_advisory_lock(${key})`);
    if (rows[0]?.[0] === true) return;
    if (tries * pollMs === graceMs) {
      const holder = await holderOf(connection, key);
      if (wait === undefined) throw new FaultError(lockedFault(holder));
      wait(holder);
    }
    await setTimeout(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

function lockedFault(holder: string): ConstructorParameters<typeof FaultError>[0] {
  return {
    code: 'database-locked',
    message: `the warehouse is in use by ${holder}`,
    hint: 'wait for it to end, or add --wait',
  };
}

/** The first 63 bits of a hash: PostgreSQL's keys are bigints. */
function lockKey(name: string): bigint {
  return createHash('sha1').update(`${program} ${name}`).digest().readBigInt64BE() >> 1n;
}

async function holderOf(connection: Connection, key: bigint): Promise<string> {
  const { rows } = await connection.query(`select activity.pid, activity.application_name, activity.usename
from pg_catalog.pg_locks as lock
inner join pg_catalog.pg_stat_activity as activity
    on lock.pid = activity.pid
where lock.locktype = 'advisory'
    and lock.granted
    and lock.database = (select oid from pg_catalog.pg_database where datname = current_database())
    and (lock.classid::bigint << 32) + lock.objid::bigint = ${key}`);
  const [pid, name, user] = rows[0] ?? [];
  if (pid === undefined) return 'another run that is just ending';
  const [, run, since] = String(name).split(' ');
  const who = run === undefined || since === undefined ? String(name) : `run ${run}, since ${since}`;
  return `${who}, as user ${String(user)} (process ${String(pid)} of the server)`;
}
