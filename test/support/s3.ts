import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFauxqs } from 'fauxqs';
import { onTestFinished, vi } from 'vitest';

/** What AWS's own settings say during a test: nothing of this machine counts. */
const settings: Readonly<Record<string, string | undefined>> = {
  AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST',
  AWS_SECRET_ACCESS_KEY: 'secret-of-this-test',
  AWS_SESSION_TOKEN: undefined,
  AWS_REGION: undefined,
  AWS_PROFILE: undefined,
  AWS_ENDPOINT_URL: undefined,
  AWS_ENDPOINT_URL_S3: undefined,
  AWS_CONFIG_FILE: '/nowhere/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Gives AWS's own settings these values until the test is over; they are read from the environment of the process. */
export function awsSettings(overrides: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries({ ...settings, ...overrides })) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** A bucket in an S3 of its own, which AWS's own settings name as the endpoint until the test is over. */
export class TestBucket {
  readonly root: string;
  readonly endpoint: string;
  readonly #bucket: string;

  constructor(endpoint: string, bucket: string) {
    this.endpoint = endpoint;
    this.root = `s3://${bucket}`;
    this.#bucket = bucket;
  }

  /** Writes objects by their key. */
  async put(objects: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [key, body] of Object.entries(objects)) await this.#send('PUT', key, body);
  }

  async remove(key: string): Promise<void> {
    await this.#send('DELETE', key);
  }

  async text(key: string): Promise<string> {
    return (await this.#send('GET', key)).text();
  }

  async #send(method: string, key: string, body?: string | Uint8Array): Promise<Response> {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const response = await fetch(`${this.endpoint}/${this.#bucket}/${path}`, {
      method,
      headers: { 'content-type': 'application/octet-stream' },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${key}: ${response.status} ${await response.text()}`);
    return response;
  }
}

/** Starts an S3 with one bucket that holds these objects. */
export async function s3(objects: Readonly<Record<string, string | Uint8Array>> = {}): Promise<TestBucket> {
  const server = await startFauxqs({ port: 0, logger: false });
  onTestFinished(() => server.stop());
  server.createBucket('raw-data');
  awsSettings({ AWS_ENDPOINT_URL_S3: server.address });
  const bucket = new TestBucket(server.address, 'raw-data');
  await bucket.put(objects);
  return bucket;
}

/** An endpoint that answers as the test wants; AWS's own settings name it until the test is over. */
export async function endpoint(
  answer: (...args: Parameters<RequestListener>) => void | Promise<void>,
): Promise<string> {
  const server = createServer((asked, response) => void answer(asked, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  awsSettings({ AWS_ENDPOINT_URL_S3: url });
  return url;
}

/** What S3 answers when it refuses a request. */
export function refusal(code: string, message: string, more = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`;
}

/** An endpoint in front of a bucket, which passes on what `answer` does not answer itself. */
export function inFrontOf(
  bucket: TestBucket,
  answer: (asked: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<string> {
  return endpoint(async (asked, response) => {
    await answer(asked, response);
    if (response.headersSent) return;
    const { method, headers, url } = asked;
    const passedOn = request(`${bucket.endpoint}${url}`, { method, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(response);
    });
    asked.pipe(passedOn);
  });
}
