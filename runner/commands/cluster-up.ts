import { isWorld } from '../cluster/ranges.ts';
import type { Plan } from '../cluster/plan.ts';
import { ofOtherKind } from '../cluster/resources.ts';
import { bringUp, lookUp } from '../cluster/up.ts';
import type { World } from '../cluster/world.ts';
import type { Cluster } from '../config/cluster.ts';
import { dwhYaml } from '../config/schema.ts';
import { throwFaults } from '../core/fault.ts';
import type { ClusterOptions } from './open-cluster.ts';
import { openCluster } from './open-cluster.ts';

export interface UpOptions extends ClusterOptions {
  /** Whether the whole world may be let in. */
  readonly iKnow: boolean;
}

/** What would be done, for somebody to agree to. */
export interface UpPlan extends Plan {
  readonly cluster: Cluster;
  /** Whether there is nothing to do. */
  readonly isDone: boolean;
  /** The targets of the project that lead to it. */
  readonly targets: readonly string[];
}

/**
 * Makes the cluster that a project describes, or what of it differs, once `agree` has said yes to the plan. Gives whether it
 * is there then. Throws a FaultError.
 */
export async function clusterUp(
  options: UpOptions,
  world: World,
  agree: (plan: UpPlan) => Promise<boolean>,
): Promise<boolean> {
  const { cluster, resources, targets } = await openCluster(options, world);
  if (!options.iKnow) refuseWorld(cluster);
  const plan = await lookUp(cluster, resources.wanted);
  throwFaults([...(await ofOtherKind(cluster, resources)), ...plan.faults]);
  const isDone = plan.steps.every(({ action }) => action === 'keep');
  if (!(await agree({ ...plan, cluster, isDone, targets }))) return isDone;
  await bringUp(cluster, plan, world);
  return true;
}

function refuseWorld({ allow_from: ranges = [] }: Cluster): void {
  throwFaults(
    ranges.flatMap((range, i) =>
      isWorld(range)
        ? [
            {
              code: 'cluster-open' as const,
              message: `${range} lets the whole world, or a good part of it, try to log in`,
              at: { path: dwhYaml, keys: ['cluster', 'allow_from', i], point: 'value' as const },
              hint: 'name the addresses you come from, such as 203.0.113.7/32; or say --i-know',
            },
          ]
        : [],
    ),
  );
}
