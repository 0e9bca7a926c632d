import type { Found, Resource } from '../cluster/resource.ts';
import { shown } from '../cluster/resource.ts';
import { onceAllowed, untilThere } from '../cluster/settle.ts';
import { isOurs } from '../cluster/tags.ts';
import type { World } from '../cluster/world.ts';
import { told } from '../cluster/world.ts';
import { dwhYaml } from '../config/schema.ts';
import { FaultError } from '../core/fault.ts';
import type { ClusterOptions, OpenCluster } from './open-cluster.ts';
import { openCluster } from './open-cluster.ts';

/** What pausing or resuming has come to; a serverless warehouse does both by itself. */
export type Paused = 'done' | 'was so already' | 'by itself';

/** Puts a provisioned cluster to sleep: then only its storage is paid for. Throws a FaultError. */
export function pauseCluster(options: ClusterOptions, world: World): Promise<Paused> {
  return bring('paused', options, world);
}

/** Wakes a provisioned cluster. Throws a FaultError. */
export function resumeCluster(options: ClusterOptions, world: World): Promise<Paused> {
  return bring('ready', options, world);
}

async function bring(wanted: 'paused' | 'ready', options: ClusterOptions, world: World): Promise<Paused> {
  const opened = await openCluster(options, world);
  if (opened.cluster.kind !== 'provisioned') return 'by itself';
  const { resource, found } = await clusterOf(opened, world);
  if (found.condition === wanted) return 'was so already';
  const [action, act] = wanted === 'paused' ? (['pause', resource.sleep] as const) : (['wake', resource.wake] as const);
  await told(world, action, shown(resource), '', async () => {
    await onceAllowed(resource, world, async () => act?.(), 'not ready for it yet');
    await untilThere(resource, world, ({ condition }) => condition === wanted);
  });
  return 'done';
}

/** The cluster itself, at rest and ours. */
async function clusterOf(
  { cluster, resources }: OpenCluster,
  world: World,
): Promise<{ resource: Resource; found: Found }> {
  const resource = resources.wanted.find(({ kind }) => kind === 'cluster');
  const found = resource === undefined ? undefined : await resource.find();
  if (resource === undefined || found === undefined || !isOurs(found.tags, cluster))
    throw new FaultError({
      code: 'cluster-missing',
      message: `there is no cluster "${cluster.name}" that was made for this project`,
      at: { path: dwhYaml, keys: ['cluster'], point: 'key' },
      hint: 'make it: sparkify-run cluster up',
    });
  return { resource, found: found.condition === 'busy' ? await untilThere(resource, world) : found };
}
