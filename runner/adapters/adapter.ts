import { resolve } from 'node:path';
import type { TargetType } from '../config/schema.ts';
import type { Target } from '../config/target.ts';
import { assertNever } from '../core/never.ts';
import type { Dialect } from './dialect.ts';
import { duckdb } from './dialects/duckdb.ts';
import { postgres } from './dialects/postgres.ts';
import { redshift } from './dialects/redshift.ts';
import type { Driver, Holder } from './driver.ts';
import type { Login } from './drivers/pg-server.ts';

/** A warehouse: how it writes SQL, and the way to it. */
export interface Adapter {
  readonly dialect: Dialect;
  readonly driver: Driver;
}

export interface OpenOptions {
  readonly projectDir: string;
  readonly access: 'read' | 'write';
  /** What others are told who find the warehouse taken. */
  readonly holder: Holder;
  readonly wait: ((holder: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** The schema of the state: its name is what is locked, and functions of ours stand in it. */
  readonly metaSchema: string;
  readonly threads: number;
}

/** The dialect of a type of target; loads no driver. */
export function dialectOf(type: TargetType): Dialect {
  switch (type) {
    case 'duckdb':
      return duckdb;
    case 'postgres':
      return postgres;
    case 'redshift':
    case 'redshift-data':
      return redshift;
    default:
      return assertNever(type);
  }
}

/**
 * Opens the warehouse of a target. Throws a FaultError when it cannot be opened, and a DatabaseError for what may pass.
 */
export async function openAdapter(target: Target, options: OpenOptions): Promise<Adapter> {
  return { dialect: dialectOf(target.type), driver: await openDriver(target, options) };
}

async function openDriver(target: Target, options: OpenOptions): Promise<Driver> {
  switch (target.type) {
    case 'duckdb': {
      const { openDuckdb } = await import('./drivers/duckdb.ts');
      const { access, holder, wait, signal } = options;
      return openDuckdb({
        path: resolve(options.projectDir, target.path),
        memoryLimit: target.memory_limit,
        access,
        holder,
        wait,
        signal,
      });
    }
    case 'postgres': {
      const { openPg } = await import('./drivers/pg.ts');
      const { postgresServer } = await import('./drivers/pg-postgres.ts');
      const { metaSchema, threads } = options;
      const { user, password } = target;
      const login = (): Promise<Login> => Promise.resolve({ user, password, expiresAt: undefined });
      return openPg({ ...options, target, server: postgresServer, login, lock: metaSchema, connections: threads });
    }
    case 'redshift': {
      const { openPg } = await import('./drivers/pg.ts');
      const { redshiftServer } = await import('./drivers/pg-redshift.ts');
      const { redshiftLogin } = await import('./drivers/redshift-login.ts');
      const { metaSchema, threads } = options;
      const login = redshiftLogin(target, () => new Date());
      return openPg({ ...options, target, server: redshiftServer, login, lock: metaSchema, connections: threads });
    }
    case 'redshift-data': {
      const { openRedshiftData } = await import('./drivers/redshift-data.ts');
      return openRedshiftData({ ...options, target, lock: options.metaSchema });
    }
    default:
      return assertNever(target);
  }
}
