import { program } from '../core/version.ts';
import type { Cluster } from '../config/cluster.ts';

export type Tags = Readonly<Record<string, string>>;

/** The tag that says whose something is: its value is the name of the cluster. Without it nothing is changed or removed. */
export const ownTag = program;

/** On what keeps its data while it is being removed: there is nobody left who could be asked what is in it. */
export const removalTag = `${program}:removal`;

/** What everything that is made for a cluster is tagged with. */
export function tagsOf({ name, tags = {} }: Cluster): Tags {
  return { ...tags, [ownTag]: name };
}

/** Whether something was made for this cluster: only then may it be changed or removed. */
export function isOurs(tags: Tags, { name }: Pick<Cluster, 'name'>): boolean {
  return tags[ownTag] === name;
}

/** Tags in the form that most services take them in. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags as services give them. */
export function tagsFrom(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Tags {
  return Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Those of `tags` that are wanted, as one setting: others may stand beside them. */
export function tagSetting(wanted: Tags, tags: Tags = wanted): string {
  return Object.keys(wanted)
    .sort()
    .map((key) => (tags[key] === undefined ? `no ${key}` : `${key}=${tags[key]}`))
    .join(', ');
}
