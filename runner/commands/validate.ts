import { join } from 'node:path';
import { dialectOf } from '../adapters/adapter.ts';
import { limitsOf } from '../adapters/limits.ts';
import { readArtifact, targetFolder, writeCache } from '../artifacts/write-artifact.ts';
import { checkProject } from '../check/check-project.ts';
import type { Fault } from '../core/fault.ts';
import { throwFaults } from '../core/fault.ts';
import { readDwhYaml } from '../config/dwh-yaml.ts';
import type { TargetType } from '../config/schema.ts';
import { targetNamed } from '../config/target.ts';
import type { ResourceType } from '../core/node.ts';
import { buildId } from '../core/version.ts';
import type { ProjectFile } from '../project/discover.ts';
import { contentKey, readProjectFiles } from '../project/discover.ts';
import { loadProject } from '../project/load-project.ts';
import type { Manifest } from '../project/manifest.ts';
import { isEngineMacro } from '../project/engine-macros.ts';
import { macrosFor } from '../project/manifest.ts';
import type { ProjectOptions } from './open-project.ts';

/** What a project without faults consists of. */
export interface ValidSummary {
  readonly counts: Readonly<Record<ResourceType, number>>;
  readonly macros: number;
  /** The dialects that it was checked for. */
  readonly dialects: readonly string[];
  /** How a publish of all nodes is handed in to targets that take no more than so much at once. */
  readonly publishes: readonly { readonly type: string; readonly statements: number; readonly road: string }[];
}

/**
 * Checks the whole project for the dialect of every target, or of the one given. Reads no file outside of it and
 * connects to nothing. What was found valid is remembered by its content. Throws a FaultError with all its faults.
 */
export async function validate(options: ProjectOptions): Promise<ValidSummary> {
  const { projectDir, target, vars } = options;
  const files = readProjectFiles(projectDir);
  const key = contentKey(files, [await readDwhYaml(projectDir), target ?? '', ...Object.keys(vars).sort()]);
  const stamp = join(projectDir, targetFolder, 'valid.json');
  const known = readArtifact(stamp) as { build?: string; key?: string; summary: ValidSummary } | undefined;
  if (buildId !== undefined && known?.build === buildId && known.key === key) return known.summary;
  const summary = await check(options, files);
  if (buildId !== undefined) writeCache(stamp, { build: buildId, key, summary });
  return summary;
}

async function check(
  { projectDir, target, vars, env, signal }: ProjectOptions,
  files: readonly ProjectFile[],
): Promise<ValidSummary> {
  const { manifest, faults } = await loadProject(projectDir, files, signal);
  const { targets } = manifest.config;
  const types =
    target === undefined
      ? Object.values(targets).map(({ type }) => type)
      : [targetNamed(manifest.config, target).settings.type];
  const dialects = [...new Set(types.map(dialectOf))];
  throwFaults([
    ...faults,
    ...checkProject(manifest, dialects, Object.keys(vars)),
    ...(await checkSeedRows(manifest, files)),
  ]);
  const limited = await checkLimits(manifest, types, { vars: { ...manifest.config.vars, ...vars }, env });
  const counts = { source: 0, seed: 0, model: 0, test: 0, analysis: 0 };
  for (const { resourceType } of manifest.nodes.values()) counts[resourceType]++;
  return {
    counts,
    macros: manifest.macros.filter(({ body }) => !isEngineMacro(body.path)).length,
    dialects: dialects.map(({ name }) => name),
    publishes: limited,
  };
}

/** What is wrong with the rows of seeds, which are in files of the project. */
async function checkSeedRows(manifest: Manifest, files: readonly ProjectFile[]): Promise<Fault[]> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  // Of a column that the header does not name, the contract is at fault and not each row.
  const seeds = [...manifest.nodes.values()]
    .filter((node) => node.resourceType === 'seed')
    .filter(({ contract, header }) => contract.every(({ name }) => header.includes(name)));
  if (seeds.length === 0) return [];
  const { seedFaults } = await import('../run/load/read-seed.ts');
  return seeds.flatMap((seed) => seedFaults(seed, texts.get(seed.path) ?? ''));
}

/** What roads that carry short statements only would refuse of a project without other faults. Throws a FaultError. */
async function checkLimits(
  manifest: Manifest,
  types: readonly TargetType[],
  { vars, env }: Pick<ProjectOptions, 'vars' | 'env'>,
): Promise<ValidSummary['publishes']> {
  const limited = [...new Set(types)].flatMap((type) => {
    const limits = limitsOf(type);
    return limits === undefined ? [] : [{ type, limits }];
  });
  if (limited.length === 0) return [];
  const { longStatementsOf, mostPublished, publishRoad } = await import('../run/road-limits.ts');
  const { isMaterialized } = await import('../run/run-graph.ts');
  const statements = mostPublished([...manifest.nodes.values()].filter(isMaterialized));
  return limited.map(({ type, limits }) => {
    const dialect = dialectOf(type);
    const macros = macrosFor(manifest, dialect.macroFolders);
    const target = { name: type, type };
    const context = { manifest, dialect, target, macros: (name: string) => macros.get(name), vars, env };
    throwFaults(longStatementsOf(context, { schemaPrefix: '', maxBytes: dialect.maxIdentifierBytes }, limits));
    return { type, statements, road: publishRoad(statements, limits) };
  });
}
