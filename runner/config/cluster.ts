import type * as z from 'zod/mini';
import type { Fault } from '../core/fault.ts';
import { FaultError, throwFaults } from '../core/fault.ts';
import { suggestion } from '../core/nearest.ts';
import { filledClusterSchema } from './cluster-schema.ts';
import type { Environment } from './interpolate.ts';
import { interpolate } from './interpolate.ts';
import type { ProjectConfig } from './schema.ts';
import { dwhYaml } from './schema.ts';
import { schemaFaults } from './schema-faults.ts';

/** A Redshift warehouse as dwh.yaml describes it, with its placeholders filled in. */
export type Cluster = z.infer<typeof filledClusterSchema>;
export type ServerlessCluster = Exclude<Cluster, { kind: 'provisioned' }>;
export type ProvisionedCluster = Extract<Cluster, { kind: 'provisioned' }>;

type Keys = readonly (string | number)[];
const inCluster = ['cluster'];

/**
 * The cluster that a project describes. Throws a FaultError when it describes none, a variable that it needs is not set
 * or a value does not fit.
 */
export function resolveCluster({ cluster }: ProjectConfig, env: Environment): Cluster {
  if (cluster === undefined)
    throw new FaultError({
      code: 'cluster-unknown',
      message: `${dwhYaml} describes no cluster`,
      hint: 'write one under cluster: — docs/cluster.md begins with an example',
    });
  const faults: Fault[] = [];
  const filled = fill(cluster, inCluster, env, faults);
  throwFaults(faults);
  const parsed = filledClusterSchema.safeParse(filled);
  if (parsed.success) return parsed.data;
  throw new FaultError(schemaFaults(filledClusterSchema, filled, parsed.error.issues, dwhYaml, inCluster));
}

/** What can be said against a cluster, and the targets that name it, before any variable is known. */
export function clusterFaults(config: Pick<ProjectConfig, 'cluster' | 'targets'>): Fault[] {
  const { cluster, targets } = config;
  const named = Object.entries(targets).flatMap(([target, settings]) => {
    const wanted = 'cluster' in settings ? settings.cluster : undefined;
    return wanted === undefined || wanted === cluster?.name ? [] : [unknownFault(target, wanted, cluster?.name)];
  });
  if (cluster === undefined) return named;
  const unset: Fault[] = [];
  const filled = fill(cluster, inCluster, {}, unset);
  const parsed = unset.length > 0 ? undefined : filledClusterSchema.safeParse(filled);
  if (parsed === undefined || parsed.success) return named;
  return [...schemaFaults(filledClusterSchema, filled, parsed.error.issues, dwhYaml, inCluster), ...named];
}

function unknownFault(target: string, wanted: string, known: string | undefined): Fault {
  return {
    code: 'cluster-unknown',
    message: `"${wanted}" is not the cluster of this project`,
    at: { path: dwhYaml, keys: ['targets', target, 'cluster'], point: 'value' },
    hint: known === undefined ? `describe it under cluster: in ${dwhYaml}` : suggestion(wanted, [known]),
  };
}

/** Texts at any depth with their placeholders filled in. */
function fill(value: unknown, keys: Keys, env: Environment, faults: Fault[]): unknown {
  if (typeof value === 'string') return interpolate(value, env, { path: dwhYaml, keys, point: 'value' }, faults);
  if (Array.isArray(value)) return value.map((item, i) => fill(item, [...keys, i], env, faults));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [key, fill(item, [...keys, key], env, faults)]),
  );
}
