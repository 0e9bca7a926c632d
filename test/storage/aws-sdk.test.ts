import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeClustersCommand, RedshiftClient } from '@aws-sdk/client-redshift';
import { ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { GetWorkgroupCommand, RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import { HeadBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { GarbledAnswer, quietSdk, withPlainErrors } from '../../runner/storage/aws-sdk.ts';
import { awsSettings, endpoint, refusal } from '../support/s3.ts';

quietSdk();
const settings = { region: 'us-west-2', maxAttempts: 1 };
/** A call of each service, by each of its protocols. */
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  EC2: () => withPlainErrors(new EC2Client(settings)).send(new DescribeVpcsCommand({})),
  IAM: () => withPlainErrors(new IAMClient(settings)).send(new GetRoleCommand({ RoleName: 'a' })),
  Redshift: () => withPlainErrors(new RedshiftClient(settings)).send(new DescribeClustersCommand({})),
  RedshiftData: () =>
    withPlainErrors(new RedshiftDataClient(settings)).send(
      new ExecuteStatementCommand({ Sql: 'select 1', Database: 'dev' }),
    ),
  RedshiftServerless: () =>
    withPlainErrors(new RedshiftServerlessClient(settings)).send(new GetWorkgroupCommand({ workgroupName: 'shop' })),
  S3: () => s3().send(new ListObjectsV2Command({ Bucket: 'raw-data' })),
  SecretsManager: () =>
    withPlainErrors(new SecretsManagerClient(settings)).send(new GetSecretValueCommand({ SecretId: 'shop' })),
  STS: () => withPlainErrors(new STSClient(settings)).send(new GetCallerIdentityCommand({})),
};

function s3(): S3Client {
  return withPlainErrors(new S3Client({ ...settings, forcePathStyle: true }));
}

async function answered(status: number, body: string, call: () => Promise<unknown>): Promise<unknown> {
  const url = await endpoint(
    (_, response) => void response.writeHead(status, { 'content-type': 'text/html' }).end(body),
  );
  awsSettings({ AWS_ENDPOINT_URL: url });
  return call().catch((error: unknown) => error);
}

describe.each(Object.entries(calls))('%s', (_, call) => {
  test.each([
    [502, '<html><body>Bad Gateway<br></body></html>', true],
    [503, 'upstream connect error', true],
    [504, '{"message": "Gatew', true],
    [500, '', true],
    [200, '<html><body>Sign in to this network<br></body></html>', false],
    [403, 'blocked by the proxy', false],
  ])('an answer %i with the body %j is reported by its status', async (status, body, mayPass) => {
    const error = await answered(status, body, call);
    expect(error).toBeInstanceOf(GarbledAnswer);
    expect(error).toMatchObject({
      message: `HTTP ${status} without a readable AWS response`,
      mayPass,
      $metadata: { httpStatusCode: status },
    });
  });
});

test('what a service itself says passes as it is', async () => {
  const error = await answered(503, refusal('SlowDown', 'Slow down.'), () =>
    s3().send(new ListObjectsV2Command({ Bucket: 'raw-data' })),
  );
  expect(error).toMatchObject({ name: 'SlowDown', message: 'Slow down.' });
  expect(await answered(404, '', () => s3().send(new HeadBucketCommand({ Bucket: 'b' })))).toMatchObject({
    name: 'NotFound',
  });
});

test('a network that breaks passes as it is', async () => {
  const url = await endpoint(({ socket }) => void socket.destroy());
  awsSettings({ AWS_ENDPOINT_URL: url });
  expect(await calls['STS']?.().catch((error: unknown) => error)).toMatchObject({ code: 'ECONNRESET' });
});

test('every client that the runner makes has plain errors', () => {
  const runner = join(import.meta.dirname, '../../runner');
  const files = readdirSync(runner, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const bare = files.flatMap((file) => {
    const text = readFileSync(join(runner, file), 'utf8');
    // Whose settings are read only makes no call.
    const made = text
      .replace(/const \{ config \} = new S3Client/g, '')
      .matchAll(/(withPlainErrors\(\s*)?new (\w+)Client\(/g);
    return [...made].filter(([, plain]) => plain === undefined).map(([, , service]) => `${file}: ${service}`);
  });
  expect(bare).toEqual([]);
});
