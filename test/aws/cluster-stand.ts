import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import type { ClusterEvent, World } from '../../runner/cluster/world.ts';
import type { DownOptions, RemovalPlan } from '../../runner/commands/cluster-down.ts';
import { clusterDown } from '../../runner/commands/cluster-down.ts';
import type { UpOptions, UpPlan } from '../../runner/commands/cluster-up.ts';
import { clusterUp } from '../../runner/commands/cluster-up.ts';
import type { StatusOptions } from '../../runner/commands/cluster-status.ts';
import { clusterStatus } from '../../runner/commands/cluster-status.ts';
import type { ClusterOptions } from '../../runner/commands/open-cluster.ts';
import type { DataApi } from '../redshift/data-api.ts';
import { openDataApi } from '../redshift/data-api.ts';
import type { Warehouse } from '../redshift/warehouse.ts';
import type { AccountOptions } from './account.ts';
import type { Aws } from './aws.ts';
import { openAws } from './aws.ts';

export const kinds = ['serverless', 'provisioned'] as const;
export type ClusterKind = (typeof kinds)[number];

/** What a test says of its cluster besides: lines of YAML. */
export function clusterYaml(kind: ClusterKind, more: readonly string[] = []): string {
  const own = kind === 'serverless' ? ['rpu: 8'] : ['kind: provisioned', 'node_type: ra3.large', 'nodes: 2'];
  const lines = ['name: shop', 'region: us-west-2', 'read: [s3://raw-data]', 'tags: { team: data }', ...own, ...more];
  return `cluster:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

export const shopTargets = `name: shop
target: redshift
targets:
  redshift: { type: redshift-data, cluster: shop }
  direct: { type: redshift, cluster: shop, sslmode: disable }
`;

type AtEnd = (work: () => void | Promise<void>) => void;

/** An S3 and a Data API that clusters of several tests stand in front of, one after another. */
export interface Ground {
  readonly warehouse: Warehouse;
  readonly s3Endpoint: string;
  readonly dataApi: DataApi;
}

export async function openGround(warehouse: Warehouse, atEnd: AtEnd): Promise<Ground> {
  const s3 = await startFauxqs({ port: 0, logger: false });
  atEnd(() => s3.stop());
  warehouse.s3Endpoint = s3.address;
  warehouse.region = 'us-west-2';
  s3.createBucket('raw-data');
  const dataApi = await openDataApi(warehouse);
  atEnd(() => dataApi.close());
  return { warehouse, s3Endpoint: s3.address, dataApi };
}

const begin = Date.UTC(2026, 10, 24, 10);

/** A project that describes a cluster, and an account of AWS that it is made in. Time passes when somebody waits. */
export class ClusterStand {
  readonly aws: Aws;
  readonly dir: string;
  readonly events: ClusterEvent[] = [];
  /** What AWS's own settings have to say for it. */
  readonly settings: Readonly<Record<string, string>>;
  /** What dwh.yaml may name. */
  env: Readonly<Record<string, string>> = {};
  #now = begin;
  #stop = new AbortController();

  private constructor(aws: Aws, { dataApi }: Ground, dir: string) {
    this.aws = aws;
    this.dir = dir;
    this.settings = {
      AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST',
      AWS_SECRET_ACCESS_KEY: 'secret-of-this-test',
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ENDPOINT_URL_S3: aws.endpoint,
      AWS_ENDPOINT_URL_REDSHIFT_DATA: dataApi.endpoint,
      AWS_REGION: 'us-west-2',
    };
  }

  get world(): World {
    return {
      now: () => new Date(this.#now),
      pause: (ms) => {
        this.#now += ms;
        return Promise.resolve();
      },
      report: (event) => void this.events.push(event),
      signal: this.#stop.signal,
      retryDelayMs: 1,
    };
  }

  /** How much time has passed. */
  get seconds(): number {
    return (this.#now - begin) / 1000;
  }

  static async open(
    ground: Ground,
    dwhYaml: string,
    atEnd: AtEnd,
    options: AccountOptions = {},
  ): Promise<ClusterStand> {
    const aws = await openAws(ground.warehouse, { ...options, s3Endpoint: ground.s3Endpoint });
    atEnd(() => aws.close());
    aws.account.tell();
    const dir = mkdtempSync(join(tmpdir(), 'sparkify-cluster-'));
    atEnd(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, 'dwh.yaml'), dwhYaml);
    return new ClusterStand(aws, ground, dir);
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  describe(dwhYaml: string): void {
    this.write('dwh.yaml', dwhYaml);
  }

  /** As if somebody pressed Ctrl-C. */
  stop(): void {
    this.#stop.abort();
  }

  /** As if the program was started again. */
  begin(): void {
    this.#stop = new AbortController();
  }

  get options(): ClusterOptions {
    return { projectDir: this.dir, env: this.env };
  }

  up(
    options: Partial<UpOptions> = {},
    agree = (_plan: UpPlan): Promise<boolean> => Promise.resolve(true),
  ): Promise<boolean> {
    return clusterUp({ ...this.options, iKnow: false, ...options }, this.world, agree);
  }

  down(
    options: Partial<DownOptions> = {},
    agree = (_plan: RemovalPlan): Promise<boolean> => Promise.resolve(true),
  ): ReturnType<typeof clusterDown> {
    return clusterDown({ ...this.options, snapshot: true, dropForeign: false, ...options }, this.world, agree);
  }

  status(options: Partial<StatusOptions> = {}): ReturnType<typeof clusterStatus> {
    return clusterStatus({ ...this.options, query: true, ...options }, this.world);
  }

  /** Whatever bears the tag of a cluster, but for snapshots. */
  get tagged(): string[] {
    const { account } = this.aws;
    const { roles, securityGroups, buckets, parameterGroups, subnetGroups, namespaces, workgroups, clusters } = account;
    const all = { roles, securityGroups, buckets, parameterGroups, subnetGroups, namespaces, workgroups, clusters };
    return Object.entries(all).flatMap(([kind, map]) =>
      [...map].filter(([, { tags }]) => 'sparkify-run' in tags).map(([name]) => `${kind} ${name}`),
    );
  }
}
