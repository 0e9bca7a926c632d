import type { RedshiftDataTarget, RedshiftTarget } from '../../config/target.ts';
import { dwhYaml } from '../../config/schema.ts';
import { withoutIds } from '../../config/secrets.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import { DatabaseError } from '../driver.ts';

/** A target whose way in is known to AWS. */
export type AwsTarget = RedshiftTarget | RedshiftDataTarget;

/** What a service of AWS, or the way to it, says against a call. */
export interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

const passing =
  /^(?:Throttling|ThrottlingException|RequestLimitExceeded|SlowDown|TooManyRequestsException|InternalServerException|InternalFailure|InternalServiceError|ServiceUnavailable\w*|ActiveStatementsExceededException|ActiveSessionsExceededException|ActiveWaitingRequestsExceededException|TimeoutError|RequestTimeout\w*)$/;
const network = /^(?:ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND)$/;

/** Whether a call may go well when it is made again. */
export function mayPass(error: unknown): boolean {
  const { name, code = '', $metadata } = error as ServiceError;
  return passing.test(name) || network.test(code) || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** A fault at one of the settings of a target, or at the target itself where it does not have it. */
export function targetFault(target: AwsTarget, key: string, message: string, hint: string): Fault {
  const keys = key in target ? ['targets', target.name, key] : ['targets', target.name];
  const at = { path: dwhYaml, keys, point: 'value' } as const;
  return { code: 'database-unavailable', message: withoutIds(message), at, hint };
}

/**
 * What stood against a call of AWS: a FaultError for what a setting can mend, a DatabaseError for what may pass and for all
 * else. `own` knows what only this service says. Neither a key nor a token stands in it.
 */
export function awsError(error: unknown, target: AwsTarget, own: (error: ServiceError) => Fault | undefined): Error {
  if (error instanceof FaultError || error instanceof DatabaseError) return error;
  const cause: ServiceError = error instanceof Error ? error : new Error(String(error));
  if (mayPass(cause))
    return new DatabaseError(`AWS does not answer: ${cause.message}`, { trouble: 'transient', cause });
  const fault = credentialsFault(cause, (said, hint) => targetFault(target, 'region', said, hint)) ?? own(cause);
  const message = withoutIds(cause.message);
  return fault === undefined ? new DatabaseError(message, { cause }) : new FaultError(fault, { cause });
}

const chain = "credentials come from AWS's own settings: AWS_PROFILE, AWS_ACCESS_KEY_ID or a role";

/** What is wrong with the credentials of this machine, if it is that; `fault` puts it where it is to be mended. */
export function credentialsFault(
  { name, message }: ServiceError,
  fault: (message: string, hint: string) => Fault,
): Fault | undefined {
  if (/^Credentials(?:Provider)?Error$/.test(name))
    return fault(
      `there are no AWS credentials: ${message}`,
      `${chain}; after aws configure or aws sso login they are there`,
    );
  if (/^(?:ExpiredToken|TokenRefreshRequired|TokenProviderError)/.test(name))
    return fault('the AWS session has expired', 'sign in again, as with aws sso login; AWS_PROFILE says as whom');
  if (
    /^(?:UnrecognizedClient|InvalidSignature|IncompleteSignature|InvalidClientTokenId|SignatureDoesNotMatch)/.test(name)
  )
    return fault('AWS does not know these credentials', chain);
  if (/region is missing/i.test(message))
    return fault('nothing says in which region the warehouse is', 'set region: in the target, or AWS_REGION');
  return undefined;
}
