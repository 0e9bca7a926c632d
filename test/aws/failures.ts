import type { AccountOptions } from './account.ts';
import type { Call, Mishap } from './aws.ts';
import { badGateway, isWrite } from './aws.ts';
import type { ClusterKind, Ground } from './cluster-stand.ts';
import { ClusterStand, clusterYaml, shopTargets } from './cluster-stand.ts';
import { ServiceFault } from './service-fault.ts';

/** What goes wrong with one call, and whether it does so for good. */
export const mishaps = {
  'is denied': () => new ServiceFault('AccessDenied', 403, 'User is not authorized'),
  'fails in the service once': () => new ServiceFault('InternalFailure', 500, 'an internal error'),
  // S3 has words of its own for it.
  'is throttled once': ({ service }) =>
    service === 's3'
      ? new ServiceFault('SlowDown', 503, 'Slow Down')
      : new ServiceFault('Throttling', 400, 'Rate exceeded'),
  'is carried out, and its answer lost': () => 'lost after',
  'is carried out, and its answer garbled': () => badGateway,
  'is the last that is heard of us': () => 'lost after',
  'is never heard, and nothing after it': () => 'lost before',
} as const satisfies Record<string, (call: Call) => Mishap>;
export type MishapKind = keyof typeof mishaps;

/** Whether all calls after it are lost as well: as if the process was killed, or the network gone. */
const isEnd = (kind: MishapKind): boolean => /last|never/.test(kind);
/** Whether the command has to get over it by itself. */
const isPassing = (kind: MishapKind): boolean => /once|answer (?:lost|garbled)/.test(kind);

/** A command in which one call goes wrong, and the command that has to go well after it. */
export interface Scenario {
  readonly cluster: ClusterKind;
  readonly during: 'up' | 'down';
  readonly call: number;
  readonly mishap: MishapKind;
  /** The command after it. */
  readonly next: 'up' | 'down';
}

const subnets = '[subnet-0a, subnet-0b, subnet-0c]';
/** A cluster with everything that one may have. */
export const wholeCluster = (kind: ClusterKind): string =>
  shopTargets +
  clusterYaml(kind, [
    'allow_from: [203.0.113.0/24, 198.51.100.7/32]',
    `subnets: ${subnets}`,
    ...(kind === 'serverless' ? ['max_rpu: 16', 'rpu_hours_a_day: 20'] : []),
  ]);

type AtEnd = (work: () => void | Promise<void>) => void;
/** Has AWS's own settings be these. */
type Use = (settings: Readonly<Record<string, string>>) => void;

/** Every call of both commands, each going wrong in every way, each followed by either command. */
export async function allScenarios(ground: Ground, use: Use): Promise<Scenario[]> {
  const all: Scenario[] = [];
  for (const cluster of ['serverless', 'provisioned'] as const)
    for (const during of ['up', 'down'] as const) {
      const calls = await callsOf(cluster, during, ground, use);
      for (let call = 0; call < calls; call++)
        for (const mishap of Object.keys(mishaps) as MishapKind[])
          for (const next of ['up', 'down'] as const) all.push({ cluster, during, call, mishap, next });
    }
  return all;
}

export function told({ cluster, during, call, mishap, next }: Scenario): string {
  return `${cluster}: call ${call} of ${during} ${mishap}, then ${next}`;
}

/** Plays a scenario in an account of its own. Throws when something is not as it must be. */
export async function play(scenario: Scenario, ground: Ground, use: Use): Promise<void> {
  await inAccount(scenario.cluster, ground, use, {}, async (stand) => {
    const { during, mishap, next } = scenario;
    if (during === 'down') await stand.up();
    const error = await interrupted(stand, scenario);
    if (isPassing(mishap) && error !== undefined) throw error;
    await stand[next]();
    if (next === 'up') await nothingToDo(stand);
    await stand.down();
    check(stand.tagged.length === 0, `left: ${stand.tagged.join(', ')}`);
  });
}

/** The command in which a call goes wrong, and what it ended with. */
async function interrupted(stand: ClusterStand, { during, call, mishap }: Scenario): Promise<unknown> {
  const { aws } = stand;
  const first = aws.calls.length + call;
  aws.mishap = (asked, index) => {
    if (index === first) return mishaps[mishap](asked);
    return isEnd(mishap) && index > first ? 'lost before' : 'none';
  };
  try {
    await stand[during]();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    aws.mishap = () => 'none';
  }
}

/** A second `up` writes nothing. */
async function nothingToDo(stand: ClusterStand): Promise<void> {
  const before = stand.aws.calls.length;
  await stand.up();
  const writes = stand.aws.calls.slice(before).filter(isWrite);
  check(writes.length === 0, `a second up calls ${writes.map(({ operation }) => operation).join(', ')}`);
}

async function callsOf(cluster: ClusterKind, during: 'up' | 'down', ground: Ground, use: Use): Promise<number> {
  let calls = 0;
  await inAccount(cluster, ground, use, {}, async (stand) => {
    if (during === 'down') await stand.up();
    const before = stand.aws.calls.length;
    await stand[during]();
    calls = stand.aws.calls.length - before;
    await stand.down();
  });
  return calls;
}

async function inAccount(
  cluster: ClusterKind,
  ground: Ground,
  use: Use,
  options: AccountOptions,
  work: (stand: ClusterStand) => Promise<void>,
): Promise<void> {
  const ends: (() => void | Promise<void>)[] = [];
  const atEnd: AtEnd = (end) => void ends.push(end);
  const stand = await ClusterStand.open(ground, wholeCluster(cluster), atEnd, options);
  use(stand.settings);
  try {
    await work(stand);
  } finally {
    for (const end of ends) await end();
  }
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}
