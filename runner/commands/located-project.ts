import { resolveCluster } from '../config/cluster.ts';
import { isOfCluster } from '../config/target.ts';
import { defaultRetryDelayMs } from '../run/retry.ts';
import type { LocatedProject, Project } from './open-project.ts';

/**
 * A project that can connect: of a target that names the cluster of the project AWS is asked where that is, once. Throws
 * a FaultError when it is not there.
 */
export async function locatedProject(
  project: Project,
  { now, signal }: { readonly now: () => Date; readonly signal: AbortSignal | undefined },
): Promise<LocatedProject> {
  const { target, manifest, context } = project;
  if (!isOfCluster(target)) return { ...project, target };
  const cluster = resolveCluster(manifest.config, context.env);
  const { Aws } = await import('../cluster/aws.ts');
  const { located } = await import('../cluster/locate.ts');
  const aws = new Aws(cluster.region, {
    now,
    signal: signal ?? new AbortController().signal,
    pause: () => Promise.resolve(),
    report: () => undefined,
    retryDelayMs: defaultRetryDelayMs,
  });
  return { ...project, target: await located(target, cluster, aws) };
}
