import { resolve } from 'node:path';
import type { OwnRelations } from '../adapters/dialect.ts';
import type { Aws } from '../cluster/aws.ts';
import type { Resources } from '../cluster/resources.ts';
import type { World } from '../cluster/world.ts';
import type { Cluster } from '../config/cluster.ts';
import { resolveCluster } from '../config/cluster.ts';
import { readProjectConfig } from '../config/dwh-yaml.ts';
import type { Environment } from '../config/interpolate.ts';
import { openProject } from './open-project.ts';

/** What every command that works on a cluster is given. */
export interface ClusterOptions {
  readonly projectDir: string;
  readonly env: Environment;
}

/** The cluster of a project, and the way to AWS. */
export interface OpenCluster {
  readonly cluster: Cluster;
  readonly aws: Aws;
  readonly resources: Resources;
  /** The targets that lead there. */
  readonly targets: readonly string[];
}

/** Reads what a project describes, and finds out who asks AWS for it. Throws a FaultError. */
export async function openCluster({ projectDir, env }: ClusterOptions, world: World): Promise<OpenCluster> {
  const config = await readProjectConfig(resolve(projectDir));
  const cluster = resolveCluster(config, env);
  const { Aws } = await import('../cluster/aws.ts');
  const { whoAmI } = await import('../cluster/identity.ts');
  const { resourcesOf } = await import('../cluster/resources.ts');
  const aws = new Aws(cluster.region, world);
  const identity = await whoAmI(aws);
  const targets = Object.entries(config.targets).flatMap(([name, settings]) => ('cluster' in settings ? [name] : []));
  return { cluster, targets, aws, resources: resourcesOf(cluster, aws, identity) };
}

/** What the project makes in its cluster, by each of its targets that lead there. Throws a FaultError. */
export async function ownRelationsThere({ targets }: OpenCluster, options: ClusterOptions): Promise<OwnRelations[]> {
  const own: OwnRelations[] = [];
  for (const target of targets) own.push((await openProject({ ...options, target, vars: {} })).own);
  return own;
}
