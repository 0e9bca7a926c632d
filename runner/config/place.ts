import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Fault } from '../core/fault.ts';
import type { Location, Place } from '../core/location.ts';

/** A fault whose places are all lines and columns. */
export interface PlacedFault extends Omit<Fault, 'at' | 'related'> {
  readonly at?: Location;
  readonly related: readonly { readonly message: string; readonly at: Location }[];
}

/** Works out line and column of the YAML keys that faults point at, reading those files again. In the order of places. */
export async function placeFaults(projectDir: string, faults: readonly Fault[]): Promise<PlacedFault[]> {
  const texts = new Map<string, Promise<string>>();
  const textOf = (path: string): Promise<string> => {
    const known = texts.get(path) ?? readFile(resolve(projectDir, path), 'utf8');
    texts.set(path, known);
    return known;
  };
  const placed = async (place: Place): Promise<Location> => {
    if (!('keys' in place)) return place;
    const { locateInYaml } = await import('./locate-in-yaml.ts');
    return locateInYaml(await textOf(place.path), place);
  };

  const all = await Promise.all(
    faults.map(async ({ at, related = [], ...fault }) => ({
      ...fault,
      ...(at === undefined ? {} : { at: await placed(at) }),
      related: await Promise.all(related.map(async (other) => ({ ...other, at: await placed(other.at) }))),
    })),
  );
  return all.toSorted((a, b) => comparePlaces(a.at, b.at));
}

function comparePlaces(a: Location | undefined, b: Location | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
