import type { Cluster } from '../config/cluster.ts';
import type { Aws } from './aws.ts';
import { parameterGroup, subnetGroup } from './groups.ts';
import type { Identity } from './names.ts';
import { namesOf } from './names.ts';
import { namespace } from './namespace.ts';
import type { Part } from './part.ts';
import { provisionedCluster } from './provisioned.ts';
import type { Resource } from './resource.ts';
import { role } from './role.ts';
import { securityGroup } from './security-group.ts';
import { stageBucket } from './stage-bucket.ts';
import { tagsOf } from './tags.ts';
import { workgroup } from './workgroup.ts';

/** All that belongs to a cluster, in the order in which it is made; it is removed in the opposite one. */
export function resourcesOf(cluster: Cluster, aws: Aws, identity: Identity): readonly Resource[] {
  const part: Part = { aws, cluster, names: namesOf(cluster, identity), identity, tags: tagsOf(cluster) };
  const group = securityGroup(part);
  const around = [role(part), ...(cluster.stage === undefined ? [stageBucket(part)] : []), group];
  if (cluster.kind !== 'provisioned') {
    const own = { ...part, cluster };
    return [...around, namespace(own), workgroup(own, group)];
  }
  const { subnets } = cluster;
  const groups = [...(subnets === undefined ? [] : [subnetGroup(part, subnets)]), parameterGroup(part)];
  return [...around, ...groups, provisionedCluster({ ...part, cluster }, group)];
}
