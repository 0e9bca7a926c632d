import type { Account } from './account.ts';
import type { Params } from './params.ts';
import type { Input } from './redshift-serverless.ts';
import { ServiceFault } from './service-fault.ts';
import type { Xml } from './xml.ts';

/** Answers STS, which is only asked who somebody is. */
export function sts(account: Account, operation: string): Xml {
  if (operation !== 'GetCallerIdentity')
    throw new ServiceFault('InvalidAction', 400, `the stand-in does not know sts ${operation}`);
  return { UserId: 'AIDAEXAMPLE', Account: account.id, Arn: `arn:aws:iam::${account.id}:user/runner` };
}

/** Answers Secrets Manager. Throws a ServiceFault. */
export function secretsManager(account: Account, operation: string, { SecretId }: Input): object {
  if (operation !== 'GetSecretValue')
    throw new ServiceFault('UnknownOperationException', 400, `the stand-in does not know ${operation}`);
  const SecretString = account.secrets.get(String(SecretId));
  if (SecretString !== undefined) return { Name: SecretId, SecretString };
  throw new ServiceFault('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
}

/** Gives temporary credentials of a provisioned cluster. Throws a ServiceFault. */
export function clusterCredentials(account: Account, operation: string, params: Params): Xml {
  const { ClusterIdentifier = '', DbUser = '', DurationSeconds = '900' } = params;
  if (!account.clusters.has(ClusterIdentifier))
    throw new ServiceFault('ClusterNotFound', 404, `Cluster ${ClusterIdentifier} not found.`);
  const name = operation.endsWith('WithIAM') ? 'IAMR:runner' : `IAM:${DbUser}`;
  const { user, password, expiresAt } = give(account, name, Number(DurationSeconds));
  return { DbUser: user, DbPassword: password, Expiration: expiresAt.toISOString() };
}

/** Gives temporary credentials of a workgroup. Throws a ServiceFault. */
export function workgroupCredentials(account: Account, { workgroupName, durationSeconds = 900 }: Input): object {
  if (!account.workgroups.has(String(workgroupName)))
    throw new ServiceFault('ResourceNotFoundException', 400, `Workgroup ${String(workgroupName)} is not found`);
  const { user, password, expiresAt } = give(account, 'IAMR:runner', Number(durationSeconds));
  return { dbUser: user, dbPassword: password, expiration: expiresAt.getTime() / 1000 };
}

function give(
  { warehouse }: Account,
  user: string,
  seconds: number,
): { user: string; password: string; expiresAt: Date } {
  const expiresAt = new Date(warehouse.now().getTime() + seconds * 1000);
  const password = `temporary-secret-${warehouse.logins.size}`;
  warehouse.logins.set(user, { password, expiresAt });
  return { user, password, expiresAt };
}
