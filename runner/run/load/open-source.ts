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
  const at = (key: string): KeyPath => ({ path: dwhYaml, keys: ['sources', mention.group, key], point: 'value' });
  const options = { region, rootAt: at('root'), regionAt: at('region'), signal };
  return { storage: await openStorage(projectDir, root, options), root, path, jsonpaths };
}
