import { createHash } from 'node:crypto';
import { program } from '../core/version.ts';
import type { Cluster } from '../config/cluster.ts';

/** Whose credentials AWS is called with. */
export interface Identity {
  readonly account: string;
  /** `aws`, or that of China or of the government of the USA. */
  readonly partition: string;
}

/** What the things are called that belong to a cluster. Itself, or its workgroup and namespace, have its own name. */
export interface Names {
  readonly role: string;
  readonly roleArn: string;
  /** The group of security, of subnets and of parameters. */
  readonly group: string;
  /** The bucket that is made for lists of files, where dwh.yaml names no other. */
  readonly bucket: string;
}

/** Names of roles hold in all regions, those of buckets in all accounts. */
export function namesOf({ name, region }: Cluster, { account, partition }: Identity): Names {
  const role = `${program}-${name}-${region}`;
  const hash = createHash('sha256').update(`${account} ${region} ${name}`).digest('hex').slice(0, 10);
  return {
    role,
    roleArn: `arn:${partition}:iam::${account}:role/${role}`,
    group: `${program}-${name}`,
    bucket: `${program}-${name}-${hash}`,
  };
}

/** Where lists of files are put for the cluster: `s3://bucket/prefix`. */
export function stageOf(cluster: Cluster, names: Pick<Names, 'bucket'>): string {
  return cluster.stage ?? `s3://${names.bucket}`;
}
