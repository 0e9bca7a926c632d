import type { Rows } from '../adapters/driver.ts';
import { openAdapter } from '../adapters/adapter.ts';
import { closeDriver, onConnection } from '../adapters/interruptible.ts';
import { located } from '../cluster/locate.ts';
import type { World } from '../cluster/world.ts';
import type { ClusterTarget } from '../config/target.ts';
import { plain } from '../core/mapped-text.ts';
import { Executor } from '../run/executor.ts';
import type { ClusterOptions, OpenCluster } from './open-cluster.ts';

/**
 * Asks the warehouse of a cluster, by the road that leads there from anywhere. Throws a FaultError, and a DatabaseError
 * for what may pass.
 */
export async function askCluster<T>(
  { cluster, aws }: OpenCluster,
  { projectDir }: ClusterOptions,
  { now, signal }: World,
  work: (ask: (query: string) => Promise<Rows['rows']>) => Promise<T>,
): Promise<T> {
  const target: ClusterTarget = { type: 'redshift-data', name: 'cluster', cluster: cluster.name };
  const holder = { command: 'cluster', since: now().toISOString() };
  const options = { projectDir, access: 'read', holder, wait: undefined, signal, metaSchema: '', threads: 1 } as const;
  const { driver } = await openAdapter(await located(target, cluster, aws), options);
  try {
    return await onConnection(driver, signal, (connection) => {
      const executor = new Executor(connection, () => undefined);
      return work(async (query) => (await executor.query(plain(query))).rows);
    });
  } finally {
    await closeDriver(driver, signal);
  }
}
