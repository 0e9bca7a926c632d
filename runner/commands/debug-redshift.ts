import { onConnection } from '../adapters/interruptible.ts';
import { resolveCluster } from '../config/cluster.ts';
import { isOfCluster, loadingOf } from '../config/target.ts';
import { plain } from '../core/mapped-text.ts';
import type { Model, Node } from '../project/manifest.ts';
import { Executor } from '../run/executor.ts';
import type { Trial } from '../run/load/trial-copy.ts';
import { trialOf, tryCopy, tryStage } from '../run/load/trial-copy.ts';
import type { LocatedProject, Project } from './open-project.ts';
import { withWarehouse } from './open-project.ts';
import { locatedProject } from './located-project.ts';
import type { ReadOptions } from './on-published.ts';

/** A link between this machine and the tables: whether it holds, and what is to be said of it. */
export interface Link {
  readonly what: string;
  /** Throws a FaultError when it does not hold. */
  look(): Promise<string>;
}

/** The links between this machine and tables on Redshift, each of which needs those before it. */
export function redshiftLinks(project: Project, options: ReadOptions): readonly Link[] {
  const chain = new Chain(project, options);
  return [
    { what: 'credentials', look: () => chain.credentials() },
    { what: 'warehouse', look: () => chain.warehouse() },
    { what: 'network', look: () => chain.network() },
    { what: 'TLS', look: () => chain.tls() },
    { what: 'login', look: () => chain.login() },
    { what: 'raw files', look: () => chain.rawFiles() },
    { what: 'stage', look: () => chain.stage() },
    { what: 'role, COPY', look: () => chain.copy() },
  ];
}

const byDataApi = 'by the Data API: there is none to open';

class Chain {
  readonly #project: Project;
  readonly #options: ReadOptions;
  #located: Promise<LocatedProject> | undefined;
  #trial: Promise<Trial | undefined> | undefined;

  constructor(project: Project, options: ReadOptions) {
    this.#project = project;
    this.#options = options;
  }

  /** Whoever logs in by a password needs none of AWS but for raw files. */
  async credentials(): Promise<string> {
    const { Aws } = await import('../cluster/aws.ts');
    const { whoAmI } = await import('../cluster/identity.ts');
    const { now, signal } = this.#options;
    const region = regionOf(this.#project) ?? 'us-east-1';
    const world = { now, signal, pause: () => Promise.resolve(), report: () => undefined, retryDelayMs: 500 };
    await whoAmI(new Aws(region, world));
    return 'AWS knows them';
  }

  async warehouse(): Promise<string> {
    const { target } = await this.#at();
    const { stage } = loadingOf(target);
    const what = 'host' in target ? target.host : 'workgroup' in target ? target.workgroup : '';
    return `${what ?? target.name}${stage === undefined ? '' : `, stage ${stage}`}`;
  }

  async network(): Promise<string> {
    const { target } = await this.#at();
    if (target.type !== 'redshift') return byDataApi;
    const { probeNetwork } = await import('../adapters/drivers/pg-probe.ts');
    return `${await probeNetwork(target, this.#project.projectDir)} answers`;
  }

  async tls(): Promise<string> {
    const { target } = await this.#at();
    if (target.type !== 'redshift') return 'HTTPS';
    const { probeTls } = await import('../adapters/drivers/pg-probe.ts');
    const protocol = await probeTls(target, this.#project.projectDir);
    const { sslmode = 'verify-full' } = target;
    return protocol === undefined ? 'none, as sslmode: disable says' : `${protocol}, ${sslmode}`;
  }

  login(): Promise<string> {
    return this.#ask(async (executor) => {
      const { rows } = await executor.query(plain(this.#project.dialect.versionQuery));
      return String(rows[0]?.[0]);
    });
  }

  async rawFiles(): Promise<string> {
    const trial = await this.#try();
    return trial === undefined ? noCopy : `${trial.files} in ${trial.source.storage.shown(trial.source.path)}`;
  }

  async stage(): Promise<string> {
    const trial = await this.#try();
    if (trial === undefined) return noCopy;
    await tryStage(trial);
    return `${trial.access.stage.shown('')} can be written`;
  }

  async copy(): Promise<string> {
    const trial = await this.#try();
    if (trial === undefined) return noCopy;
    await this.#ask((executor) => tryCopy(trial, this.#project.context, executor));
    return `${trial.model.name} reads ${trial.file.path}, and loads nothing of it`;
  }

  #at(): Promise<LocatedProject> {
    return (this.#located ??= locatedProject(this.#project, this.#options));
  }

  async #ask<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    const there = await this.#at();
    return withWarehouse(there, { ...this.#options, access: 'read' }, ({ driver }) =>
      onConnection(driver, this.#options.signal, (connection) => work(new Executor(connection, () => undefined))),
    );
  }

  /** One file of the first model that loads raw files. */
  #try(): Promise<Trial | undefined> {
    return (this.#trial ??= this.#lookForTrial());
  }

  async #lookForTrial(): Promise<Trial | undefined> {
    const { manifest, projectDir, context } = this.#project;
    const model = [...manifest.nodes.values()].find(isCopy);
    if (model === undefined) return undefined;
    const { target } = await this.#at();
    const { signal, now } = this.#options;
    const runId = `debug${now().getTime().toString(36)}`;
    return trialOf(model, context, { projectDir, target, runId, signal });
  }
}

const noCopy = 'no model loads any';

function isCopy(node: Node): node is Model {
  return node.resourceType === 'model' && node.config.materialized === 'copy';
}

function regionOf({ target, manifest, context }: Project): string | undefined {
  if (isOfCluster(target)) return resolveCluster(manifest.config, context.env).region;
  return 'region' in target ? target.region : undefined;
}
