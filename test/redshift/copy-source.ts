import { gunzipSync } from 'node:zlib';
import type { CopyStatement } from './copy-statement.ts';
import type { Warehouse } from './warehouse.ts';
import { RedshiftError } from './warehouse.ts';

/** Reads objects of S3 as a role of the warehouse may, or does not let it. */
export class CopySource {
  readonly #statement: CopyStatement;
  readonly #warehouse: Warehouse;

  constructor(statement: CopyStatement, warehouse: Warehouse) {
    this.#statement = statement;
    this.#warehouse = warehouse;
  }

  /** The urls of the files to load, in their order. Throws a RedshiftError. */
  async files(): Promise<string[]> {
    const { from, manifest } = this.#statement;
    if (!manifest) return this.#list(from);
    const text = (await this.#read(from)).toString('utf8');
    const { entries } = parsed(text) as { entries?: { url: string; mandatory?: boolean }[] };
    if (!Array.isArray(entries)) throw new RedshiftError('Invalid manifest: it has no "entries"');
    const files: string[] = [];
    for (const { url, mandatory = false } of entries) {
      if (mandatory || (await this.#exists(url))) files.push(url);
    }
    if (files.length === 0) throw new RedshiftError('No file of the manifest exists');
    return files;
  }

  /** The text of a file of data. Throws a RedshiftError. */
  async data(url: string): Promise<Buffer> {
    const bytes = await this.#read(url);
    if (!this.#statement.gzip) return bytes;
    try {
      return gunzipSync(bytes);
    } catch {
      throw new RedshiftError(`The file ${url} is not gzip`);
    }
  }

  /** The paths of a jsonpaths file; undefined when it is none and COPY silently goes by the names of columns. */
  async jsonPaths(url: string): Promise<string[] | undefined> {
    const { jsonpaths } = parsed((await this.#read(url)).toString('utf8')) as { jsonpaths?: string[] };
    return jsonpaths;
  }

  async #list(url: string): Promise<string[]> {
    const { bucket, key } = partsOf(url);
    const response = await this.#ask(url, `${bucket}?list-type=2&prefix=${encodeURIComponent(key)}`);
    const keys = [...(await response.text()).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, found = '']) =>
      unescaped(found),
    );
    if (keys.length === 0) throw new RedshiftError(`The specified S3 prefix '${key}' does not exist`);
    return keys.map((found) => `s3://${bucket}/${found}`);
  }

  async #exists(url: string): Promise<boolean> {
    try {
      await this.#read(url);
      return true;
    } catch {
      return false;
    }
  }

  async #read(url: string): Promise<Buffer> {
    const { bucket, key } = partsOf(url);
    const path = key.split('/').map(encodeURIComponent).join('/');
    return Buffer.from(await (await this.#ask(url, `${bucket}/${path}`)).arrayBuffer());
  }

  async #ask(url: string, path: string): Promise<Response> {
    const { bucket, key } = partsOf(url);
    this.#authorize(bucket);
    const response = await fetch(`${this.#warehouse.s3Endpoint}/${path}`);
    if (response.ok) return response;
    const text = await response.text();
    if (text.includes('NoSuchBucket'))
      throw new RedshiftError('S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket');
    throw new RedshiftError(`S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey: ${key}`);
  }

  /** The role has to be there, attached and allowed to, and the region that of the bucket. */
  #authorize(bucket: string): void {
    const { roles, defaultRole, region, bucketRegions } = this.#warehouse;
    const arn = this.#statement.role === 'default' ? defaultRole : this.#statement.role;
    if (arn === undefined) throw new RedshiftError('No default IAM role is set for this cluster');
    const role = roles.get(arn);
    if (role?.attached !== true)
      throw new RedshiftError(
        `User arn:aws:redshift:${region}:123456789012:dbuser:sparkify/runner is not authorized to assume IAM Role ${arn}: Not authorized to get credentials of role ${arn}`,
      );
    const [here, there] = [this.#statement.region ?? region, bucketRegions.get(bucket) ?? region];
    if (here !== there)
      throw new RedshiftError(
        'S3ServiceException:The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.,Status 301,Error PermanentRedirect',
      );
    if (!role.buckets.includes(bucket))
      throw new RedshiftError('S3ServiceException:Access Denied,Status 403,Error AccessDenied');
  }
}

function partsOf(url: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(url) ?? [];
  return { bucket, key };
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new RedshiftError('Invalid JSON in a manifest or jsonpaths file');
  }
}

function unescaped(xml: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return xml.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}
