import type { Cluster, ProvisionedCluster, ServerlessCluster } from '../config/cluster.ts';
import type { Kind } from './resource.ts';

/** What belongs to a cluster as it is described. */
export function wantedKinds({ kind, stage, subnets }: Cluster): ReadonlySet<Kind> {
  const around: Kind[] = ['role', 'security group', ...(stage === undefined ? (['bucket'] as const) : [])];
  if (kind !== 'provisioned') return new Set([...around, 'namespace', 'workgroup']);
  return new Set([
    ...around,
    ...(subnets === undefined ? [] : (['subnet group'] as const)),
    'parameter group',
    'cluster',
  ]);
}

/** The same as a cluster of the other kind: what is left of one is known by its name. */
export function asServerless(cluster: Cluster): ServerlessCluster {
  if (cluster.kind !== 'provisioned') return cluster;
  const { node_type: _type, nodes: _nodes, ...common } = cluster;
  return { ...common, kind: 'serverless' };
}

/** The same the other way round. */
export function asProvisioned(cluster: Cluster): ProvisionedCluster {
  if (cluster.kind === 'provisioned') return cluster;
  const { rpu: _rpu, max_rpu: _most, rpu_hours_a_day: _hours, ...common } = cluster;
  return { ...common, kind: 'provisioned', node_type: '' };
}
