import type { Tags } from './tags.ts';

/**
 * What is the matter with something in AWS: it may be used; it is on its way and settles by itself; it goes away; it
 * sleeps, and costs less; or it will never be of use.
 */
export type Condition = 'ready' | 'busy' | 'going' | 'paused' | 'broken';

/** What can be set of something, as a plan tells it: `{ tls: 'required' }`. */
export type Settings = Readonly<Record<string, string>>;

/** Something in AWS as it was found. */
export interface Found {
  readonly condition: Condition;
  /** AWS's own word for its condition. */
  readonly said: string;
  readonly tags: Tags;
  readonly settings: Settings;
}

export type Kind =
  'role' | 'bucket' | 'security group' | 'subnet group' | 'parameter group' | 'namespace' | 'workgroup' | 'cluster';

/** One thing in AWS that belongs to a cluster: how it is to be, and how it is made, changed and removed. */
export interface Resource {
  readonly kind: Kind;
  readonly name: string;
  /** What it is to be like; of what is found, other settings do not count. */
  readonly wanted: Settings;
  /** Which setting AWS takes only before the others, as it was found; undefined where their order is free. */
  first?(found: Found): string | undefined;
  /** Settings that are what they were made with. */
  readonly fixed: readonly string[];
  /** How long anything that is done to it may take, in seconds. */
  readonly patienceSeconds: number;
  /** Looks for it. Throws an AwsRefusal. */
  find(): Promise<Found | undefined>;
  /** Makes it. Throws an AwsRefusal. */
  create(): Promise<void>;
  /** Brings one setting to what is wanted. Throws an AwsRefusal. */
  change(setting: string, found: Found): Promise<void>;
  /** Wakes it, where it can sleep. */
  wake?(): Promise<void>;
  /** Puts it to sleep, where it can. */
  sleep?(): Promise<void>;
  /** What others have hung on it, and would lose with it. */
  foreign?(): Promise<readonly string[]>;
  /** Writes down on it that it is being removed, where that has to be known when what held it is gone already. */
  mark?(): Promise<void>;
  remove(how: Removal): Promise<void>;
  /** Whether AWS refused something only because it does not know everywhere yet what it has done before. */
  isEarly(said: string, message: string): boolean;
}

/** How something that holds data is removed. */
export interface Removal {
  /** The name of the snapshot that is made of it before; undefined for none. */
  readonly snapshot: string | undefined;
}

/** `role sparkify-run-shop` */
export function shown({ kind, name }: Pick<Resource, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

/** The settings that are not what is wanted, in the order in which they are changed. */
export function differing(resource: Resource, found: Found): string[] {
  const { wanted } = resource;
  const all = Object.keys(wanted).filter((setting) => found.settings[setting] !== wanted[setting]);
  const first = resource.first?.(found);
  return [...all.filter((setting) => setting === first), ...all.filter((setting) => setting !== first)];
}
