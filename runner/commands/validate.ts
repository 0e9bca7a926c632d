import { dialectOf } from '../adapters/adapter.ts';
import { checkProject } from '../check/check-project.ts';
import { throwFaults } from '../core/fault.ts';
import { resolveTarget } from '../config/target.ts';
import type { ResourceType } from '../core/node.ts';
import { loadProject } from '../project/load-project.ts';
import type { ProjectOptions } from './open-project.ts';

/** What a project without faults consists of. */
export interface ValidSummary {
  readonly counts: Readonly<Record<ResourceType, number>>;
  readonly macros: number;
  /** The dialects that it was checked for. */
  readonly dialects: readonly string[];
}

/**
 * Checks the whole project for the dialect of every target, or of the one given. Reads no file outside of it and
 * connects to nothing. Throws a FaultError with all its faults.
 */
export async function validate(options: ProjectOptions): Promise<ValidSummary> {
  const { manifest, faults } = await loadProject(options.projectDir);
  const { config } = manifest;
  const types = options.target === undefined ? Object.values(config.targets).map((target) => target.type) : [resolveTarget(config, options.target, options.env).type];
  const dialects = [...new Set(types)].map(dialectOf);
  throwFaults([...faults, ...checkProject(manifest, dialects.map((dialect) => dialect.macroFolders), Object.keys(options.vars))]);
  const counts = { source: 0, seed: 0, model: 0, test: 0, analysis: 0 };
  for (const node of manifest.nodes.values()) counts[node.resourceType]++;
  return { counts, macros: manifest.macros.length, dialects: dialects.map((dialect) => dialect.name) };
}
