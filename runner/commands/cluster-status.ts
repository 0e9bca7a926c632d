import { redshift } from '../adapters/dialects/redshift.ts';
import { tablesQuery, usageTodayQuery } from '../adapters/dialects/redshift-readers.ts';
import type { Cell } from '../adapters/driver.ts';
import { DatabaseError } from '../adapters/driver.ts';
import { located } from '../cluster/locate.ts';
import { clusterDollarsToday, rpuDollars } from '../cluster/price.ts';
import { readCluster } from '../cluster/provisioned.ts';
import type { Found, Resource } from '../cluster/resource.ts';
import { isOurs } from '../cluster/tags.ts';
import type { World } from '../cluster/world.ts';
import type { Cluster } from '../config/cluster.ts';
import { FaultError } from '../core/fault.ts';
import { StateStatements } from '../materialize/state-statements.ts';
import { askCluster } from './ask-cluster.ts';
import type { ClusterOptions, OpenCluster } from './open-cluster.ts';
import { openCluster, ownRelationsThere } from './open-cluster.ts';

export interface StatusOptions extends ClusterOptions {
  /** Whether the warehouse itself is asked, which wakes a serverless one. */
  readonly query: boolean;
}

/** How a cluster is. */
export interface ClusterStatus {
  readonly cluster: Cluster;
  /** All that belongs to it, and what was found of it; undefined for what is not there. */
  readonly things: readonly {
    readonly resource: Resource;
    readonly found: Found | undefined;
    readonly isOurs: boolean;
  }[];
  /** `host:port/database`, once it has an address. */
  readonly address: string | undefined;
  /** What it has cost since midnight UTC, in dollars; undefined where that is not known. */
  readonly dollarsToday: number | undefined;
  /** The latest runs: command, status, begin and end. */
  readonly runs: readonly (readonly Cell[])[];
  /** What could not be found out, and why. */
  readonly notes: readonly string[];
}

const lastRuns = 5;

/** Looks at a cluster. Writes nothing. Throws a FaultError. */
export async function clusterStatus(options: StatusOptions, world: World): Promise<ClusterStatus> {
  const opened = await openCluster(options, world);
  const { cluster, resources } = opened;
  const things = [];
  for (const resource of resources.wanted) {
    const found = await resource.find();
    things.push({ resource, found, isOurs: found !== undefined && isOurs(found.tags, cluster) });
  }
  const main = things.at(-1);
  const isReady = main?.isOurs === true && main.found?.condition === 'ready';
  const none = { address: undefined, dollarsToday: undefined, runs: [], notes: [] };
  if (!isReady) return { cluster, things, ...none };
  const address = await addressOf(opened);
  const fixed = await costOfNodes(opened, world);
  if (!options.query) return { cluster, things, ...none, address, dollarsToday: fixed };
  try {
    const asked = await askWarehouse(opened, options, world);
    return { cluster, things, address, notes: [], runs: asked.runs, dollarsToday: fixed ?? asked.dollars };
  } catch (error) {
    if (!(error instanceof FaultError || error instanceof DatabaseError)) throw error;
    return { cluster, things, address, dollarsToday: fixed, runs: [], notes: [`it cannot be asked: ${error.message}`] };
  }
}

async function addressOf({ cluster, aws }: OpenCluster): Promise<string | undefined> {
  const target = await located({ type: 'redshift', name: 'cluster', cluster: cluster.name }, cluster, aws);
  return target.type === 'redshift' ? `${target.host}:${target.port}/${target.database}` : undefined;
}

async function costOfNodes({ cluster, aws }: OpenCluster, { now }: World): Promise<number | undefined> {
  if (cluster.kind !== 'provisioned') return undefined;
  const found = await readCluster(aws, cluster.name);
  return clusterDollarsToday(cluster, found?.ClusterCreateTime, now());
}

async function askWarehouse(
  opened: OpenCluster,
  options: ClusterOptions,
  world: World,
): Promise<{ readonly runs: ClusterStatus['runs']; readonly dollars: number | undefined }> {
  const schemas = (await ownRelationsThere(opened, options)).map(({ metaSchema }) => metaSchema);
  return askCluster(opened, options, world, async (ask) => {
    const tables = await ask(tablesQuery);
    const known = [...new Set(schemas)].filter((schema) =>
      tables.some(([, inSchema, name]) => inSchema === schema && name === 'runs'),
    );
    const runs = [];
    for (const schema of known)
      runs.push(...(await ask(new StateStatements(redshift, schema).selectLastRuns(lastRuns).text)));
    if (opened.cluster.kind === 'provisioned') return { runs, dollars: undefined };
    const [[seconds = 0] = []] = await ask(usageTodayQuery);
    return { runs, dollars: rpuDollars(Number(seconds)) };
  });
}
