import type { Cluster } from '../config/cluster.ts';
import { baseRpu, nodesOf } from './size.ts';

/**
 * What AWS charges on demand in its region us-east-1 (aws.amazon.com/redshift/pricing, and for nodes other than ra3.large a
 * copy of the AWS Price List of two days before). Other regions differ, and storage comes on top.
 */
export const prices = {
  asOf: '2026-10-07',
  region: 'us-east-1',
  dollarsPerRpuHour: 0.375,
  /** A serverless warehouse is paid for while it answers, and for this long at least. */
  leastSeconds: 60,
  dollarsPerNodeHour: {
    'ra3.large': 0.543,
    'ra3.xlplus': 1.086,
    'ra3.4xlarge': 3.26,
    'rg.xlarge': 0.7602,
    'rg.4xlarge': 3.04267,
  } as Readonly<Record<string, number>>,
} as const;

/** What a cluster costs an hour, in dollars; undefined for what no price is known of. */
export function dollarsPerHour(cluster: Cluster): number | undefined {
  if (cluster.kind !== 'provisioned') return baseRpu(cluster) * prices.dollarsPerRpuHour;
  const node = prices.dollarsPerNodeHour[cluster.node_type];
  return node === undefined ? undefined : node * nodesOf(cluster);
}

/** What so many seconds of an RPU cost, in dollars. */
export function rpuDollars(seconds: number): number {
  return (seconds / 3600) * prices.dollarsPerRpuHour;
}

/** What the nodes of a cluster have cost since midnight UTC, in dollars, if it was not paused meanwhile. */
export function clusterDollarsToday(cluster: Cluster, madeAt: Date | undefined, now: Date): number | undefined {
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const since = Math.max(midnight, madeAt?.getTime() ?? midnight);
  const dollars = dollarsPerHour(cluster);
  // Its clock may be ahead of ours.
  const hours = Math.max(0, now.getTime() - since) / 3_600_000;
  return dollars === undefined ? undefined : dollars * hours;
}

/** How long a snapshot that is made at the end is kept, and paid for. */
export const snapshotDays = 30;
