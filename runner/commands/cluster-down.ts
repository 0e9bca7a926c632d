import type { DownPlan, Removed } from '../cluster/down.ts';
import { bringDown, lookDown } from '../cluster/down.ts';
import type { World } from '../cluster/world.ts';
import type { Cluster } from '../config/cluster.ts';
import { dwhYaml } from '../config/schema.ts';
import { FaultError } from '../core/fault.ts';
import { foreignTables } from './foreign-tables.ts';
import type { ClusterOptions } from './open-cluster.ts';
import { openCluster } from './open-cluster.ts';

export interface DownOptions extends ClusterOptions {
  /** Whether a snapshot is made of what the warehouse holds. */
  readonly snapshot: boolean;
  /** Whether what others have made may go with it. */
  readonly dropForeign: boolean;
}

/** What would be removed, for somebody to agree to. */
export interface RemovalPlan extends DownPlan {
  readonly cluster: Cluster;
  /** The snapshot that is made before. */
  readonly snapshot: string | undefined;
}

/**
 * Removes all that belongs to the cluster of a project, once `agree` has said yes to the plan. Gives what is gone then;
 * undefined if nothing was done. Throws a FaultError, above all when something of others would be lost.
 */
export async function clusterDown(
  options: DownOptions,
  world: World,
  agree: (plan: RemovalPlan) => Promise<boolean>,
): Promise<(Removed & Pick<RemovalPlan, 'snapshot'>) | undefined> {
  const opened = await openCluster(options, world);
  const { cluster, resources } = opened;
  const plan = await lookDown(cluster, resources.all);
  if (!options.dropForeign) refuseLoss([...plan.foreign, ...(await foreignTables(opened, plan, options, world))]);
  const holdsData = plan.removed.some(
    ({ resource: { kind }, found }) => (kind === 'namespace' || kind === 'cluster') && found.condition !== 'going',
  );
  const snapshot = options.snapshot && holdsData ? snapshotName(cluster, world.now()) : undefined;
  if (!(await agree({ ...plan, cluster, snapshot }))) return undefined;
  return { ...(await bringDown(cluster, resources.all, plan, { snapshot }, world)), snapshot };
}

/** `shop-final-20261124-103000` */
function snapshotName({ name }: Cluster, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${name}-final-${time}`;
}

/** How many of them are named. */
const shown = 10;

function refuseLoss(foreign: readonly string[]): void {
  if (foreign.length === 0) return;
  const more = foreign.length > shown ? [`and ${foreign.length - shown} more`] : [];
  throw new FaultError({
    code: 'cluster-in-use',
    message: ['others have made what would be lost:', ...foreign.slice(0, shown), ...more].join('\n  '),
    at: { path: dwhYaml, keys: ['cluster'], point: 'key' },
    hint: 'ask them; then --drop-foreign removes it all the same',
  });
}
