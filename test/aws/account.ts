import type { Warehouse } from '../redshift/warehouse.ts';
import { ServiceFault } from './service-fault.ts';

export type Tags = Record<string, string>;

/** How an account behaves. */
export interface AccountOptions {
  /** How often something is found to be on its way before it has come to rest. */
  readonly steps?: number;
  /** How often something new is not found yet. */
  readonly lag?: number;
  /** How often a new role is refused by Redshift. */
  readonly roleLag?: number;
  /** How often a security group is still held by what is gone. */
  readonly holdLag?: number;
  /** Whether Redshift says for which account it assumes a role: no document of AWS says that it does. */
  readonly sendsSourceAccount?: boolean;
}

export interface Role extends Hidden {
  readonly name: string;
  readonly arn: string;
  trust: string;
  readonly inline: Map<string, string>;
  readonly attached: Set<string>;
  readonly tags: Tags;
  /** How often Redshift has still to refuse it. */
  unknown: number;
}

export interface Rule {
  readonly protocol: string;
  readonly from: string;
  readonly to: string;
  readonly range: string;
}

export interface SecurityGroup extends Hidden {
  readonly id: string;
  readonly name: string;
  readonly vpc: string;
  readonly rules: Rule[];
  readonly tags: Tags;
  held: number;
}

/** A namespace, a workgroup or a cluster: it takes its time. */
export interface Slow extends Hidden {
  readonly name: string;
  readonly tags: Tags;
  status: string;
  /** What it becomes once it has been looked at so often; undefined for gone. */
  next: { readonly status: string | undefined; left: number } | undefined;
  /** What was said of it when it was made and since, by the names of the service. */
  settings: Record<string, unknown>;
}

/** Something that a service has not told all of itself about yet. */
interface Hidden {
  hidden: number;
}

export interface Group {
  readonly name: string;
  readonly tags: Tags;
  values: string[];
}

export interface Bucket extends Hidden {
  readonly tags: Tags;
  readonly isOthers: boolean;
}

/** What the services call a role that is none. */
const roleErrors = { 'redshift-serverless': 'ValidationException', redshift: 'InvalidParameterValue' } as const;

interface TrustStatement {
  readonly Principal?: { readonly Service?: string | readonly string[] };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function statementsIn({ trust }: Role): readonly TrustStatement[] {
  return (JSON.parse(trust) as { Statement?: readonly TrustStatement[] }).Statement ?? [];
}

/** Management Guide: a provisioned cluster assumes a role as redshift, a serverless one as either. */
function trusts(service: keyof typeof roleErrors): (statement: TrustStatement) => boolean {
  return ({ Principal }) => [Principal?.Service ?? []].flat().includes(`${service}.amazonaws.com`);
}

/** An account of AWS in one region: what a test sets up, and what the services look at and change. */
export class Account {
  readonly id = '123456789012';
  readonly region = 'us-west-2';
  readonly options: Required<AccountOptions>;
  readonly roles = new Map<string, Role>();
  readonly securityGroups = new Map<string, SecurityGroup>();
  readonly parameterGroups = new Map<string, Group>();
  readonly subnetGroups = new Map<string, Group>();
  readonly clusters = new Map<string, Slow>();
  readonly namespaces = new Map<string, Slow>();
  readonly workgroups = new Map<string, Slow>();
  /** By the ARN of their workgroup. */
  readonly usageLimits = new Map<string, { readonly id: string; amount: number }>();
  /** By name, with the tags they have. */
  readonly snapshots = new Map<string, Tags>();
  /** Secrets by their name or ARN. */
  readonly secrets = new Map<string, string>();
  readonly buckets = new Map<string, Bucket>();
  /** The VPC that things are in which name no subnets; undefined for none. */
  defaultVpc: string | undefined = 'vpc-default';
  readonly subnets = new Map([
    ['subnet-0a', 'vpc-default'],
    ['subnet-0b', 'vpc-default'],
    ['subnet-0c', 'vpc-default'],
    ['subnet-0d', 'vpc-other'],
  ]);
  /** States that something of this name comes to instead of being available. */
  readonly stuck = new Map<string, string>();
  /** Where endpoints lead. */
  endpoint = { host: 'warehouse.test', port: 5439 };
  readonly warehouse: Warehouse;
  #ids = 0;

  constructor(warehouse: Warehouse, options: AccountOptions = {}) {
    this.warehouse = warehouse;
    this.options = { steps: 2, lag: 1, roleLag: 2, holdLag: 2, sendsSourceAccount: false, ...options };
  }

  newId(prefix: string): string {
    return `${prefix}-${String(++this.#ids).padStart(8, '0')}`;
  }

  arn(service: string, rest: string): string {
    return `arn:aws:${service}:${this.region}:${this.id}:${rest}`;
  }

  /** Something of a map as a reader finds it: not yet, for a while after it was made. */
  seen<T extends Hidden>(map: ReadonlyMap<string, T>, name: string): T | undefined {
    const found = map.get(name);
    if (found === undefined) return undefined;
    if (found.hidden === 0) return found;
    found.hidden--;
    return undefined;
  }

  /** Begins something that takes its time: `status` until it has been looked at so often, then `next`. */
  begin(thing: Slow, status: string, next: string | undefined): void {
    thing.status = status;
    const isComing = next === 'available' || next === 'AVAILABLE';
    const becomes = isComing ? (this.stuck.get(thing.name) ?? next) : next;
    thing.next = { status: becomes, left: this.options.steps };
  }

  /** A slow thing as a reader finds it, one step further on its way. */
  look(map: Map<string, Slow>, name: string): Slow | undefined {
    const thing = this.seen(map, name);
    if (thing?.next === undefined) return thing;
    if (thing.next.left-- > 0) return thing;
    const { status } = thing.next;
    thing.next = undefined;
    if (status !== undefined) thing.status = status;
    else this.#goes(map, thing);
    this.tell();
    return status === undefined ? undefined : thing;
  }

  /** Something new and slow. */
  slow(name: string, tags: Tags, settings: Slow['settings']): Slow {
    return { name, tags, settings, status: '', next: undefined, hidden: this.options.lag };
  }

  /** A password for a new warehouse, as Redshift keeps it: gives the ARN of its secret. */
  makeSecret(owner: string): string {
    const arn = this.arn('secretsmanager', `secret:redshift!${owner}-admin-AbCdEf`);
    const password = `managed-secret-of-${owner}`;
    this.secrets.set(arn, JSON.stringify({ username: 'admin', password }));
    this.warehouse.logins.set('admin', { password });
    return arn;
  }

  /** Throws what Redshift says of a role that it has not heard of, or that does not trust it. */
  useRole(arn: string, service: keyof typeof roleErrors): void {
    const role = [...this.roles.values()].find((candidate) => candidate.arn === arn);
    const isKnown = role !== undefined && role.unknown === 0 && statementsIn(role).some(trusts(service));
    if (role !== undefined && role.unknown > 0) role.unknown--;
    if (!isKnown)
      throw new ServiceFault(
        roleErrors[service],
        400,
        `The IAM role ${arn} is not valid. The IAM role must delegate access to an Amazon Redshift account.`,
      );
  }

  /** Whether Redshift may assume a role for a COPY: it meets only the conditions that it is documented to meet. */
  #mayAssume(role: Role): boolean {
    const known = { 'aws:SourceAccount': this.options.sendsSourceAccount };
    return statementsIn(role)
      .filter(trusts('redshift'))
      .some(({ Condition = {} }) =>
        Object.values(Condition)
          .flatMap((keys) => Object.keys(keys))
          .every((key) => Object.entries(known).some(([one, isSent]) => one === key && isSent)),
      );
  }

  /** Has the warehouse know what can be known of it: by which names it is reached, and what its role may read. */
  tell(): void {
    const { warehouse } = this;
    const answering = [...this.workgroups.values(), ...this.clusters.values()];
    const isUp = ({ status }: Slow): boolean => /^(?:available|modifying)$/i.test(status);
    warehouse.names.clear();
    for (const { name } of answering.filter(isUp)) warehouse.names.add(name);
    // Without any name, it would answer to all.
    if (warehouse.names.size === 0) warehouse.names.add('(there is none)');
    warehouse.state = answering.some(({ status }) => status === 'paused') ? 'paused' : 'available';
    const owners = [...this.namespaces.values(), ...this.clusters.values()];
    warehouse.roles.clear();
    for (const role of this.roles.values()) {
      const { arn, inline } = role;
      const attached = owners.some(({ settings }) => (settings['roles'] as string[] | undefined)?.includes(arn));
      const isUsable = attached && this.#mayAssume(role);
      warehouse.roles.set(arn, { attached: isUsable, buckets: [...inline.values()].flatMap(bucketsIn) });
    }
    warehouse.defaultRole = owners.map(({ settings }) => settings['defaultRole'] as string | undefined)[0];
  }

  #goes(map: Map<string, Slow>, thing: Slow): void {
    map.delete(thing.name);
    const { secret, groups = [] } = thing.settings as { secret?: string; groups?: string[] };
    if (secret !== undefined) this.secrets.delete(secret);
    for (const id of groups) {
      const group = this.securityGroups.get(id);
      if (group !== undefined) group.held = this.options.holdLag;
    }
  }
}

/** The buckets that a document of IAM lets somebody read objects of. */
function bucketsIn(document: string): string[] {
  const { Statement } = JSON.parse(document) as { Statement: { Action: string | string[]; Resource: string[] }[] };
  return Statement.filter(({ Action }) => [Action].flat().includes('s3:GetObject')).flatMap(({ Resource }) =>
    Resource.map((arn) => arn.replace('arn:aws:s3:::', '').split('/')[0] ?? ''),
  );
}
