import type { OwnRelations } from '../adapters/dialect.ts';
import { tablesQuery } from '../adapters/dialects/redshift-readers.ts';
import type { Cell } from '../adapters/driver.ts';
import { DatabaseError } from '../adapters/driver.ts';
import type { DownPlan } from '../cluster/down.ts';
import { asProvisioned, asServerless } from '../cluster/kinds.ts';
import type { Kind } from '../cluster/resource.ts';
import { untilSettled } from '../cluster/settle.ts';
import { removalTag } from '../cluster/tags.ts';
import type { World } from '../cluster/world.ts';
import { FaultError } from '../core/fault.ts';
import { askCluster } from './ask-cluster.ts';
import type { ClusterOptions, OpenCluster } from './open-cluster.ts';
import { ownRelationsThere } from './open-cluster.ts';

/**
 * The tables and views in the warehouse of a cluster that its project did not make, as texts. What cannot be asked counts as
 * one, unless it is known from before, or kept in a snapshot.
 */
export async function foreignTables(
  opened: OpenCluster,
  plan: DownPlan,
  options: ClusterOptions & { readonly snapshot: boolean },
  world: World,
): Promise<string[]> {
  const of = (kind: Kind): DownPlan['removed'][number] | undefined =>
    plan.removed.find(({ resource }) => resource.kind === kind);
  const data = of('namespace') ?? of('cluster');
  if (data === undefined || data.found.condition === 'going' || removalTag in data.found.tags) return [];
  const answering = of('workgroup') ?? of('cluster');
  const found = answering === undefined ? undefined : await untilSettled(answering.resource, world);
  const { name } = opened.cluster;
  if (found === undefined)
    return options.snapshot ? [] : [`whatever is in namespace ${name}: it has no workgroup that could be asked`];
  if (found.condition !== 'ready') return [`whatever is in ${name}: it is ${found.said}, and cannot be asked`];
  const own = await ownRelationsThere(opened, options);
  try {
    const cluster = of('namespace') === undefined ? asProvisioned(opened.cluster) : asServerless(opened.cluster);
    const tables = await askCluster({ ...opened, cluster }, options, world, (ask) => ask(tablesQuery));
    return tables.filter((table) => !isOwn(table, own)).map((table) => `table ${table.join('.')}`);
  } catch (error) {
    if (!(error instanceof FaultError || error instanceof DatabaseError)) throw error;
    return [`whatever is in ${name}: it cannot be asked, since ${error.message}`];
  }
}

function isOwn([, schema, name]: readonly Cell[], own: readonly OwnRelations[]): boolean {
  const [inSchema, called] = [String(schema), String(name)];
  return own.some(
    ({ schemas, names, metaSchema, ofRun }) =>
      inSchema === metaSchema ||
      (schemas.includes(inSchema) && (names.includes(called) || new RegExp(ofRun).test(called))),
  );
}
