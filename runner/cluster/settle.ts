import { dwhYaml } from '../config/schema.ts';
import { FaultError } from '../core/fault.ts';
import { AwsRefusal } from './aws.ts';
import type { Condition, Found, Resource } from './resource.ts';
import { shown } from './resource.ts';
import type { World } from './world.ts';
import { throwIfStopped } from './world.ts';

/** How often AWS is asked: soon at first, since most things take moments, then every so often. */
const soonMs = 2000;
const oftenMs = 15_000;

const inCluster = { path: dwhYaml, keys: ['cluster'], point: 'key' } as const;

/**
 * Waits until something is there and has come to rest, and until what was done to it shows: AWS may tell for a while what
 * was before. Throws a FaultError when that takes longer than it may.
 */
export async function untilThere(
  resource: Resource,
  world: World,
  shows: (found: Found) => boolean = () => true,
): Promise<Found> {
  const isDone = (at: Found | undefined): at is Found =>
    at !== undefined && hasSettled(at.condition) && (at.condition === 'broken' || shows(at));
  const found = await until(resource, world, isDone);
  if (found === undefined) throw new Error(`${shown(resource)} is there and is not`);
  return found;
}

/** Waits until something that may be on its way has come to rest, or is gone. */
export function untilSettled(resource: Resource, world: World): Promise<Found | undefined> {
  return until(resource, world, (at) => at === undefined || hasSettled(at.condition));
}

/** Waits until something is gone. What is broken may go all the same. */
export async function untilGone(resource: Resource, world: World): Promise<void> {
  await until(resource, world, (at) => at === undefined);
}

/** How long something new may stay unknown to those who need it. */
const earlySeconds = 300;

/**
 * Does something that AWS may refuse at first, since it does not know everywhere yet what it did before, or since something
 * is still at work there.
 */
export async function onceAllowed(
  resource: Resource,
  world: World,
  act: () => Promise<void>,
  waitsFor: string,
  seconds = earlySeconds,
): Promise<void> {
  const wait = new Wait(resource, world, seconds);
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof AwsRefusal) || !resource.isEarly(error.said, error.message)) throw error;
      if (wait.isOver) throw error;
      await wait.more(waitsFor);
    }
  }
}

function hasSettled(condition: Condition): boolean {
  return condition === 'ready' || condition === 'paused' || condition === 'broken';
}

async function until(
  resource: Resource,
  world: World,
  isDone: (found: Found | undefined) => boolean,
): Promise<Found | undefined> {
  const wait = new Wait(resource, world);
  for (;;) {
    const found = await resource.find();
    if (isDone(found)) return found;
    const said = found?.said ?? 'not there yet';
    if (wait.isOver) throw late(resource, said, wait.seconds);
    await wait.more(said);
  }
}

/** One waiting: how long it has lasted, and when it has lasted too long. */
class Wait {
  readonly #resource: Resource;
  readonly #world: World;
  readonly #limit: number;
  readonly #since: number;
  #times = 0;

  constructor(resource: Resource, world: World, limit = resource.patienceSeconds) {
    this.#resource = resource;
    this.#world = world;
    this.#limit = limit;
    this.#since = world.now().getTime();
  }

  get seconds(): number {
    return Math.round((this.#world.now().getTime() - this.#since) / 1000);
  }

  get isOver(): boolean {
    return this.seconds >= this.#limit;
  }

  async more(said: string): Promise<void> {
    this.#world.report({ type: 'waiting', what: shown(this.#resource), said, seconds: this.seconds });
    await this.#world.pause(this.#times++ < 5 ? soonMs : oftenMs);
    throwIfStopped(this.#world);
  }
}

function late(resource: Resource, said: string, seconds: number): FaultError {
  return new FaultError({
    code: 'cluster-late',
    message: `${shown(resource)} has been "${said}" for ${seconds} seconds, longer than it may take`,
    at: inCluster,
    hint: 'it may come to its end yet: the same command goes on from here; cluster status tells how it is',
  });
}

/** What cannot be used, and does not mend itself. */
export function broken(resource: Resource, { said }: Found): FaultError {
  return new FaultError({
    code: 'cluster-broken',
    message: `AWS says "${said}" of ${shown(resource)}, which does not pass by itself`,
    at: inCluster,
    hint: 'look at it in the AWS console; cluster down removes it, and cluster up makes it anew',
  });
}

/** What stands where ours should, and is not ours. */
export function foreign(resource: Resource): FaultError {
  return new FaultError({
    code: 'cluster-foreign',
    message: `there is a ${shown(resource)} already, and it does not bear the tag of this cluster`,
    at: { path: dwhYaml, keys: ['cluster', 'name'], point: 'value' },
    hint: 'it is left as it is: give the cluster another name',
  });
}
