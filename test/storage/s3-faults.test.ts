import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../runner/core/fault.ts';
import { openStorage } from '../../runner/storage/open-storage.ts';
import type { Storage } from '../../runner/storage/storage.ts';
import { wholeOf } from '../../runner/storage/storage.ts';
import { faultsOf } from '../support/project.ts';
import { awsSettings, endpoint, inFrontOf, refusal, s3 } from '../support/s3.ts';

const rootAt = { path: 'dwh.yaml', keys: ['sources', 'raw', 'root'], point: 'value' } as const;
const regionAt = { path: 'dwh.yaml', keys: ['sources', 'raw', 'region'], point: 'value' } as const;

const open = (root = 's3://raw-data', region?: string): Promise<Storage> =>
  openStorage('/nowhere', root, { rootAt, regionAt, region });

async function listing(root?: string, region?: string): Promise<Fault> {
  const [fault, ...others] = await faultsOf(open(root, region).then((storage) => storage.list('orders')));
  if (fault === undefined || others.length > 0) throw new Error('not one fault');
  return fault;
}

function refuse(response: ServerResponse, status: number, code: string, message: string, more = ''): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(refusal(code, message, more));
}

describe('what S3 answers is told as what can be mended', () => {
  test.each<[string, number, string, string, Partial<Fault>, RegExp]>([
    [
      'NoSuchBucket',
      404,
      'The specified bucket does not exist',
      '',
      { code: 'storage-unavailable', at: rootAt, hint: expect.stringContaining('AWS_ENDPOINT_URL_S3') },
      /^there is no bucket "raw-data" at 127.0.0.1:\d+$/,
    ],
    [
      'AccessDenied',
      403,
      'User: arn:aws:iam::1:user/ann is not authorized to perform: s3:ListBucket',
      '',
      { code: 'storage-denied', at: rootAt, hint: expect.stringContaining('AWS_PROFILE') },
      /^access to s3:\/\/raw-data\/orders is denied: User: .* s3:ListBucket$/,
    ],
    [
      'InvalidAccessKeyId',
      403,
      'The AWS Access Key Id you provided does not exist in our records.',
      '<AWSAccessKeyId>AKIATESTTESTTEST</AWSAccessKeyId>',
      { code: 'storage-denied', at: rootAt },
      /AWS does not know the credentials/,
    ],
    ['SignatureDoesNotMatch', 403, 'No.', '', { code: 'storage-denied' }, /AWS does not know the credentials/],
    [
      'ExpiredToken',
      400,
      'The provided token has expired.',
      '<Token-0>secret-of-this-test</Token-0>',
      { code: 'storage-denied', hint: expect.stringContaining('aws sso login') },
      /session .* has expired/,
    ],
    ['RequestTimeTooSkewed', 403, 'No.', '', { code: 'storage-denied' }, /the clock of this machine is wrong/],
    [
      'AuthorizationHeaderMalformed',
      400,
      "the region 'us-east-1' is wrong; expecting 'us-west-2'",
      '<Region>us-west-2</Region>',
      { code: 'storage-unavailable', hint: 'set region: us-west-2 under the source in dwh.yaml' },
      /"raw-data" is not in the region us-east-1 but in us-west-2/,
    ],
    [
      'PermanentRedirect',
      301,
      'The bucket must be addressed using the specified endpoint.',
      '',
      { code: 'storage-unavailable', hint: expect.stringContaining('AWS_ENDPOINT_URL_S3') },
      /"raw-data" is not in the region us-east-1$/,
    ],
    ['AccountProblem', 403, 'No AKIATESTTESTTEST here.', '', { code: 'storage-denied' }, /denied: No … here/],
    ['Teapot', 418, 'Short and stout.', '', { code: 'storage-unavailable' }, /Teapot: Short and stout/],
    ['InternalError', 500, 'Try again.', '', { code: 'storage-unavailable' }, /InternalError: Try again/],
  ])('%s', async (code, status, message, more, fault, sentence) => {
    await endpoint((_, response) => refuse(response, status, code, message, more));
    const told = await listing();
    expect(told).toMatchObject({ ...fault, message: expect.stringMatching(sentence) });
    expect(JSON.stringify(told)).not.toMatch(/AKIATESTTESTTEST|secret-of-this-test/);
  });

  test('nothing but a status, as a proxy may do', async () => {
    await endpoint((_, response) => void response.writeHead(403).end());
    expect(await listing()).toMatchObject({ code: 'storage-denied', at: rootAt });
  });
});

test.each([
  [502, '<html><body>Bad Gateway<br></body></html>'],
  [200, '<html><body>Sign in to this network<br></body></html>'],
])('an answer %i that is not of S3 is reported by its status', async (status, body) => {
  await endpoint((_, response) => void response.writeHead(status, { 'content-type': 'text/html' }).end(body));
  expect(await listing()).toMatchObject({
    code: 'storage-unavailable',
    message: `S3 did not answer for s3://raw-data/orders: HTTP ${status} without a readable AWS response`,
    at: rootAt,
  });
});

describe('a place that cannot be reached', () => {
  test('since nothing listens there', async () => {
    awsSettings({ AWS_ENDPOINT_URL_S3: 'http://ann:secret-of-this-test@127.0.0.1:1' });
    const fault = await listing();
    expect(fault).toMatchObject({
      code: 'storage-unavailable',
      message: 'cannot reach s3://raw-data/orders: connect ECONNREFUSED 127.0.0.1:1',
      at: rootAt,
      hint: 'the endpoint is 127.0.0.1:1, as AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile says',
    });
  });

  test('since its host is not known', async () => {
    awsSettings({ AWS_ENDPOINT_URL: 'http://nowhere.invalid' });
    expect(await listing()).toMatchObject({ code: 'storage-unavailable', message: expect.stringContaining('nowhere') });
  });

  test('since the connection is closed each time', async () => {
    await endpoint((asked) => void asked.socket.destroy());
    expect(await listing()).toMatchObject({ code: 'storage-unavailable', message: expect.stringContaining('reach') });
  });

  test('since its endpoint is no URL', async () => {
    awsSettings({ AWS_ENDPOINT_URL_S3: 'minio' });
    expect(await listing()).toMatchObject({
      code: 'storage-unavailable',
      hint: expect.stringContaining('"minio", as AWS_ENDPOINT_URL_S3'),
    });
  });
});

test('without credentials it is told where they come from', async () => {
  await s3();
  awsSettings({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
  expect(await listing()).toMatchObject({
    code: 'storage-denied',
    at: rootAt,
    message: expect.stringContaining('there are no AWS credentials to read s3://raw-data/orders with'),
    hint: expect.stringContaining('AWS_PROFILE'),
  });
});

describe('the region', () => {
  const regionOf = async (region?: string): Promise<string | undefined> => {
    let signed: string | undefined;
    await endpoint((asked, response) => {
      signed = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(asked.headers.authorization ?? '')?.[1];
      refuse(response, 404, 'NoSuchBucket', 'No.');
    });
    return (await listing(undefined, region)).code === 'storage-unavailable' ? signed : undefined;
  };

  test('is that of the source, else that of AWS, else us-east-1', async () => {
    expect(await regionOf('eu-central-1')).toBe('eu-central-1');
    expect(await regionOf()).toBe('us-east-1');
  });

  test('is found by itself where S3 says which it is', async () => {
    const empty = '<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>';
    await endpoint((asked, response) => {
      if (asked.headers.authorization?.includes('/us-west-2/s3/') === true) return void response.end(empty);
      response.setHeader('x-amz-bucket-region', 'us-west-2');
      refuse(response, 301, 'PermanentRedirect', 'Elsewhere.');
    });
    const storage = await open();
    expect(await storage.list('orders')).toEqual([]);
  });

  test('may come from the settings of AWS', async () => {
    const url = await endpoint((_, response) => refuse(response, 400, 'AuthorizationHeaderMalformed', 'No.'));
    awsSettings({ AWS_ENDPOINT_URL_S3: url, AWS_REGION: 'ap-south-1' });
    expect(await listing()).toMatchObject({ message: expect.stringContaining('ap-south-1'), at: rootAt });
  });

  test('is told where it is set when it is none', async () => {
    awsSettings({});
    expect(await listing(undefined, 'us west')).toMatchObject({
      code: 'config-invalid',
      message: '"us west" is not the name of a region',
      at: regionAt,
    });
  });
});

describe('an object that is not what was listed', () => {
  const listed = async (storage: Storage) => {
    const [file] = await storage.list('orders');
    if (file === undefined) throw new Error('nothing is listed');
    return file;
  };

  test('since it was written to is refused', async () => {
    const bucket = await s3({ 'orders/a.json': '{"id":1}' });
    const storage = await open();
    const file = await listed(storage);
    await bucket.put({ 'orders/a.json': '{"id":2}' });
    expect(await faultsOf(storage.read(file))).toMatchObject([
      { code: 'file-changed', message: 's3://raw-data/orders/a.json was written to after it was listed' },
    ]);
  });

  test('since it is gone is told as that', async () => {
    const bucket = await s3({ 'orders/a.json': '{"id":1}' });
    const storage = await open();
    const file = await listed(storage);
    await bucket.remove('orders/a.json');
    expect(await faultsOf(storage.read(file))).toMatchObject([
      { code: 'file-unreadable', message: 'cannot read s3://raw-data/orders/a.json: there is no such object' },
    ]);
  });

  const body = Buffer.from('0123456789'.repeat(20_000));
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;

  test('since its body broke off is fetched from there on, as that same object', async () => {
    const bucket = await s3({ 'orders/a.json': body });
    const asked: (string | undefined)[][] = [];
    await inFrontOf(bucket, ({ url, headers }, response) => {
      if (url?.includes('GetObject') !== true) return;
      asked.push([headers.range, headers['if-match']]);
      if (asked.length > 1) return;
      response.writeHead(200, { 'content-length': body.length, etag });
      response.write(body.subarray(0, 65_536), () => response.destroy());
    });
    const storage = await open();
    const whole = await wholeOf(storage.stream(await listed(storage)));
    expect(whole.equals(body)).toBe(true);
    expect(asked).toEqual([
      [undefined, etag],
      [expect.stringMatching(/^bytes=[1-9]\d*-$/), etag],
    ]);
  });

  test.each([0, 65_536])(
    'since the text that it is broke off at byte %i is read as a whole all the same',
    async (end) => {
      const bucket = await s3({ 'orders/paths.json': body });
      const ranges: (string | undefined)[] = [];
      await inFrontOf(bucket, ({ url, headers }, response) => {
        if (url?.includes('GetObject') !== true) return;
        ranges.push(headers.range);
        if (ranges.length > 1) return;
        response.writeHead(200, { 'content-length': body.length, etag });
        response.write(body.subarray(0, end), () => response.destroy());
        if (end === 0) setImmediate(() => response.destroy());
      });
      expect(await (await open()).readText('orders/paths.json')).toBe(body.toString());
      expect(ranges.length).toBeGreaterThan(1);
    },
  );

  test('since its body broke off and it was written to meanwhile is refused', async () => {
    const bucket = await s3({ 'orders/a.json': body });
    let times = 0;
    await inFrontOf(bucket, ({ url }, response) => {
      if (url?.includes('GetObject') !== true || times++ > 0) return;
      response.writeHead(200, { 'content-length': body.length, etag });
      void bucket
        .put({ 'orders/a.json': 'another' })
        .then(() => response.write(body.subarray(0, 65_536), () => response.destroy()));
    });
    const storage = await open();
    const file = await listed(storage);
    expect((await faultsOf(wholeOf(storage.stream(file))))[0]?.code).toBe('file-changed');
  });

  test('is not put together from an endpoint that cannot go on in the middle', async () => {
    const bucket = await s3({ 'orders/a.json': body });
    let times = 0;
    await inFrontOf(bucket, ({ url }, response) => {
      if (url?.includes('GetObject') !== true) return;
      response.writeHead(200, { 'content-length': body.length, etag });
      if (times++ > 0) response.end(body);
      else response.write(body.subarray(0, 65_536), () => response.destroy());
    });
    const storage = await open();
    const file = await listed(storage);
    expect(await faultsOf(wholeOf(storage.stream(file)))).toMatchObject([
      { code: 'storage-unavailable', message: expect.stringContaining('does not go on from there') },
    ]);
  });
});

test('what is under way ends when the run is stopped', async () => {
  const controller = new AbortController();
  const bucket = await s3({ 'orders/a.json': 'x'.repeat(100_000) });
  await inFrontOf(bucket, ({ url }, response) => {
    if (url?.includes('GetObject') !== true) return;
    response.writeHead(200, { 'content-length': 100_000 });
    response.write('x'.repeat(1000), () => controller.abort());
  });
  const storage = await openStorage('/nowhere', bucket.root, { signal: controller.signal });
  const [file] = await storage.list('orders');
  if (file === undefined) throw new Error('nothing is listed');
  await expect(wholeOf(storage.stream(file))).rejects.toThrow(/aborted/i);
});
