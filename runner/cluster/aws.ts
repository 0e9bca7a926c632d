import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { RedshiftClient } from '@aws-sdk/client-redshift';
import { RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { Client, Command, MetadataBearer } from '@smithy/types';
import pRetry from 'p-retry';
import type { ServiceError } from '../adapters/drivers/aws-fault.ts';
import { credentialsFault, mayPass } from '../adapters/drivers/aws-fault.ts';
import { dwhYaml } from '../config/schema.ts';
import { withoutIds } from '../config/secrets.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { untilStopped } from '../core/stop.ts';
import { GarbledAnswer, quietSdk, withPlainErrors } from '../storage/aws-sdk.ts';
import type { World } from './world.ts';
import { throwIfStopped } from './world.ts';

const attempts = 5;
const timeouts = { connectionTimeout: 5000, requestTimeout: 30_000 };

/** What AWS refused, for whoever knows what its code means at that place; a fault for everybody else. */
export class AwsRefusal extends FaultError {
  /** AWS's own code, such as `NoSuchEntity`. */
  readonly said: string;

  constructor(said: string, fault: Fault, cause: Error) {
    super(fault, { cause });
    this.said = said;
  }
}

/** The services of AWS in one region, with the credentials of AWS's own settings. */
export class Aws {
  readonly region: string;
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly redshift: RedshiftClient;
  readonly s3: S3Client;
  readonly serverless: RedshiftServerlessClient;
  readonly sts: STSClient;
  readonly #world: World;

  constructor(region: string, world: World) {
    quietSdk();
    // What may pass is tried again here, where it is told and can be stopped.
    const settings = { region, maxAttempts: 1, requestHandler: timeouts };
    this.region = region;
    this.#world = world;
    this.ec2 = withPlainErrors(new EC2Client(settings));
    this.iam = withPlainErrors(new IAMClient(settings));
    this.redshift = withPlainErrors(new RedshiftClient(settings));
    this.serverless = withPlainErrors(new RedshiftServerlessClient(settings));
    this.sts = withPlainErrors(new STSClient(settings));
    // Only AWS itself has a host name for each bucket.
    const isElsewhere = (process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']) !== undefined;
    this.s3 = withPlainErrors(new S3Client({ ...settings, forcePathStyle: isElsewhere }));
  }

  /**
   * Makes a call, and makes it again when it may go well then. `action` is the right that it takes, such as
   * `iam:GetRole`. Throws an AwsRefusal.
   */
  async call<CI extends object, CO extends MetadataBearer, I extends CI, O extends CO, C>(
    action: string,
    client: Client<CI, CO, C>,
    command: Command<CI, I, CO, O, C>,
  ): Promise<O> {
    const { signal, retryDelayMs, report } = this.#world;
    try {
      // Looking for credentials may take calls too, which know nothing of the signal.
      const send = (): Promise<O> => untilStopped(signal, () => client.send(command, { abortSignal: signal }));
      return await pRetry(send, {
        retries: attempts - 1,
        factor: 2,
        minTimeout: retryDelayMs,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => mayPass(error) && !signal.aborted,
        onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
          if (retriesLeft > 0 && mayPass(error) && !signal.aborted)
            report({ type: 'retry', what: action, attempt: attemptNumber + 1, reason: withoutIds(error.message) });
        },
      });
    } catch (error) {
      throwIfStopped(this.#world);
      throw refusal(action, error);
    }
  }
}

function refusal(action: string, error: unknown): AwsRefusal {
  const cause: ServiceError = error instanceof Error ? error : new Error(String(error));
  const said = cause.name;
  const at = { path: dwhYaml, keys: ['cluster'], point: 'key' } as const;
  const fault = (message: string, hint: string | undefined): Fault => ({ code: 'aws-refused', message, at, hint });
  const ofCredentials = credentialsFault(cause, fault);
  if (ofCredentials !== undefined) return new AwsRefusal(said, ofCredentials, cause);
  // An answer without a body, as S3 gives to a HEAD, has no words in it.
  const message = cause.message === 'UnknownError' ? 'it does not say why' : withoutIds(cause.message);
  if (cause instanceof GarbledAnswer && !cause.mayPass)
    return new AwsRefusal(
      said,
      fault(`it is not AWS that answers ${action}: ${message}`, 'is there a proxy in between that asks for something?'),
      cause,
    );
  if (
    /AccessDenied|UnauthorizedOperation|AuthorizationError|^Forbidden$/.test(said) ||
    cause.$metadata?.httpStatusCode === 403
  )
    return new AwsRefusal(
      said,
      fault(`AWS does not allow ${action}: ${message}`, 'docs/cluster.md has the policy that it takes'),
      cause,
    );
  if (mayPass(cause))
    return new AwsRefusal(
      said,
      fault(
        `AWS does not answer ${action}, ${attempts} times: ${message}`,
        'is there a way to AWS from here (network, proxy, AWS_ENDPOINT_URL)? what was done stays: the same command continues',
      ),
      cause,
    );
  return new AwsRefusal(said, fault(`AWS refuses ${action}: ${message}`, undefined), cause);
}

/** What a call gives; undefined when AWS says with one of these codes that it is not there. */
export async function unless<T>(codes: RegExp, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AwsRefusal && codes.test(error.said)) return undefined;
    throw error;
  }
}
