import type * as z from 'zod/mini';
import type { Fault } from '../core/fault.ts';
import { FaultError, throwFaults } from '../core/fault.ts';
import { suggestion } from '../core/nearest.ts';
import { ownValue } from '../core/own-value.ts';
import type { Environment } from './interpolate.ts';
import { interpolate } from './interpolate.ts';
import type { Engine, MissingFiles, ProjectConfig, SameContent } from './schema.ts';
import { schemaFaults } from './schema-faults.ts';
import type { targetSchema } from './schema.ts';
import { dwhYaml, filledTargetSchema } from './schema.ts';

type Filled = z.infer<typeof filledTargetSchema> & { readonly name: string };
type FilledRedshift = Extract<Filled, { type: 'redshift' | 'redshift-data' }>;

export type PostgresTarget = Extract<Filled, { type: 'postgres' }>;
export type RedshiftTarget = Extract<Filled, { type: 'redshift' }> & { host: string; database: string };
export type RedshiftDataTarget = Extract<Filled, { type: 'redshift-data' }> & { database: string };

/** A target with its placeholders filled in, which says where its warehouse is. */
export type Target = Extract<Filled, { type: 'duckdb' }> | PostgresTarget | RedshiftTarget | RedshiftDataTarget;

/** A target that names the cluster of the project: where that is, AWS has to be asked. */
export type ClusterTarget = FilledRedshift & { cluster: string };

/** A target as dwh.yaml has it. */
export type ConfiguredTarget = Target | ClusterTarget;

export function isOfCluster(target: ConfiguredTarget): target is ClusterTarget {
  return 'cluster' in target && target.cluster !== undefined;
}

/** A folder or file of raw data, with its placeholders filled in. */
export interface SourceLocation {
  /** Where the group begins: a folder relative to the project, an absolute one, or `s3://bucket/prefix`. */
  readonly root: string;
  /** The region of a bucket; undefined for that of AWS's own settings. */
  readonly region: string | undefined;
  /** The path under the root. */
  readonly path: string;
  /** `auto`, where keys are the names of columns; `auto ignorecase`, where they may differ by case; or a jsonpaths file, under the root as well. */
  readonly jsonpaths: string;
  readonly sameContent: SameContent;
  readonly missingFiles: MissingFiles;
}

/** The target of that name as dwh.yaml has it, or the default one. Throws a FaultError when there is none of that name. */
export function targetNamed(
  config: ProjectConfig,
  wanted: string | undefined,
): { name: string; settings: z.infer<typeof targetSchema> } {
  const name = wanted ?? config.defaultTarget;
  const settings = ownValue(config.targets, name);
  if (settings !== undefined) return { name, settings };
  const hint = suggestion(name, Object.keys(config.targets));
  throw new FaultError({
    code: 'target-unknown',
    message: `"${name}" is not a target of this project`,
    at: { path: dwhYaml, keys: ['targets'], point: 'key' },
    hint,
  });
}

/**
 * The target to use, with its placeholders filled in: `wanted` if given, else the default of dwh.yaml.
 * Throws a FaultError when there is none of that name, a variable that it needs is not set or a value does not fit.
 */
export function resolveTarget(config: ProjectConfig, wanted: string | undefined, env: Environment): ConfiguredTarget {
  const { name, settings } = targetNamed(config, wanted);
  const faults: Fault[] = [];
  const fill = (key: string, text: string): string =>
    interpolate(text, env, { path: dwhYaml, keys: ['targets', name, key], point: 'value' }, faults);
  const filled = Object.fromEntries(
    Object.entries(settings).map(([key, value = '']) => [key, fill(key, String(value))]),
  );
  throwFaults(faults);
  const parsed = filledTargetSchema.safeParse(filled);
  if (parsed.success) return configured({ ...parsed.data, name });
  throw new FaultError(schemaFaults(filledTargetSchema, filled, parsed.error.issues, dwhYaml, ['targets', name]));
}

/** The schema sees to it that a target which names no cluster says where it is. */
function configured(target: Filled): ConfiguredTarget {
  if (target.type === 'duckdb' || target.type === 'postgres') return target;
  const { cluster, database } = target;
  if (cluster !== undefined) return { ...target, cluster };
  if (database === undefined) throw new Error(`target ${target.name} has no database`);
  if (target.type === 'redshift-data') return { ...target, database };
  if (target.host === undefined) throw new Error(`target ${target.name} has no host`);
  return { ...target, host: target.host, database };
}

/** What a target says of loading from S3: the role that the warehouse takes on, and where lists of files are put for it. */
export function loadingOf(target: ConfiguredTarget): { readonly iamRole?: string; readonly stage?: string } {
  if (target.type !== 'redshift' && target.type !== 'redshift-data') return {};
  const { iam_role: iamRole, stage } = target;
  return { ...(iamRole === undefined ? {} : { iamRole }), ...(stage === undefined ? {} : { stage }) };
}

/** The root of a group for an engine, as it is written in dwh.yaml, and the keys that lead to it. */
export function writtenRoot(config: ProjectConfig, engine: Engine, group: string): { text: string; keys: string[] } {
  const keys = ['sources', group, 'root'];
  const root = ownValue(config.sources, group)?.root ?? '';
  if (typeof root === 'string') return { text: root, keys };
  const own = root[engine];
  return own === undefined
    ? { text: root.default, keys: [...keys, 'default'] }
    : { text: own, keys: [...keys, engine] };
}

/**
 * Where the files of a source are for an engine. The source is known to be declared.
 * Throws a FaultError when a variable that it needs is not set.
 */
export function resolveSource(
  config: ProjectConfig,
  engine: Engine,
  group: string,
  name: string,
  env: Environment,
): SourceLocation {
  const declared = ownValue(config.sources, group);
  const file = declared === undefined ? undefined : ownValue(declared.files, name);
  if (declared === undefined || file === undefined) throw new Error(`source ${group}.${name} is not declared`);
  const faults: Fault[] = [];
  const fill = (text: string, keys: string[]): string =>
    interpolate(text, env, { path: dwhYaml, keys, point: 'value' }, faults);
  const inGroup = (text: string, ...rest: string[]): string => fill(text, ['sources', group, ...rest]);
  const root = writtenRoot(config, engine, group);
  const location = {
    root: fill(root.text, root.keys),
    region: inGroup(declared.region ?? '', 'region') || undefined,
    path: inGroup(file.path, 'files', name, 'path'),
    jsonpaths: inGroup(file.jsonpaths ?? 'auto', 'files', name, 'jsonpaths'),
    sameContent: file.same_content ?? declared.same_content ?? 'skip',
    missingFiles: file.missing_files ?? declared.missing_files ?? 'warn',
  };
  throwFaults(faults);
  return location;
}
