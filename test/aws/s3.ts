import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Account, Bucket } from './account.ts';
import { ServiceFault } from './service-fault.ts';
import { xml } from './xml.ts';

/** A call of S3 as it came. */
export interface S3Call {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface S3Answer {
  readonly status: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body?: string | Buffer;
}

/** What a call of S3 is called: it has no name of its own. */
export function s3Operation({ method, url }: Pick<S3Call, 'method' | 'url'>): string {
  const [path = '', query = ''] = url.split('?');
  const isBucket = path.split('/').filter((part) => part !== '').length < 2;
  if (!isBucket)
    return { GET: 'GetObject', PUT: 'PutObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? method;
  if (query.includes('tagging')) return method === 'GET' ? 'GetBucketTagging' : 'PutBucketTagging';
  if (method === 'POST') return 'DeleteObjects';
  return { GET: 'ListObjectsV2', PUT: 'CreateBucket', HEAD: 'HeadBucket', DELETE: 'DeleteBucket' }[method] ?? method;
}

/** Answers what is about buckets and their tags, and has the S3 at `endpoint` answer what is about objects. Throws a ServiceFault. */
export async function s3(account: Account, endpoint: string, call: S3Call): Promise<S3Answer> {
  const name = call.url.split(/[/?]/)[1] ?? '';
  switch (s3Operation(call)) {
    case 'CreateBucket':
      if (account.buckets.has(name))
        throw new ServiceFault('BucketAlreadyOwnedByYou', 409, 'Your previous request to create the bucket succeeded');
      await passOn(endpoint, { ...call, body: Buffer.alloc(0), headers: {} });
      account.buckets.set(name, { tags: tagsIn(call.body), isOthers: false, hidden: account.options.lag });
      return { status: 200 };
    case 'HeadBucket':
      bucketOf(account, name);
      return { status: 200 };
    case 'GetBucketTagging': {
      const { tags } = bucketOf(account, name);
      if (Object.keys(tags).length === 0) throw new ServiceFault('NoSuchTagSet', 404, 'The TagSet does not exist');
      const Tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      return { status: 200, body: xml({ Tagging: { TagSet: { Tag } } }) };
    }
    case 'PutBucketTagging': {
      const { tags } = bucketOf(account, name);
      for (const key of Object.keys(tags)) delete tags[key];
      Object.assign(tags, tagsIn(call.body));
      return { status: 204 };
    }
    case 'DeleteBucket': {
      bucketOf(account, name);
      const answer = await passOn(endpoint, call);
      if (answer.status < 300) account.buckets.delete(name);
      return answer;
    }
    default:
      return passOn(endpoint, call);
  }
}

function bucketOf(account: Account, name: string): Bucket {
  const found = account.seen(account.buckets, name);
  if (found === undefined) throw new ServiceFault('NoSuchBucket', 404, 'The specified bucket does not exist');
  if (found.isOthers) throw new ServiceFault('AccessDenied', 403, 'Access Denied');
  return found;
}

function tagsIn(body: Buffer): Record<string, string> {
  const found = body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>\s*<Value>([^<]*)<\/Value>/g);
  return Object.fromEntries([...found].map(([, key = '', value = '']) => [key, value]));
}

function passOn(endpoint: string, { method, url, headers, body }: S3Call): Promise<S3Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${endpoint}${url}`, { method, headers }, (answer) => {
      buffer(answer)
        .then((bytes) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes }))
        .catch(reject);
    });
    asked.on('error', reject).end(body);
  });
}
