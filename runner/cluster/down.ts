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
    foreign.push(...(await resource.foreign()));
  }
  return { removed, left, foreign };
}

/** Removes what a plan names, one thing after another, and looks then whether it is gone. Throws a FaultError. */
export async function bringDown(
  cluster: Cluster,
  { removed, left }: DownPlan,
  how: Removal,
  world: World,
): Promise<Removed> {
  for (const { resource, found } of removed) if (found.condition !== 'going') await resource.mark?.();
  for (const { resource } of removed) await removeOne(cluster, resource, how, world);
  for (const { resource } of removed) await untilGone(resource, world);
  return { gone: removed.map(({ resource }) => shown(resource)), left };
}

async function removeOne(cluster: Cluster, resource: Resource, how: Removal, world: World): Promise<void> {
  throwIfStopped(world);
  await told(world, 'remove', shown(resource), '', async () => {
    // What is being made or changed cannot be removed; what goes away already is gone then.
    const found = await untilSettled(resource, world);
    if (found === undefined || !isOurs(found.tags, cluster)) return;
    await onceAllowed(resource, world, () => removedOnce(resource, how), 'still held by something that goes away');
    await untilGone(resource, world);
  });
}

/** A call whose answer was lost is made again, and then finds nothing. */
async function removedOnce(resource: Resource, how: Removal): Promise<void> {
  try {
    await resource.remove(how);
  } catch (error) {
    if (!(error instanceof AwsRefusal) || (await resource.find()) !== undefined) throw error;
  }
}
