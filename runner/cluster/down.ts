import type { Cluster } from '../config/cluster.ts';
import { AwsRefusal } from './aws.ts';
import type { Found, Removal, Resource } from './resource.ts';
import { shown } from './resource.ts';
import { onceAllowed, untilGone, untilSettled } from './settle.ts';
import { isOurs } from './tags.ts';
import type { World } from './world.ts';
import { throwIfStopped, told } from './world.ts';

/** What `cluster down` would do. */
export interface DownPlan {
  /** What is there and ours, in the order in which it is removed. */
  readonly removed: readonly { readonly resource: Resource; readonly found: Found }[];
  /** What has such a name and is not ours: it is left alone. */
  readonly left: readonly string[];
  /** What others have hung on what is ours. */
  readonly foreign: readonly string[];
}

/** What is there no more, and what still is. */
export interface Removed {
  readonly gone: readonly string[];
  readonly left: readonly string[];
}

/** Looks for all that `cluster down` would remove. Writes nothing. Throws an AwsRefusal. */
export async function lookDown(cluster: Cluster, resources: readonly Resource[]): Promise<DownPlan> {
  const removed = [];
  const left: string[] = [];
  const foreign: string[] = [];
  for (const resource of resources.toReversed()) {
    const found = await resource.find();
    if (found === undefined) continue;
    if (!isOurs(found.tags, cluster)) {
      left.push(shown(resource));
      continue;
    }
    removed.push({ resource, found });
    foreign.push(...((await resource.foreign?.()) ?? []));
  }
  return { removed, left, foreign };
}

/**
 * Removes what a plan names, one thing after another, and looks then whether it is gone. `resources` is all that may belong
 * to the cluster, in the order in which it is made. Throws a FaultError.
 */
export async function bringDown(
  cluster: Cluster,
  resources: readonly Resource[],
  { removed, left }: DownPlan,
  how: Removal,
  world: World,
): Promise<Removed> {
  for (const { resource, found } of removed) if (found.condition !== 'going') await resource.mark?.();
  for (const { resource } of removed) {
    // What AWS did not tell of at first may stand in the way, and is made after what it hangs on.
    const inTheWay = resources.slice(resources.indexOf(resource) + 1).toReversed();
    await removeOne(resource, inTheWay, { cluster, how, world });
  }
  for (const { resource } of removed) await untilGone(resource, world);
  return { gone: removed.map(({ resource }) => shown(resource)), left };
}

interface Removing {
  readonly cluster: Cluster;
  readonly how: Removal;
  readonly world: World;
}

async function removeOne(resource: Resource, inTheWay: readonly Resource[], removing: Removing): Promise<void> {
  const { cluster, how, world } = removing;
  throwIfStopped(world);
  await told(world, 'remove', shown(resource), '', async () => {
    // What is being made or changed cannot be removed; what goes away already is gone then.
    const found = await untilSettled(resource, world);
    if (found === undefined || !isOurs(found.tags, cluster)) return;
    const remove = async (): Promise<void> => {
      try {
        await removedOnce(resource, how);
      } catch (error) {
        for (const late of inTheWay) if (await isThere(late, cluster)) await removeOne(late, [], removing);
        // Whether AWS removes what sleeps is not documented.
        if ((await resource.find())?.condition === 'paused') await resource.wake?.();
        throw error;
      }
    };
    await onceAllowed(resource, world, remove, 'still held by something that goes away', resource.patienceSeconds);
    await untilGone(resource, world);
  });
}

async function isThere(resource: Resource, cluster: Cluster): Promise<boolean> {
  const found = await resource.find();
  return found !== undefined && found.condition !== 'going' && isOurs(found.tags, cluster);
}

/** A call whose answer was lost is made again, and then finds nothing. */
async function removedOnce(resource: Resource, how: Removal): Promise<void> {
  try {
    await resource.remove(how);
  } catch (error) {
    if (!(error instanceof AwsRefusal) || (await resource.find()) !== undefined) throw error;
  }
}
