import type { Cluster } from '../config/cluster.ts';
import type { Aws } from './aws.ts';
import type { Identity, Names } from './names.ts';
import type { Tags } from './tags.ts';

/** What each thing that belongs to a cluster is made of. */
export interface Part<C extends Cluster = Cluster> {
  readonly aws: Aws;
  readonly cluster: C;
  readonly names: Names;
  readonly identity: Identity;
  readonly tags: Tags;
}
