import type { Cluster } from '../config/cluster.ts';
import type { Identity, Names } from './names.ts';
import { stageOf } from './names.ts';

interface Statement {
  readonly Effect: 'Allow';
  readonly Principal?: { readonly Service: readonly string[] };
  readonly Action: string | readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A document of IAM's policy language (IAM User Guide, "IAM JSON policy reference"). */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/**
 * Who may assume the role: Redshift alone (Management Guide, "Authorizing Amazon Redshift to access AWS services", and for
 * serverless "Granting permissions to Amazon Redshift Serverless"). `source_account` adds that it must be for this account (IAM
 * User Guide, "The confused deputy problem"), which Redshift is not documented to say.
 */
export function trustPolicy({ kind, source_account: isStrict = false }: Cluster, { account }: Identity): Policy {
  return policy({
    Effect: 'Allow',
    Principal: {
      Service: [...(kind === 'provisioned' ? [] : ['redshift-serverless.amazonaws.com']), 'redshift.amazonaws.com'],
    },
    Action: 'sts:AssumeRole',
    ...(isStrict ? { Condition: { StringEquals: { 'aws:SourceAccount': account } } } : {}),
  });
}

/** What the role may do: list and read exactly what the cluster reads, and read and write the stage. */
export function rightsPolicy(cluster: Cluster, names: Names, { partition }: Identity): Policy {
  const arn = (path: string): string => `arn:${partition}:s3:::${path}`;
  const stage = parts(stageOf(cluster, names));
  const read = [...cluster.read.map(parts), stage].toSorted((a, b) => (a.whole < b.whole ? -1 : 1));
  const statements = read.flatMap(({ bucket, prefix }): Statement[] => [
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: [arn(bucket)],
      ...(prefix === '' ? {} : { Condition: { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] } } }),
    },
    { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: [arn(bucket)] },
    { Effect: 'Allow', Action: 's3:GetObject', Resource: [arn(below(bucket, prefix))] },
  ]);
  const write: Statement = {
    Effect: 'Allow',
    Action: 's3:PutObject',
    Resource: [arn(below(stage.bucket, stage.prefix))],
  };
  return policy(...distinct(statements), write);
}

function policy(...statements: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement: statements };
}

function parts(place: string): { readonly whole: string; readonly bucket: string; readonly prefix: string } {
  const [bucket = '', ...rest] = place.replace(/^s3:\/\//, '').split('/');
  return { whole: place, bucket, prefix: rest.join('/').replace(/\/+$/, '') };
}

function below(bucket: string, prefix: string): string {
  return prefix === '' ? `${bucket}/*` : `${bucket}/${prefix}/*`;
}

function distinct(statements: readonly Statement[]): Statement[] {
  return [...new Map(statements.map((statement) => [JSON.stringify(statement), statement])).values()];
}
