import { dwhYaml } from '../config/schema.ts';
import type { Cluster } from '../config/cluster.ts';
import type { Fault } from '../core/fault.ts';
import type { Found, Resource } from './resource.ts';
import { differing, shown } from './resource.ts';
import { broken, foreign } from './settle.ts';
import { isOurs } from './tags.ts';

/** What is to be done about one thing. */
export interface Step {
  readonly resource: Resource;
  /** `wait` for what another command has begun. */
  readonly action: 'create' | 'change' | 'wake' | 'wait' | 'keep';
  /** What is to become of it: each setting as it is, and as it is wanted; of what is made, the latter only. */
  readonly settings: readonly { readonly setting: string; readonly from?: string; readonly to: string }[];
}

/** What `cluster up` would do, and what stands against it. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
}

/** Decides what has to be done so that all that was found becomes what is wanted. */
export function planUp(
  cluster: Cluster,
  looked: readonly { readonly resource: Resource; readonly found: Found | undefined }[],
): Plan {
  const steps = looked.map(({ resource, found }) => step(resource, found));
  const faults = looked.flatMap(({ resource, found }) =>
    found === undefined ? [] : against(cluster, resource, found),
  );
  return { steps, faults };
}

function step(resource: Resource, found: Found | undefined): Step {
  const { wanted } = resource;
  if (found === undefined || found.condition === 'going') {
    const settings = Object.entries(wanted).map(([setting, to]) => ({ setting, to }));
    return { resource, action: 'create', settings };
  }
  const settings = differing(resource, found).map((setting) => ({
    setting,
    from: found.settings[setting] ?? 'not set',
    to: wanted[setting] ?? '',
  }));
  if (found.condition === 'paused') return { resource, action: 'wake', settings };
  if (settings.length > 0) return { resource, action: 'change', settings };
  return { resource, action: found.condition === 'busy' ? 'wait' : 'keep', settings };
}

/** What makes it impossible to go on from what was found. */
export function against(cluster: Cluster, resource: Resource, found: Found): readonly Fault[] {
  if (found.condition === 'going') return [];
  if (!isOurs(found.tags, cluster)) return foreign(resource).faults;
  if (found.condition === 'broken') return broken(resource, found).faults;
  return differing(resource, found)
    .filter((setting) => resource.fixed.includes(setting))
    .map((setting) => ({
      code: 'cluster-fixed',
      message: `the ${setting} of ${shown(resource)} is ${found.settings[setting]}, and ${resource.wanted[setting]} is wanted: it cannot be changed`,
      at: { path: dwhYaml, keys: ['cluster'], point: 'key' },
      hint: 'take it down and up again, or give the new one another name',
    }));
}
