import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { awsSettings, TestBucket } from '../support/s3.ts';
import type { DataApi } from './data-api.ts';
import { openDataApi } from './data-api.ts';
import { testWarehouse } from './make-warehouse.ts';
import type { Warehouse } from './warehouse.ts';
import type { Wire } from '../support/wire.ts';
import { wireTo } from '../support/wire.ts';
import { openWire } from './wire.ts';

/** The roads to Redshift, by the types of their targets. */
export const roads = ['redshift', 'redshift-data'] as const;
export type Road = (typeof roads)[number];

export const role = 'arn:aws:iam::123456789012:role/reads-raw';
const login = { user: 'runner', password: 'runner-secret' };

/** A warehouse of Redshift for a project of a test, with an S3 that its raw files are put into. */
export class ShopWarehouse {
  readonly warehouse: Warehouse;
  readonly made: Promise<void>;
  readonly #road: Road;
  readonly #atEnd: (work: () => void | Promise<void>) => void;
  #env: Readonly<Record<string, string>> = {};
  #endpoints: Readonly<Record<string, string>> = {};
  #bucket: TestBucket | undefined;
  #api: DataApi | undefined;

  constructor(road: Road, atEnd: (work: () => void | Promise<void>) => void) {
    this.#road = road;
    this.#atEnd = atEnd;
    const { warehouse, made } = testWarehouse(atEnd);
    this.warehouse = warehouse;
    this.made = made.then(() => this.#open());
  }

  /** The target that a project has for it; what is known later stands in the environment. */
  get target(): string {
    const loading = `iam_role: '${role}', stage: s3://stage/lists, region: us-east-1`;
    return this.#road === 'redshift'
      ? `{ type: redshift, host: '\${SHOP_HOST}', port: '\${SHOP_PORT}', user: ${login.user}, password: '\${SHOP_PASSWORD}', database: dev, sslmode: disable, ${loading} }`
      : `{ type: redshift-data, workgroup: shop, database: dev, ${loading} }`;
  }

  /** Known once it is made. */
  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** The door by the Data API, once it is made. */
  get dataApi(): DataApi {
    if (this.#api === undefined) throw new Error('the warehouse is not made yet');
    return this.#api;
  }

  /** Has AWS's own settings lead here: a test may have several warehouses, one after another. */
  use(): void {
    awsSettings({ ...this.#endpoints, AWS_REGION: 'us-east-1' });
  }

  /** Puts the files of a folder into the bucket of raw files, as they are now. */
  async upload(folder: string): Promise<void> {
    await this.#bucket?.put(objectsIn(folder));
  }

  /** Lays a wire between projects and the warehouse, once it is made. */
  async wire(): Promise<Wire<object>> {
    if (this.#road === 'redshift') {
      const wire = await wireTo({ host: this.#env['SHOP_HOST'] ?? '', port: Number(this.#env['SHOP_PORT']) });
      this.#env = { ...this.#env, SHOP_PORT: String(wire.address.port) };
      return wire;
    }
    const { hostname, port } = new URL(this.dataApi.endpoint);
    const wire = await wireTo({ host: hostname, port: Number(port) });
    this.#endpoints = {
      ...this.#endpoints,
      AWS_ENDPOINT_URL_REDSHIFT_DATA: `http://${hostname}:${wire.address.port}`,
    };
    return wire;
  }

  async #open(): Promise<void> {
    const s3 = await startFauxqs({ port: 0, logger: false });
    this.#atEnd(() => s3.stop());
    for (const bucket of ['raw-data', 'stage']) s3.createBucket(bucket);
    this.#bucket = new TestBucket(s3.address, 'raw-data');
    this.warehouse.s3Endpoint = s3.address;
    this.warehouse.roles.set(role, { attached: true, buckets: ['raw-data', 'stage'] });
    this.warehouse.logins.set(login.user, { password: login.password });
    const { host, port, close } = await openWire(this.warehouse);
    this.#atEnd(close);
    this.#api = await openDataApi(this.warehouse);
    this.#atEnd(() => this.dataApi.close());
    this.#endpoints = { AWS_ENDPOINT_URL_S3: s3.address, AWS_ENDPOINT_URL_REDSHIFT_DATA: this.#api.endpoint };
    this.#env = {
      ...this.#endpoints,
      SHOP_HOST: host,
      SHOP_PORT: String(port),
      SHOP_PASSWORD: login.password,
      REDSHIFT_HOST: host,
      REDSHIFT_PORT: String(port),
      REDSHIFT_WORKGROUP: 'shop',
      REDSHIFT_ROLE: role,
      REDSHIFT_STAGE: 's3://stage/lists',
      AWS_REGION: 'us-east-1',
      SPARKIFY_REGION: 'us-east-1',
      PGSSLMODE: 'disable',
    };
  }
}

/** The dwh.yaml of a project whose default target is a warehouse that the environment names, by one of the roads. */
export function atWarehouse(dwhYaml: string, road: Road): string {
  const common = `type: ${road}, database: dev, region: '\${AWS_REGION}', iam_role: '\${REDSHIFT_ROLE}', stage: '\${REDSHIFT_STAGE}'`;
  const way = {
    redshift: `host: '\${REDSHIFT_HOST}', port: '\${REDSHIFT_PORT}', user: ${login.user}, password: '\${SHOP_PASSWORD}', sslmode: disable`,
    'redshift-data': `workgroup: '\${REDSHIFT_WORKGROUP}'`,
  }[road];
  return dwhYaml
    .replace('target: local', 'target: at_warehouse')
    .replace('targets:\n', `targets:\n  at_warehouse: { ${common}, ${way} }\n`);
}

/** The files below a folder by their path in it. */
export function objectsIn(folder: string): Record<string, Buffer> {
  return Object.fromEntries(filesBelow(folder).map((file) => [relative(folder, file), readFileSync(file)]));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}
