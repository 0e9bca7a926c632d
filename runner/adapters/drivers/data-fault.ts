import type { RedshiftDataTarget } from '../../config/target.ts';
import { dwhYaml } from '../../config/schema.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import { DatabaseError } from '../driver.ts';
import { redshiftHint, redshiftTrouble } from './redshift-error.ts';

interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

const passing =
  /^(?:Throttling|ThrottlingException|TooManyRequestsException|InternalServerException|InternalFailure|ServiceUnavailable\w*|ActiveStatementsExceededException|ActiveSessionsExceededException|ActiveWaitingRequestsExceededException|TimeoutError|RequestTimeout\w*)$/;
const network = /^(?:ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND)$/;

/** Whether a call of the Data API may go well when it is made again. */
export function mayPass(error: unknown): boolean {
  const { name, code = '', $metadata } = error as ServiceError;
  return passing.test(name) || network.test(code) || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** What the Data API or the way to it said against a call: a FaultError for what a setting can mend, else a DatabaseError. */
export function callError(error: unknown, target: RedshiftDataTarget): Error {
  if (error instanceof FaultError || error instanceof DatabaseError) return error;
  const cause = error instanceof Error ? (error as ServiceError) : new Error(String(error));
  if (mayPass(cause))
    return new DatabaseError(`the Data API does not answer: ${cause.message}`, { trouble: 'transient', cause });
  const fault = settingFault(cause, target);
  return fault === undefined ? new DatabaseError(cause.message, { cause }) : new FaultError(fault, { cause });
}

/** What a statement was refused with. */
export function statementError(message: string): DatabaseError {
  const text = message.replace(/^ERROR:\s*/, '');
  return new DatabaseError(text, { trouble: redshiftTrouble(text), hint: redshiftHint(text) });
}

function settingFault({ name, message }: ServiceError, target: RedshiftDataTarget): Fault | undefined {
  const fault = (key: string, said: string, hint: string): Fault => ({
    code: 'database-unavailable',
    message: said,
    at:
      key in target
        ? { path: dwhYaml, keys: ['targets', target.name, key], point: 'value' }
        : { path: dwhYaml, keys: ['targets', target.name], point: 'value' },
    hint,
  });
  const where = 'cluster_id' in target ? 'cluster_id' : 'workgroup';
  const named = target.cluster_id ?? target.workgroup ?? '';
  if (/CredentialsProviderError|CredentialsError/.test(name))
    return fault('region', 'there are no AWS credentials', 'log in with the AWS command line, or set AWS_PROFILE');
  if (/ExpiredToken|TokenRefreshRequired/.test(name))
    return fault('region', 'the AWS credentials have expired', 'log in again with the AWS command line');
  if (/UnrecognizedClient|InvalidSignature|IncompleteSignature|InvalidClientTokenId/.test(name))
    return fault('region', `AWS does not know these credentials: ${message}`, 'are they those of the right account?');
  if (/region is missing/i.test(message))
    return fault('region', 'nothing says in which region the warehouse is', 'set region, or AWS_REGION');
  if (/AccessDenied/.test(name))
    return fault(where, `AWS does not allow this: ${message}`, 'docs/redshift.md has the policy that it takes');
  if (/paused/i.test(message))
    return fault(where, `"${named}" is paused`, `resume it: aws redshift resume-cluster --cluster-identifier ${named}`);
  if (/database "?[^"]*"? does not exist/i.test(message))
    return fault('database', message.replace(/^.*?(database)/i, '$1'), 'is the name right?');
  if (/secret/i.test(message) && target.secret !== undefined)
    return fault('secret', `the secret cannot be used: ${message}`, 'it has to hold username and password');
  if (/ResourceNotFound|ClusterNotFound/.test(name) || /doesn't exist|does not exist|not found/i.test(message))
    return fault(where, `AWS knows no ${where} "${named}" here: ${message}`, 'is the name right, and the region?');
  return undefined;
}
