import type { Fault } from '../core/fault.ts';
import type { KeyPath } from '../core/location.ts';
import { suggestion } from '../core/nearest.ts';
import type { Properties } from './manifest.ts';
import type { ParsedFiles } from './parse-files.ts';
import type { NodeProperties } from './properties.ts';

/** What a properties file says of one node, and where it says it. */
export interface Entry {
  readonly node: NodeProperties;
  readonly place: KeyPath;
}

/** The lists that a properties file may have, and what each describes. */
const kinds = { models: 'model', seeds: 'seed', analyses: 'analysis' } as const;
export type EntryKind = keyof typeof kinds;

/** Everything that properties files say, by the name of the node. */
export type Entries = Readonly<Record<EntryKind, ReadonlyMap<string, Entry>>>;

/** Gathers the entries of all properties files. A node that is described twice is added to `faults`. */
export function gatherEntries(files: ParsedFiles['properties'], faults: Fault[]): Entries {
  return {
    models: entriesOf('models', files, faults),
    seeds: entriesOf('seeds', files, faults),
    analyses: entriesOf('analyses', files, faults),
  };
}

/** Faults for entries about something that does not exist: most often a file that was renamed. */
export function entriesWithoutNode(entries: Entries, namesOf: (kind: EntryKind) => ReadonlySet<string>): Fault[] {
  return (Object.keys(kinds) as EntryKind[]).flatMap((kind) => {
    const names = namesOf(kind);
    return [...entries[kind].values()].flatMap(({ node, place }): Fault[] => {
      if (names.has(node.name)) return [];
      const hint = suggestion(node.name, names);
      return [
        {
          code: 'properties-without-node',
          message: `there is no ${kinds[kind]} "${node.name}" for these properties`,
          at: nameOf(place),
          hint,
        },
      ];
    });
  });
}

export function propertiesOf({ node, place }: Entry): Properties {
  return { place, columns: (node.columns ?? []).map(({ name, description = '' }) => ({ name, description })) };
}

function entriesOf(kind: EntryKind, files: ParsedFiles['properties'], faults: Fault[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { path, content } of files) {
    for (const [index, node] of (content[kind] ?? []).entries()) {
      const place: KeyPath = { path, keys: [kind, index], point: 'value' };
      const other = entries.get(node.name);
      if (other === undefined) entries.set(node.name, { node, place });
      else
        faults.push({
          code: 'duplicate-name',
          message: `"${node.name}" is described twice`,
          at: nameOf(place),
          related: [{ message: 'the other place', at: nameOf(other.place) }],
        });
    }
  }
  return entries;
}

function nameOf(place: KeyPath): KeyPath {
  return { ...place, keys: [...place.keys, 'name'] };
}
