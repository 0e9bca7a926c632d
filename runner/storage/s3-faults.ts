import { S3ServiceException } from '@aws-sdk/client-s3';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { ownValue } from '../core/own-value.ts';
import type { Place } from '../core/location.ts';
import { GarbledAnswer } from './aws-sdk.ts';
import { BrokenBody } from './resumed.ts';

/** What was asked of S3, and with which settings. */
export interface S3Asked {
  /** The object or place in question, as `s3://bucket/key`. */
  readonly shown: string;
  /** The rights that it takes. */
  readonly needs: string;
  readonly bucket: string;
  readonly region: string;
  /** The endpoint that AWS's settings name; undefined for that of AWS itself. */
  readonly endpoint: string | undefined;
  /** Where the root and the region of the source are set. */
  readonly rootAt: Place | undefined;
  readonly regionAt: Place | undefined;
}

const networkCodes: ReadonlySet<string> = new Set(
  'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EAI_AGAIN ENOTFOUND EHOSTUNREACH ENETUNREACH EPROTO'.split(' '),
);

// The ids of access keys, AKIAIOSFODNN7EXAMPLE and ASIA… of a session: S3 names them in some of its answers.
const accessKey = /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g;

const chain = "credentials come from AWS's own settings: AWS_PROFILE, AWS_ACCESS_KEY_ID or a role";

/** What an answer of S3 means, by its code. */
const answers: Readonly<Record<string, (asked: S3Asked, error: Error) => Fault>> = {
  NoSuchBucket: ({ bucket, endpoint, rootAt }) => ({
    code: 'storage-unavailable',
    message: `there is no bucket "${bucket}"${endpoint === undefined ? '' : ` at ${hostOf(endpoint)}`}`,
    at: rootAt,
    hint: endpointHint(endpoint) ?? 'the root of the source names it',
  }),
  NoSuchKey: ({ shown }) => ({
    code: 'file-unreadable',
    message: `cannot read ${shown}: there is no such object`,
    hint: 'if it was removed while it was read, run again',
  }),
  PreconditionFailed: ({ shown }) => ({
    code: 'file-changed',
    message: `${shown} was written to after it was listed`,
    hint: 'run again when whoever writes it is done',
  }),
  InvalidObjectState: ({ shown }) => ({
    code: 'file-unreadable',
    message: `cannot read ${shown}: it is archived`,
    hint: 'restore it first, or leave it out',
  }),
  AccessDenied: ({ shown, needs, rootAt }, { message }) => ({
    code: 'storage-denied',
    message: `access to ${shown} is denied${message === 'Access Denied' ? '' : `: ${message}`}`,
    at: rootAt,
    hint: `needed: ${needs}; ${chain}`,
  }),
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  CredentialsProviderError: ({ shown, rootAt }, { message }) => ({
    code: 'storage-denied',
    message: `there are no AWS credentials to read ${shown} with: ${message}`,
    at: rootAt,
    hint: `${chain}; after aws configure or aws sso login they are there`,
  }),
  TokenProviderError: expired,
  InvalidAccessKeyId: unknownCredentials,
  InvalidToken: unknownCredentials,
  SignatureDoesNotMatch: unknownCredentials,
  RequestTimeTooSkewed: ({ shown, rootAt }) => ({
    code: 'storage-denied',
    message: `access to ${shown} is denied: the clock of this machine is wrong`,
    at: rootAt,
  }),
  PermanentRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
  IllegalLocationConstraintException: otherRegion,
};

/**
 * A fault for what kept `asked` from being read, as far as a user can mend it; anything else is a bug and passes as it
 * is. Neither a key nor a token stands in it.
 */
export function s3Fault(error: unknown, asked: S3Asked): unknown {
  if (!(error instanceof Error) || error instanceof FaultError) return error;
  const answer = ownValue(answers, error.name);
  const fault = answer?.(asked, error) ?? answerByStatus(error, asked) ?? noAnswer(error, asked);
  if (fault === undefined) return error;
  return new FaultError({ ...fault, message: fault.message.replaceAll(accessKey, '…') }, { cause: error });
}

/** Whether what went wrong may pass by itself: the network, or a server that is busy. */
export function isPassing(error: Error): boolean {
  if (error instanceof GarbledAnswer) return error.mayPass;
  return isNetwork(error) || (error instanceof S3ServiceException && error.$fault === 'server');
}

/** For what has a name that is not known here, or none, as an answer to HEAD. */
function answerByStatus(error: Error, asked: S3Asked): Fault | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  const { shown, rootAt, endpoint } = asked;
  const known = { 401: 'AccessDenied', 403: 'AccessDenied', 404: 'NoSuchKey', 412: 'PreconditionFailed' };
  const name = Object.entries(known).find(([status]) => Number(status) === error.$metadata.httpStatusCode)?.[1];
  const message = `S3 did not answer for ${shown}: ${error.name}`;
  return (
    answers[name ?? '']?.(asked, error) ?? {
      code: 'storage-unavailable',
      message: error.message === '' ? message : `${message}: ${error.message}`,
      at: rootAt,
      hint: endpointHint(endpoint),
    }
  );
}

/** For what went wrong before there was any answer, or in the middle of one. */
function noAnswer(error: Error, { shown, endpoint, rootAt }: S3Asked): Fault | undefined {
  const code = 'storage-unavailable';
  if (error instanceof BrokenBody)
    return {
      code,
      message: `${shown} did not arrive whole: ${error.message}`,
      at: rootAt,
      hint: endpointHint(endpoint),
    };
  if (error instanceof GarbledAnswer)
    return {
      code,
      message: `S3 did not answer for ${shown}: ${error.message}`,
      at: rootAt,
      hint: endpointHint(endpoint) ?? 'is there a proxy in between?',
    };
  if (isNetwork(error))
    return {
      code,
      message: `cannot reach ${shown}: ${error.message === '' ? codeOf(error) : error.message}`,
      at: rootAt,
      hint: endpointHint(endpoint) ?? 'is there a network? AWS_ENDPOINT_URL_S3 names another endpoint than that of AWS',
    };
  if (codeOf(error) === 'ERR_INVALID_URL')
    return { code, message: `the endpoint to reach ${shown} by is not a URL`, hint: endpointHint(endpoint) };
  return undefined;
}

/** For a region that is none by its name alone; undefined where AWS's own settings name it. */
export function regionFault(region: string | undefined, at: Place | undefined): Fault {
  const message =
    region === undefined
      ? 'the region that AWS_REGION or the profile names is none'
      : `"${region}" is not the name of a region`;
  return { code: 'config-invalid', message, at, hint: 'it is written as us-west-2' };
}

const regionHint = 'set region: under the source in dwh.yaml, or AWS_REGION';

function otherRegion({ bucket, region, regionAt, endpoint }: S3Asked, error: Error): Fault {
  const right = regionIn(error);
  return {
    code: 'storage-unavailable',
    message: `the bucket "${bucket}" is not in the region ${region}${right === undefined ? '' : ` but in ${right}`}`,
    at: regionAt,
    hint:
      right === undefined
        ? (endpointHint(endpoint) ?? regionHint)
        : `set region: ${right} under the source in dwh.yaml`,
  };
}

/** Where S3 says that the bucket is: in a header, or in its answer. */
function regionIn(error: Error): string | undefined {
  const headers = error instanceof S3ServiceException ? error.$response?.headers : undefined;
  const region: unknown = headers?.['x-amz-bucket-region'] ?? Reflect.get(error, 'Region');
  return typeof region === 'string' ? region : undefined;
}

function expired({ shown, rootAt }: S3Asked): Fault {
  return {
    code: 'storage-denied',
    message: `the AWS session with which ${shown} is read has expired`,
    at: rootAt,
    hint: 'sign in again, as with aws sso login; AWS_PROFILE says as whom',
  };
}

function unknownCredentials({ shown, rootAt }: S3Asked): Fault {
  return {
    code: 'storage-denied',
    message: `AWS does not know the credentials with which ${shown} is read`,
    at: rootAt,
    hint: chain,
  };
}

function endpointHint(endpoint: string | undefined): string | undefined {
  return endpoint === undefined
    ? undefined
    : `the endpoint is ${hostOf(endpoint)}, as AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile says`;
}

/** Without a user and password that may stand in it. */
function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : `"${endpoint}"`;
}

function isNetwork(error: Error): boolean {
  return error.name === 'TimeoutError' || networkCodes.has(codeOf(error)) || /CERT|TLS/.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
