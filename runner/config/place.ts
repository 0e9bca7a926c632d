import { resolve } from 'node:path';
import type { Fault, PlacedFault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { Location, Place } from '../core/location.ts';
import { fileStart } from '../core/location.ts';
import { readText } from '../files/text-file.ts';
import type { LocatedYaml } from './locate-in-yaml.ts';

/** Works out line and column of the YAML keys that a fault points at. */
export type FaultPlacer = (fault: Fault) => PlacedFault;

/** A placer for the faults of a project. It reads their files again, each once. */
export async function faultPlacer(projectDir: string): Promise<FaultPlacer> {
  const { LocatedYaml } = await import('./locate-in-yaml.ts');
  const files = new Map<string, LocatedYaml | undefined>();
  const fileAt = (path: string): LocatedYaml | undefined => {
    if (!files.has(path)) files.set(path, located(LocatedYaml, projectDir, path));
    return files.get(path);
  };
  const placed = (place: Place): Location =>
    'keys' in place ? (fileAt(place.path)?.locate(place) ?? fileStart(place.path)) : place;
  return ({ at, related = [], ...fault }) => ({
    ...fault,
    ...(at === undefined ? {} : { at: placed(at) }),
    related: related.map((other) => ({ ...other, at: placed(other.at) })),
  });
}

/** Faults with line and column, in the order of their places. */
export async function placeFaults(projectDir: string, faults: readonly Fault[]): Promise<PlacedFault[]> {
  if (faults.length === 0) return [];
  const place = await faultPlacer(projectDir);
  return faults.map((fault) => place(fault)).toSorted((a, b) => comparePlaces(a.at, b.at));
}

/** Undefined for a file that cannot be read any more: the faults that were found in it are reported all the same. */
function located(Yaml: typeof LocatedYaml, projectDir: string, path: string): LocatedYaml | undefined {
  try {
    return new Yaml(path, readText(resolve(projectDir, path), path));
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
