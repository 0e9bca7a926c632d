import { resolve } from 'node:path';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { Location, Place } from '../core/location.ts';
import { fileStart } from '../core/location.ts';
import { readText } from '../files/text-file.ts';
import type { LocatedYaml } from './locate-in-yaml.ts';

/** A fault whose places are all lines and columns. */
export interface PlacedFault extends Omit<Fault, 'at' | 'related'> {
  readonly at?: Location;
  readonly related: readonly { readonly message: string; readonly at: Location }[];
}

/** Works out line and column of the YAML keys that faults point at, reading those files again. In the order of places. */
export async function placeFaults(projectDir: string, faults: readonly Fault[]): Promise<PlacedFault[]> {
  const files = new Map<string, Promise<LocatedYaml | undefined>>();
  const placed = async (place: Place): Promise<Location> => {
    if (!('keys' in place)) return place;
    const file = files.get(place.path) ?? readYaml(projectDir, place.path);
    files.set(place.path, file);
    return (await file)?.locate(place) ?? fileStart(place.path);
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

/** Undefined for a file that cannot be read any more: the faults that were found in it are reported all the same. */
async function readYaml(projectDir: string, path: string): Promise<LocatedYaml | undefined> {
  const { LocatedYaml } = await import('./locate-in-yaml.ts');
  try {
    return new LocatedYaml(path, readText(resolve(projectDir, path), path));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return undefined;
  }
}

function comparePlaces(a: Location | undefined, b: Location | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
