import type { Cluster } from '../config/cluster.ts';
import { throwFaults } from '../core/fault.ts';
import { AwsRefusal } from './aws.ts';
import type { Plan } from './plan.ts';
import { against, planUp } from './plan.ts';
import type { Found, Resource } from './resource.ts';
import { differing, shown } from './resource.ts';
import { broken, onceAllowed, untilGone, untilThere } from './settle.ts';
import type { World } from './world.ts';
import { throwIfStopped, told } from './world.ts';

/** Looks at all that belongs to a cluster, and decides what has to be done. Writes nothing. Throws an AwsRefusal. */
export async function lookUp(cluster: Cluster, resources: readonly Resource[]): Promise<Plan> {
  const looked = [];
  for (const resource of resources) looked.push({ resource, found: await resource.find() });
  return planUp(cluster, looked);
}

/**
 * Does what a plan says, one thing after another, each as it is found then: so it goes on where another one was
 * stopped, and does nothing that is done. Throws a FaultError.
 */
export async function bringUp(cluster: Cluster, plan: Plan, world: World): Promise<void> {
  throwFaults(plan.faults);
  for (const { resource, action } of plan.steps) if (action !== 'keep') await ensure(cluster, resource, world);
}

async function ensure(cluster: Cluster, resource: Resource, world: World): Promise<void> {
  throwIfStopped(world);
  let found = await present(resource, world);
  throwFaults(against(cluster, resource, found));
  if (found.condition === 'paused') {
    await told(world, 'wake', shown(resource), '', async () => {
      await onceAllowed(resource, world, async () => resource.wake?.(), 'not ready for it yet');
      found = await untilThere(resource, world, ({ condition }) => condition === 'ready');
    });
  }
  await bringTo(resource, found, world);
}

const mostSteps = 30;

/** Changes one setting after another until none is left to change; some take more than one step. */
async function bringTo(resource: Resource, was: Found, world: World): Promise<void> {
  let found = was;
  let steps = 0;
  for (let [setting] = differing(resource, found); setting !== undefined; [setting] = differing(resource, found)) {
    const [name, before] = [setting, found];
    const why = `${name}: ${before.settings[name] ?? 'not set'} -> ${resource.wanted[name] ?? ''}`;
    await told(world, 'change', shown(resource), why, async () => {
      await onceAllowed(resource, world, () => resource.change(name, before), 'not ready for it yet');
      found = await untilThere(resource, world, ({ settings }) => settings[name] !== before.settings[name]);
    });
    if (found.condition === 'broken') throw broken(resource, found);
    // AWS would be setting it back each time.
    if (++steps > mostSteps) throw new Error(`${shown(resource)} does not keep its ${name}`);
  }
}

/** What is there, at rest; it is made where there is none, or it was just going away. */
async function present(resource: Resource, world: World): Promise<Found> {
  const found = await resource.find();
  if (found !== undefined && found.condition !== 'going') {
    if (found.condition !== 'busy') return found;
    return told(world, 'wait', shown(resource), found.said, () => untilThere(resource, world));
  }
  if (found !== undefined) await told(world, 'wait', shown(resource), found.said, () => untilGone(resource, world));
  return told(world, 'create', shown(resource), '', async () => {
    await onceAllowed(resource, world, () => createdOnce(resource), 'what it needs is not known everywhere yet');
    return untilThere(resource, world);
  });
}

/** A call whose answer was lost is made again, and then AWS says that what it makes is there. Whose it is will be seen. */
async function createdOnce(resource: Resource): Promise<void> {
  try {
    await resource.create();
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error;
    if (/AlreadyExists|AlreadyOwnedByYou|Duplicate/.test(error.said)) return;
    // A conflict is either that, or something that is not finished yet.
    if (error.said === 'ConflictException' && (await resource.find()) !== undefined) return;
    throw error;
  }
}
