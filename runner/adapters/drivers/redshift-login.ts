import {
  GetClusterCredentialsCommand,
  GetClusterCredentialsWithIAMCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift';
import { GetCredentialsCommand, RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RedshiftTarget } from '../../config/target.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import { untilStopped } from '../../core/stop.ts';
import { quietSdk, withPlainErrors } from '../../storage/aws-sdk.ts';
import { awsError, targetFault } from './aws-fault.ts';
import type { Login } from './pg-server.ts';

/** The longest that a password of a provisioned cluster holds (Amazon Redshift API reference, GetClusterCredentials). */
const durationSeconds = 3600;
/** A password counts when a session is opened: some time is left for that. */
const earlyMs = 5 * 60 * 1000;

/**
 * Who logs in to Redshift, asked before each session is opened: temporary credentials are fetched again some time before
 * the old ones end. A signal ends the asking. What it gives throws a FaultError that names the setting to change, and a
 * DatabaseError for what may pass.
 */
export function redshiftLogin(target: RedshiftTarget, now: () => Date): (stop?: AbortSignal) => Promise<Login> {
  let known: Promise<Login> | undefined;
  const isOver = ({ expiresAt }: Login): boolean =>
    expiresAt !== undefined && expiresAt.getTime() - now().getTime() <= earlyMs;
  return async (stop) => {
    const fetched = (): Promise<Login> => untilStopped(stop, () => fetchLogin(target));
    const asked = (known ??= fetched());
    const login = await asked.catch((error: unknown) => {
      if (known === asked) known = undefined;
      throw error;
    });
    if (!isOver(login)) return login;
    // Of those who find it over at the same time, one fetches another one.
    if (known === asked) known = fetched();
    return known ?? login;
  };
}

async function fetchLogin(target: RedshiftTarget): Promise<Login> {
  const { user, password, secret, cluster_id, workgroup } = target;
  quietSdk();
  try {
    if (secret !== undefined) return await fromSecret(secret, target);
    if (cluster_id !== undefined) return await ofCluster(cluster_id, target);
    if (workgroup !== undefined) return await ofWorkgroup(workgroup, target);
  } catch (error) {
    throw awsError(error, target, (cause) => loginFault(cause, target));
  }
  if (user !== undefined) return { user, password, expiresAt: undefined };
  throw new FaultError(targetFault(target, 'password', 'nothing says who logs in', 'password: goes with user:'));
}

async function fromSecret(secret: string, target: RedshiftTarget): Promise<Login> {
  const client = withPlainErrors(new SecretsManagerClient(inRegion(target)));
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
  const { username, password } = parsed(SecretString);
  if (typeof username === 'string' && typeof password === 'string')
    return { user: username, password, expiresAt: undefined };
  const hint = 'it is the JSON that Redshift itself writes there: {"username": …, "password": …}';
  throw new FaultError(targetFault(target, 'secret', 'the secret does not hold username and password', hint));
}

/** The name of the user is used exactly as it is given: it has a prefix such as `IAM:`. */
async function ofCluster(cluster: string, target: RedshiftTarget): Promise<Login> {
  const client = withPlainErrors(new RedshiftClient(inRegion(target)));
  const asked = { ClusterIdentifier: cluster, DbName: target.database, DurationSeconds: durationSeconds };
  const { DbUser, DbPassword, Expiration } =
    target.user === undefined
      ? await client.send(new GetClusterCredentialsWithIAMCommand(asked))
      : await client.send(new GetClusterCredentialsCommand({ ...asked, DbUser: target.user, AutoCreate: false }));
  return { user: DbUser ?? '', password: DbPassword, expiresAt: Expiration };
}

async function ofWorkgroup(workgroup: string, target: RedshiftTarget): Promise<Login> {
  const client = withPlainErrors(new RedshiftServerlessClient(inRegion(target)));
  const asked = { workgroupName: workgroup, dbName: target.database, durationSeconds };
  const { dbUser, dbPassword, expiration } = await client.send(new GetCredentialsCommand(asked));
  return { user: dbUser ?? '', password: dbPassword, expiresAt: expiration };
}

function inRegion({ region }: RedshiftTarget): { region?: string } {
  return region === undefined ? {} : { region };
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(json) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

const actions = {
  secret: 'secretsmanager:GetSecretValue',
  cluster_id: 'redshift:GetClusterCredentials, or GetClusterCredentialsWithIAM where there is no user',
  workgroup: 'redshift-serverless:GetCredentials',
};

function loginFault({ name, message }: Error, target: RedshiftTarget): Fault | undefined {
  const key = (['secret', 'cluster_id', 'workgroup'] as const).find((setting) => target[setting] !== undefined);
  if (key === undefined) return undefined;
  if (/AccessDenied|UnauthorizedOperation/.test(name))
    return targetFault(target, key, `AWS does not allow this: ${message}`, `needed: ${actions[key]}`);
  if (/NotFound/.test(name))
    return targetFault(
      target,
      key,
      `AWS knows no ${key} "${target[key]}" here: ${message}`,
      'is the name right, and the region?',
    );
  return targetFault(target, key, `nobody can log in: ${message}`, 'see docs/redshift.md');
}
