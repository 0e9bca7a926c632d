import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import type { _Object as S3Object } from '@aws-sdk/client-s3';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { FaultError } from '../core/fault.ts';
import { graceAfter, untilStopped } from '../core/stop.ts';
import { decode, mostTextBytes, tooLarge } from '../files/text-file.ts';
import { quietSdk, withPlainErrors } from './aws-sdk.ts';
import { ahead } from './in-order.ts';
import { resumed } from './resumed.ts';
import type { S3Asked } from './s3-faults.ts';
import { isPassing, regionFault, s3Fault } from './s3-faults.ts';
import type { S3Root } from './s3-keys.ts';
import { isData, keyBelow, parseS3Root } from './s3-keys.ts';
import type { RawFile, Storage, StorageOptions } from './storage.ts';
import { normalized, wholeOf } from './storage.ts';

/** Where buckets are when neither dwh.yaml nor AWS's own settings name a region. */
const defaultRegion = 'us-east-1';

const sockets = { maxSockets: 2 * ahead.files };

/**
 * Opens a place in S3, with the credentials, region and endpoint of AWS's own settings. Asks nothing of S3 yet. Throws
 * a FaultError when `root` or a setting is not of the right form.
 */
export async function openS3(root: string, options: StorageOptions): Promise<Storage> {
  const s3Root = parseS3Root(root, options.rootAt);
  quietSdk();
  const { config } = new S3Client(options.region === undefined ? {} : { region: options.region });
  const endpoint = await config.serviceConfiguredEndpoint?.();
  const regionAt = options.region === undefined ? options.rootAt : options.regionAt;
  const region = await config.region().catch((error: unknown) => {
    if (error instanceof Error && error.message === 'Region is missing') return defaultRegion;
    throw new FaultError(regionFault(options.region, regionAt), { cause: error });
  });
  const client = withPlainErrors(
    new S3Client({
      region,
      followRegionRedirects: true,
      // Only AWS itself has a host name for each bucket.
      forcePathStyle: endpoint !== undefined,
      requestHandler: { connectionTimeout: 5000, socketTimeout: 30_000, httpAgent: sockets, httpsAgent: sockets },
    }),
  );
  // Each request under way listens to it.
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  return new S3Storage(client, s3Root, { ...options, region, regionAt, endpoint });
}

type Settings = StorageOptions & { readonly region: string; readonly endpoint: string | undefined };

/** Objects below a prefix of a bucket. An object is known by its key, its ETag and its size. */
class S3Storage implements Storage {
  readonly place: string;
  /** An answer begins after some 50 ms, in which a megabyte would come. */
  readonly smallBytes = 1024 * 1024;
  readonly #client: S3Client;
  readonly #root: S3Root;
  readonly #settings: Settings;

  constructor(client: S3Client, root: S3Root, settings: Settings) {
    this.#client = client;
    this.#root = root;
    this.#settings = settings;
    this.place = this.shown('');
  }

  shown(path: string): string {
    return this.#shownKey(this.#key(path));
  }

  list(path: string): Promise<RawFile[]> {
    return this.#attempt(this.shown(path), async () => {
      const key = this.#key(path);
      const folder = key === '' ? '' : `${key}/`;
      const [itself, below] = await Promise.all([this.#object(key), this.#objectsBelow(folder)]);
      const known = normalized(path);
      const inFolder = below.flatMap((object) => {
        const name = (object.Key ?? '').slice(folder.length);
        const isListed = isData(name, object.Size ?? 0);
        return isListed ? [this.#file(object, known === '.' ? name : `${known}/${name}`)] : [];
      });
      const all = itself === undefined ? inFolder : [this.#file(itself, known), ...inFolder];
      return all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    });
  }

  async *stream(file: RawFile): AsyncGenerator<Uint8Array> {
    const { signal } = this.#settings;
    const open = (offset: number): Promise<Readable> => untilStopped(signal, () => this.#open(file, offset));
    try {
      yield* resumed({ size: file.size, open, isPassing, signal });
    } catch (error) {
      throw s3Fault(error, this.#asked(file.shown));
    }
  }

  read(file: RawFile): Promise<Buffer> {
    return wholeOf(this.stream(file));
  }

  readText(path: string): Promise<string> {
    const [Key, shown] = [this.#key(path), this.shown(path)];
    return this.#attempt(shown, async () => {
      const command = new GetObjectCommand({ Bucket: this.#root.bucket, Key });
      const { Body, ContentLength: size = 0, ETag } = await this.#client.send(command, this.#stoppable);
      let first = Body instanceof Readable ? Body : undefined;
      if (size > mostTextBytes) {
        first?.destroy();
        throw tooLarge(size, shown);
      }
      const file = this.#file({ Key, Size: size, ...(ETag !== undefined && { ETag }) }, path);
      const open = (offset: number): Promise<Readable> => {
        const body = first;
        first = undefined;
        return body === undefined ? this.#open(file, offset) : Promise.resolve(body);
      };
      const bytes = resumed({ size, open, isPassing, signal: this.#settings.signal });
      return decode(await wholeOf(bytes), shown);
    });
  }

  async put(path: string, body: string | Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ Bucket: this.#root.bucket, Key: this.#key(path), Body: body });
    const send = (): Promise<unknown> => this.#client.send(command, this.#stoppable);
    await this.#attempt(this.shown(path), send, { needs: 's3:PutObject' });
  }

  async remove(path: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#root.bucket, Key: this.#key(path) });
    const { signal } = this.#settings;
    // What a stopped run has put there is cleared away all the same.
    const stop = signal && graceAfter(signal);
    const send = (): Promise<unknown> => this.#client.send(command, { ...(stop && { abortSignal: stop }) });
    await this.#attempt(this.shown(path), send, { needs: 's3:DeleteObject', stop });
  }

  hasChanged(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** The object of exactly this key, with all that a listing says of it: of the keys that begin with it, it is the first. */
  async #object(key: string): Promise<S3Object | undefined> {
    if (key === '') return undefined;
    const command = new ListObjectsV2Command({ Bucket: this.#root.bucket, Prefix: key, MaxKeys: 1 });
    const { Contents = [] } = await this.#client.send(command, this.#stoppable);
    return Contents.find((object) => object.Key === key);
  }

  async #objectsBelow(folder: string): Promise<S3Object[]> {
    const objects: S3Object[] = [];
    const request = { Bucket: this.#root.bucket, Prefix: folder };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, request, this.#stoppable))
      objects.push(...Contents);
    return objects;
  }

  /** The body of an object as it was listed, from the byte at `offset` on. */
  async #open({ location, version }: RawFile, offset: number): Promise<Readable> {
    const command = new GetObjectCommand({
      Bucket: this.#root.bucket,
      Key: location,
      IfMatch: `"${version}"`,
      ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
    });
    const { Body, $metadata } = await this.#client.send(command, this.#stoppable);
    if (!(Body instanceof Readable)) throw new Error('an object has no body that can be read as a stream');
    if (offset === 0 || $metadata.httpStatusCode === 206) return Body;
    Body.destroy();
    throw new FaultError({
      code: 'storage-unavailable',
      message: `${this.#shownKey(location)} broke off at byte ${offset}, and the endpoint does not go on from there`,
      at: this.#settings.rootAt,
    });
  }

  #file({ Key = '', Size = 0, LastModified, ETag }: S3Object, path: string): RawFile {
    if (ETag === undefined) throw new Error(`${this.#shownKey(Key)} came without an ETag`);
    return {
      path,
      location: Key,
      shown: this.#shownKey(Key),
      size: Size,
      modifiedMs: LastModified?.getTime() ?? 0,
      version: ETag.replaceAll('"', ''),
    };
  }

  #key(path: string): string {
    return keyBelow(this.#root.prefix, path);
  }

  #shownKey(key: string): string {
    return key === '' ? `s3://${this.#root.bucket}` : `s3://${this.#root.bucket}/${key}`;
  }

  #asked(shown: string, needs = 's3:ListBucket and s3:GetObject'): S3Asked {
    const { region, endpoint, rootAt, regionAt } = this.#settings;
    return { shown, needs, bucket: this.#root.bucket, region, endpoint, rootAt, regionAt };
  }

  /** Does `work` until the signal comes, or another one: looking for credentials knows of none. */
  async #attempt<T>(
    shown: string,
    work: () => Promise<T>,
    { needs, stop = this.#settings.signal }: { needs?: string; stop?: AbortSignal | undefined } = {},
  ): Promise<T> {
    try {
      return await untilStopped(stop, work);
    } catch (error) {
      throw s3Fault(error, this.#asked(shown, needs));
    }
  }

  get #stoppable(): { abortSignal?: AbortSignal } {
    const { signal } = this.#settings;
    return signal === undefined ? {} : { abortSignal: signal };
  }
}
