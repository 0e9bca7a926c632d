import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Fault } from '../core/fault.ts';
import type { Location, Place } from '../core/location.ts';
import { locateInYaml } from './yaml.ts';

/** A fault whose places are all lines and columns. */
export interface PlacedFault extends Omit<Fault, 'at' | 'related'> {
  readonly at?: Location;
  readonly related: readonly { readonly message: string; readonly at: Location }[];
}

/** Works out line and column of the YAML keys that faults point at, reading those files again. */
export async function placeFaults(projectDir: string, faults: readonly Fault[]): Promise<PlacedFault[]> {
  const texts = new Map<string, Promise<string>>();
  const textOf = (path: string): Promise<string> => {
    const known = texts.get(path) ?? readFile(resolve(projectDir, path), 'utf8');
    texts.set(path, known);
    return known;
  };
  const placed = async (place: Place): Promise<Location> =>
    'keys' in place ? locateInYaml(await textOf(place.path), place) : place;

  return Promise.all(
    faults.map(async ({ at, related = [], ...fault }) => ({
      ...fault,
      ...(at === undefined ? {} : { at: await placed(at) }),
      related: await Promise.all(related.map(async (other) => ({ ...other, at: await placed(other.at) }))),
    })),
  );
}
