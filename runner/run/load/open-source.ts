import type { Environment } from '../../config/interpolate.ts';
import type { ProjectConfig } from '../../config/schema.ts';
import { dwhYaml } from '../../config/schema.ts';
import { resolveSource } from '../../config/target.ts';
import type { KeyPath } from '../../core/location.ts';
import type { Model } from '../../project/manifest.ts';
import { openStorage } from '../../storage/open-storage.ts';
import type { Storage } from '../../storage/storage.ts';

/** The source of a copy model, opened. */
export interface OpenSource {
  readonly storage: Storage;
  /** The root as dwh.yaml has it, with its placeholders filled in: what the ledger knows it by. */
  readonly root: string;
  /** Where its files are, below the root. */
  readonly path: string;
  readonly jsonpaths: string | undefined;
  /** The region of a bucket; undefined for that of AWS's own settings. */
  readonly region: string | undefined;
  /** Where all of that is set. */
  readonly places: SourcePlaces;
}

export interface SourcePlaces {
  readonly root: KeyPath;
  readonly region: KeyPath;
  readonly jsonpaths: KeyPath;
}

/**
 * Opens the source of a copy model; what is under way there breaks off when `signal` says so. Throws a FaultError when
 * it cannot be opened. Whether anything is there is seen when it is read.
 */
export async function openSource(
  model: Model,
  config: ProjectConfig,
  projectDir: string,
  env: Environment,
  signal?: AbortSignal,
): Promise<OpenSource> {
  const [mention] = model.facts.sources;
  if (mention === undefined) throw new Error(`${model.name} has no source`);
  const { root, region, path, jsonpaths } = resolveSource(config, mention.group, mention.name, env);
  const places = placesOf(mention.group, mention.name);
  const options = { region, rootAt: places.root, regionAt: places.region, signal };
  return { storage: await openStorage(projectDir, root, options), root, path, jsonpaths, region, places };
}

function placesOf(group: string, name: string): SourcePlaces {
  const at = (...keys: string[]): KeyPath => ({ path: dwhYaml, keys: ['sources', group, ...keys], point: 'value' });
  return { root: at('root'), region: at('region'), jsonpaths: at('files', name, 'jsonpaths') };
}
