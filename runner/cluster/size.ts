import { defaultRpu } from '../config/cluster-schema.ts';
import type { Cluster, ProvisionedCluster, ServerlessCluster } from '../config/cluster.ts';

/** The size of a serverless cluster, in Redshift processing units. */
export function baseRpu({ rpu = defaultRpu }: ServerlessCluster): number {
  return rpu;
}

/** How many nodes a provisioned cluster has. */
export function nodesOf({ nodes = 1 }: ProvisionedCluster): number {
  return nodes;
}

/** The database that is made with a cluster; AWS's own name for it if none is given. */
export function databaseOf({ database = 'dev' }: Cluster): string {
  return database;
}
