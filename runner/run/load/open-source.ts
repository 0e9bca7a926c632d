import type { MissingFiles, SameContent } from '../../config/schema.ts';
import { dwhYaml } from '../../config/schema.ts';
import { resolveSource, writtenRoot } from '../../config/target.ts';
import type { KeyPath } from '../../core/location.ts';
import type { CompileContext } from '../../materialize/compile.ts';
import type { Model } from '../../project/manifest.ts';
import { openStorage } from '../../storage/open-storage.ts';
import type { Storage } from '../../storage/storage.ts';

/** The source of a copy model, opened. */
export interface OpenSource {
  readonly storage: Storage;
  /** The root as dwh.yaml has it, with its placeholders filled in: what the ledger knows it by. */
  readonly root: string;
  /** The same as it is written there. */
  readonly written: string;
  /** Where its files are, below the root. */
  readonly path: string;
  /** `auto`, `auto ignorecase`, or a jsonpaths file below the root. */
  readonly jsonpaths: string;
  /** The region of a bucket; undefined for that of AWS's own settings. */
  readonly region: string | undefined;
  readonly sameContent: SameContent;
  readonly missingFiles: MissingFiles;
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
  { manifest: { config }, dialect, env }: CompileContext,
  projectDir: string,
  signal?: AbortSignal,
): Promise<OpenSource> {
  const [mention] = model.facts.sources;
  if (mention === undefined) throw new Error(`${model.name} has no source`);
  const { group, name } = mention;
  const location = resolveSource(config, dialect.name, group, name, env);
  const { root, region, path, jsonpaths, sameContent, missingFiles } = location;
  const declared = writtenRoot(config, dialect.name, group);
  const at = (...keys: string[]): KeyPath => ({ path: dwhYaml, keys, point: 'value' });
  const places = {
    root: at(...declared.keys),
    region: at('sources', group, 'region'),
    jsonpaths: at('sources', group, 'files', name, 'jsonpaths'),
  };
  const options = { region, rootAt: places.root, regionAt: places.region, signal };
  const storage = await openStorage(projectDir, root, options);
  return { storage, root, written: declared.text, path, jsonpaths, region, sameContent, missingFiles, places };
}

/** What COPY takes behind `json` for a source: `auto`, `auto ignorecase`, or its jsonpaths file in full. */
export function jsonArgument({ storage, jsonpaths }: OpenSource): string {
  return isAuto(jsonpaths) ? jsonpaths : storage.shown(jsonpaths);
}

/** Whether columns find their values by their names, without a jsonpaths file. */
export function isAuto(jsonpaths: string): jsonpaths is 'auto' | 'auto ignorecase' {
  return jsonpaths === 'auto' || jsonpaths === 'auto ignorecase';
}
