import type { Cluster, ProvisionedCluster, ServerlessCluster } from '../config/cluster.ts';
import { dwhYaml } from '../config/schema.ts';
import type { ClusterTarget, Target } from '../config/target.ts';
import { FaultError } from '../core/fault.ts';
import type { Aws } from './aws.ts';
import { namesOf, stageOf } from './names.ts';
import { readNamespace } from './namespace.ts';
import { readCluster, stateOf } from './provisioned.ts';
import { conditionOf, serverlessTags } from './serverless.ts';
import type { Condition } from './resource.ts';
import type { Tags } from './tags.ts';
import { isOurs, tagsFrom } from './tags.ts';
import { readWorkgroup } from './workgroup.ts';

/** Where a cluster is, and how to come in. */
export interface Whereabouts {
  readonly way: { readonly workgroup: string } | { readonly cluster_id: string };
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** The ARN of the secret that holds its password. */
  readonly secret: string;
  readonly stage: string;
}

/** A target of a cluster with all that AWS knows of it. Throws a FaultError when it is not there, or not to be used now. */
export async function located(target: ClusterTarget, cluster: Cluster, aws: Aws): Promise<Target> {
  const { way, host, port, database, secret, stage } = await whereIs(cluster, aws, target.name);
  const { name, schema_prefix } = target;
  // Its default role is the one that is made for it: so no statement shows the number of an account.
  const common = { name, database, secret, region: aws.region, iam_role: 'default', stage };
  const prefix = schema_prefix === undefined ? {} : { schema_prefix };
  if (target.type === 'redshift-data') return { type: 'redshift-data', ...common, ...way, ...prefix };
  const { sslmode, sslrootcert } = target;
  const tls = { ...(sslmode === undefined ? {} : { sslmode }), ...(sslrootcert === undefined ? {} : { sslrootcert }) };
  return { type: 'redshift', ...common, host, port, ...tls, ...prefix };
}

async function whereIs(cluster: Cluster, aws: Aws, target: string): Promise<Whereabouts> {
  const at = { path: dwhYaml, keys: ['targets', target, 'cluster'], point: 'value' } as const;
  const found = await (cluster.kind === 'provisioned' ? ofNodes(cluster, aws) : ofWorkgroup(cluster, aws));
  if (found === undefined || !isOurs(found.tags, cluster))
    throw new FaultError({
      code: 'cluster-missing',
      message:
        found === undefined
          ? `there is no cluster "${cluster.name}" in ${aws.region}`
          : `there is a cluster "${cluster.name}" in ${aws.region}, and it does not bear the tag of this one`,
      at,
      hint: found === undefined ? 'make it: sparkify-run cluster up' : 'give the cluster of this project another name',
    });
  // What is being changed answers all the same.
  if (found.condition !== 'ready' && found.condition !== 'busy')
    throw new FaultError({
      code: 'cluster-state',
      message: `the cluster "${cluster.name}" is "${found.said}"`,
      at,
      hint: found.condition === 'paused' ? 'wake it: sparkify-run cluster resume' : 'see: sparkify-run cluster status',
    });
  const { host, secret } = found;
  if (host === undefined || secret === undefined)
    throw new FaultError({
      code: 'cluster-state',
      message: `the cluster "${cluster.name}" has no ${host === undefined ? 'address' : 'password in Secrets Manager'} yet`,
      at,
      hint: 'see what is missing: sparkify-run cluster up --dry-run',
    });
  return { ...found, host, secret, stage: stageOf(cluster, namesOf(cluster, identityIn(found.arn))) };
}

type Looked = Omit<Whereabouts, 'host' | 'secret' | 'stage'> & {
  readonly host: string | undefined;
  readonly secret: string | undefined;
  readonly arn: string;
  readonly tags: Tags;
  readonly condition: Condition;
  readonly said: string;
};

async function ofWorkgroup({ name }: ServerlessCluster, aws: Aws): Promise<Looked | undefined> {
  const [workgroup, namespace] = await Promise.all([readWorkgroup(aws, name), readNamespace(aws, name)]);
  if (workgroup === undefined || namespace === undefined) return undefined;
  return {
    way: { workgroup: name },
    host: workgroup.endpoint?.address,
    port: workgroup.endpoint?.port ?? 0,
    database: namespace.dbName ?? '',
    secret: namespace.adminPasswordSecretArn,
    arn: workgroup.workgroupArn ?? '',
    tags: (await serverlessTags(aws, workgroup.workgroupArn)) ?? {},
    condition: conditionOf(workgroup.status),
    said: workgroup.status ?? '',
  };
}

async function ofNodes({ name }: ProvisionedCluster, aws: Aws): Promise<Looked | undefined> {
  const found = await readCluster(aws, name);
  if (found === undefined) return undefined;
  return {
    way: { cluster_id: name },
    host: found.Endpoint?.Address,
    port: found.Endpoint?.Port ?? 0,
    database: found.DBName ?? '',
    secret: found.MasterPasswordSecretArn,
    arn: found.ClusterNamespaceArn ?? '',
    tags: tagsFrom(found.Tags),
    ...stateOf(found),
  };
}

/** `arn:aws:redshift:us-west-2:123456789012:…` */
function identityIn(arn: string): { account: string; partition: string } {
  const [, partition = '', , , account = ''] = arn.split(':');
  return { account, partition };
}
