import { resolve } from 'node:path';
import type { Adapter } from '../adapters/adapter.ts';
import { dialectOf, openAdapter } from '../adapters/adapter.ts';
import type { Dialect, OwnRelations } from '../adapters/dialect.ts';
import { closeDriver } from '../adapters/interruptible.ts';
import type { Environment } from '../config/interpolate.ts';
import type { VarValue } from '../config/schema.ts';
import type { ConfiguredTarget, Target } from '../config/target.ts';
import { resolveTarget } from '../config/target.ts';
import { checkProject } from '../check/check-project.ts';
import { throwFaults } from '../core/fault.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import type { Naming } from '../materialize/names.ts';
import { publishedRelation } from '../materialize/names.ts';
import type { Manifest } from '../project/manifest.ts';
import { isBuildable, macrosFor } from '../project/manifest.ts';
import { loadProject } from '../project/load-project.ts';
import type { Report } from '../core/run-event.ts';
import { ownRelations } from '../run/own-relations.ts';
import { defaultRetryDelayMs, retried } from '../run/retry.ts';

/** What every command that reads a project is given. */
export interface ProjectOptions {
  readonly projectDir: string;
  /** The target to use instead of the default one. */
  readonly target: string | undefined;
  readonly vars: Readonly<Record<string, VarValue>>;
  readonly env: Environment;
  /** Ends the reading of the project; undefined where it cannot be stopped. */
  readonly signal?: AbortSignal | undefined;
}

/** A project without faults, and the target that a command works on. */
export interface Project {
  readonly projectDir: string;
  readonly manifest: Manifest;
  readonly target: ConfiguredTarget;
  readonly dialect: Dialect;
  readonly context: CompileContext;
  readonly naming: Naming;
  /** The published relation of every model and seed: the name map of whoever only reads. */
  readonly published: NameMap;
  /** What of the warehouse is this project's. */
  readonly own: OwnRelations;
}

/** A project whose target says where its warehouse is. */
export interface LocatedProject extends Project {
  readonly target: Target;
}

/** Reads and checks a project for one target. Throws a FaultError with all its faults. */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const projectDir = resolve(options.projectDir);
  const { manifest, faults } = await loadProject(projectDir, undefined, options.signal);
  const { config } = manifest;
  const target = resolveTarget(config, options.target, options.env);
  const dialect = dialectOf(target.type);
  throwFaults([...faults, ...checkProject(manifest, [dialect], Object.keys(options.vars))]);
  const macros = macrosFor(manifest, dialect.macroFolders);
  const vars = { ...config.vars, ...options.vars };
  const context: CompileContext = {
    manifest,
    dialect,
    target,
    macros: (name) => macros.get(name),
    vars,
    env: options.env,
  };
  const schemaPrefix = target.schema_prefix ?? '';
  const naming = { schemaPrefix, maxBytes: dialect.maxIdentifierBytes };
  return {
    projectDir,
    manifest,
    target,
    dialect,
    context,
    naming,
    published: (id) => {
      const node = manifest.nodes.get(id);
      if (node === undefined || !isBuildable(node)) throw new Error(`${id} is no relation`);
      return publishedRelation(node, naming);
    },
    own: ownRelations(manifest, naming, `${schemaPrefix}${config.name}_meta`),
  };
}

/** How a command opens the warehouse of its project. */
export interface WarehouseOptions {
  readonly access: 'read' | 'write';
  /** The command line, for whoever finds the warehouse taken. */
  readonly command: string;
  /** The run that it is opened for, if it is for one. */
  readonly run?: string;
  readonly now: () => Date;
  /** Told once when another process has the warehouse and this one waits for it; undefined not to wait. */
  readonly wait: ((holder: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** How many things may be done at once. */
  readonly threads?: number;
  readonly report?: Report;
  readonly retryDelayMs?: number;
}

/** Runs `work` on the project's warehouse and closes it afterwards. Throws a FaultError when it cannot be opened. */
export async function withWarehouse<T>(
  project: LocatedProject,
  options: WarehouseOptions,
  work: (adapter: Adapter) => Promise<T>,
): Promise<T> {
  const { access, command, run, now, wait, signal, threads = 1 } = options;
  const holder = { command, since: now().toISOString(), ...(run === undefined ? {} : { run }) };
  const { report = () => undefined, retryDelayMs = defaultRetryDelayMs } = options;
  const open = { projectDir: project.projectDir, access, holder, wait, signal, threads };
  const adapter = await retried(() => openAdapter(project.target, { ...open, metaSchema: project.own.metaSchema }), {
    report,
    signal,
    retryDelayMs,
  });
  try {
    return await work(adapter);
  } finally {
    await closeDriver(adapter.driver, signal);
  }
}
