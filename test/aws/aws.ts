import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Warehouse } from '../redshift/warehouse.ts';
import type { AccountOptions } from './account.ts';
import { Account } from './account.ts';
import { clusterCredentials, secretsManager, sts, workgroupCredentials } from './credentials.ts';
import { openDoor } from './door.ts';
import { ec2 } from './ec2.ts';
import { iam } from './iam.ts';
import { redshift } from './redshift.ts';
import type { Input } from './redshift-serverless.ts';
import { redshiftServerless } from './redshift-serverless.ts';
import { s3, s3Operation } from './s3.ts';
import { ServiceFault } from './service-fault.ts';
import type { Xml } from './xml.ts';
import { xml } from './xml.ts';

/** A call as it came. */
export interface Call {
  /** Such as `iam`, as rights name it. */
  readonly service: string;
  readonly operation: string;
  /** The parameters, as the protocol of the service has them. */
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * What becomes of a call: the service refuses it; the connection breaks before it hears of the call, or after that; or it is
 * carried out, and something in between answers in its place.
 */
export type Mishap = 'none' | 'lost before' | 'lost after' | Garbled | ServiceFault;

/** What a load balancer answers when it cannot pass an answer on. */
export interface Garbled {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export const badGateway: Garbled = {
  status: 502,
  contentType: 'text/html',
  body: '<html><head><title>502 Bad Gateway</title></head><body><hr>nginx</body></html>',
};

/** One account of AWS, behind one door for all of its services. */
export interface Aws {
  readonly endpoint: string;
  readonly account: Account;
  readonly calls: Call[];
  /** Asked for each call; a test may put another one here. */
  mishap: (call: Call, index: number) => Mishap;
  /** What the next call is refused with. */
  refusal: ServiceFault | undefined;
  close(): Promise<void>;
}

export interface AwsOptions extends AccountOptions {
  /** The S3 that holds objects. */
  readonly s3Endpoint?: string;
}

/** The services that speak the query protocol, by the version of their interface. */
const versions: Readonly<Record<string, string>> = {
  '2010-05-08': 'iam',
  '2011-06-15': 'sts',
  '2012-12-01': 'redshift',
  '2016-11-15': 'ec2',
};
/** Those that speak JSON, by the first part of the name of a call. */
const targets: Readonly<Record<string, string>> = {
  RedshiftServerless: 'redshift-serverless',
  secretsmanager: 'secretsmanager',
};

/** Whether a call may change something. */
export function isWrite({ operation }: Call): boolean {
  return !/^(?:Describe|Get|List|Head)/.test(operation);
}

/** Opens the door. Credentials that it gives are logins of the warehouse, as long as they hold. */
export async function openAws(warehouse: Warehouse, { s3Endpoint = '', ...options }: AwsOptions = {}): Promise<Aws> {
  const account = new Account(warehouse, options);
  const state: Pick<Aws, 'calls' | 'mishap' | 'refusal'> = { calls: [], mishap: () => 'none', refusal: undefined };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const call = read(request, body);
    const mishap = state.refusal ?? state.mishap(call, state.calls.length);
    state.refusal = undefined;
    state.calls.push(call);
    if (mishap === 'lost before') return void request.socket.destroy();
    try {
      if (mishap instanceof ServiceFault) throw mishap;
      const send = await carryOut(request, call, body);
      if (mishap === 'lost after') return void request.socket.destroy();
      if (mishap === 'none') return send(response);
      response.writeHead(mishap.status, { 'content-type': mishap.contentType }).end(mishap.body);
    } catch (error) {
      const fault = error instanceof ServiceFault ? error : new ServiceFault('InternalFailure', 500, String(error));
      refuse(call, fault, response);
    }
  }

  async function carryOut(
    { method = '', url = '', headers }: IncomingMessage,
    call: Call,
    body: Buffer,
  ): Promise<(response: ServerResponse) => void> {
    const { service, operation, input } = call;
    if (service === 's3') {
      const found = await s3(account, s3Endpoint, { method, url, headers, body });
      return (response) => void response.writeHead(found.status, found.headers).end(found.body);
    }
    if (service === 'redshift-serverless' || service === 'secretsmanager') {
      const found = JSON.stringify(answerJson(account, service, operation, input));
      return (response) => void response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(found);
    }
    const found = answerQuery(account, service, operation, input as Record<string, string>);
    return (response) =>
      void response.writeHead(200, { 'content-type': 'text/xml' }).end(wrapped(service, operation, found));
  }

  const { endpoint, close } = await openDoor(answer);
  return Object.assign(state, { account, endpoint, close });
}

function read({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Call {
  const [target, operation] = String(headers['x-amz-target'] ?? '').split('.');
  if (operation !== undefined) {
    const input = JSON.parse(body.toString('utf8') || '{}') as Input;
    return { service: targets[target ?? ''] ?? 'unknown', operation, input };
  }
  if (/x-www-form-urlencoded/.test(headers['content-type'] ?? '')) {
    const { Action = '', Version = '', ...input } = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    return { service: versions[Version] ?? 'unknown', operation: Action, input };
  }
  const isText = /xml/.test(headers['content-type'] ?? '');
  const input = { method, url, ...(isText && body.length > 0 ? { body: body.toString('utf8') } : {}) };
  return { service: 's3', operation: s3Operation({ method, url }), input };
}

function answerQuery(account: Account, service: string, operation: string, params: Record<string, string>): Xml {
  switch (service) {
    case 'iam':
      return iam(account, operation, params);
    case 'sts':
      return sts(account, operation);
    case 'ec2':
      return ec2(account, operation, params);
    case 'redshift':
      return operation.startsWith('GetClusterCredentials')
        ? clusterCredentials(account, operation, params)
        : redshift(account, operation, params);
    default:
      throw new ServiceFault('InvalidAction', 400, `the stand-in does not know ${operation}`);
  }
}

function answerJson(account: Account, service: string, operation: string, input: Input): object {
  if (service === 'secretsmanager') return secretsManager(account, operation, input);
  return operation === 'GetCredentials'
    ? workgroupCredentials(account, input)
    : redshiftServerless(account, operation, input);
}

/** EC2 has a form of its own for answers, and for refusals. */
function wrapped(service: string, operation: string, found: Xml): string {
  if (service === 'ec2') return xml({ [`${operation}Response`]: found });
  return xml({ [`${operation}Response`]: { [`${operation}Result`]: found } });
}

function refuse({ service, operation }: Call, { type, status, message }: ServiceFault, response: ServerResponse): void {
  if (service === 'redshift-serverless' || service === 'secretsmanager') {
    response.writeHead(status, { 'x-amzn-errortype': type }).end(JSON.stringify({ __type: type, message }));
    return;
  }
  const said = { Code: type, Message: message };
  const forms: Record<string, Xml> = { ec2: { Response: { Errors: { Error: said } } }, s3: { Error: said } };
  const text = xml(forms[service] ?? { ErrorResponse: { Error: { Type: 'Sender', ...said } } });
  response.writeHead(status, { 'content-type': 'text/xml' }).end(operation === 'HeadBucket' ? undefined : text);
}
