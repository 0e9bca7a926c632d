import type { Cluster } from '../config/cluster.ts';
import { dwhYaml } from '../config/schema.ts';
import type { Fault } from '../core/fault.ts';
import type { Aws } from './aws.ts';
import { parameterGroup, subnetGroup } from './groups.ts';
import { asProvisioned, asServerless, wantedKinds } from './kinds.ts';
import type { Identity } from './names.ts';
import { namesOf } from './names.ts';
import { namespace } from './namespace.ts';
import type { Part } from './part.ts';
import { provisionedCluster } from './provisioned.ts';
import type { Resource } from './resource.ts';
import { shown } from './resource.ts';
import { role } from './role.ts';
import { securityGroup } from './security-group.ts';
import { stageBucket } from './stage-bucket.ts';
import { isOurs, tagsOf } from './tags.ts';
import { workgroup } from './workgroup.ts';

/** What may belong to a cluster, in the order in which it is made; it is removed in the opposite one. */
export interface Resources {
  /** What is to be there. */
  readonly wanted: readonly Resource[];
  /** That, and what may be there from when dwh.yaml said something else. */
  readonly all: readonly Resource[];
}

/** All that may belong to a cluster of this name in its region. */
export function resourcesOf(cluster: Cluster, aws: Aws, identity: Identity): Resources {
  const part: Part = { aws, cluster, names: namesOf(cluster, identity), identity, tags: tagsOf(cluster) };
  const group = securityGroup(part);
  const [ofServerless, ofNodes] = [
    { ...part, cluster: asServerless(cluster) },
    { ...part, cluster: asProvisioned(cluster) },
  ];
  const all = [
    role(part),
    stageBucket(part),
    group,
    subnetGroup(part, cluster.subnets ?? []),
    parameterGroup(part),
    provisionedCluster(ofNodes, group),
    namespace(ofServerless),
    workgroup(ofServerless, group),
  ];
  const kinds = wantedKinds(cluster);
  return { wanted: all.filter(({ kind }) => kinds.has(kind)), all };
}

/** What stands against making a cluster while there is one of the other kind. Throws an AwsRefusal. */
export async function ofOtherKind(cluster: Cluster, { wanted, all }: Resources): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const resource of all) {
    if (wanted.includes(resource) || !['cluster', 'namespace', 'workgroup'].includes(resource.kind)) continue;
    const found = await resource.find();
    if (found === undefined || !isOurs(found.tags, cluster)) continue;
    faults.push({
      code: 'cluster-fixed',
      message: `there is a ${shown(resource)} from when this cluster was of the other kind`,
      at: { path: dwhYaml, keys: ['cluster', 'kind'], point: 'value' },
      hint: 'sparkify-run cluster down removes it; then make the new one, and load it anew',
    });
  }
  return faults;
}
