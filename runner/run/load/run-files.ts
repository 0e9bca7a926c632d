import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { owner } from '../../artifacts/leftovers.ts';
import { dwhYaml } from '../../config/schema.ts';
import type { Target } from '../../config/target.ts';
import { loadingOf } from '../../config/target.ts';
import { FaultError } from '../../core/fault.ts';
import type { Report } from '../../core/run-event.ts';
import { openStorage } from '../../storage/open-storage.ts';

export interface RunFilesOptions {
  readonly projectDir: string;
  readonly target: Target;
  /** Holds a folder for each run that has files of its own. */
  readonly spoolRoot: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The files that runs make for themselves: on this machine, and in the stage of a warehouse that reads from S3. */
export class RunFiles {
  readonly #options: RunFilesOptions;

  constructor(options: RunFilesOptions) {
    this.#options = options;
  }

  /** The folder of a run of this process, which its name says as well: see `removeLeftovers`. */
  spoolFolder(runId: string): string {
    return join(this.#options.spoolRoot, `${runId}@${owner}`);
  }

  /** Removes the folder of a run, whichever process made it. */
  async removeSpool(runId: string): Promise<void> {
    const { spoolRoot } = this.#options;
    for (const name of await readdir(spoolRoot).catch(() => []))
      if (name.split('@')[0] === runId) await rm(join(spoolRoot, name), { recursive: true, force: true });
  }

  /** Clears away what dead runs left. Nothing depends on it: what stays in the stage is told, and is in nobody's way. */
  async clear(runIds: readonly string[]): Promise<void> {
    for (const runId of runIds) await this.removeSpool(runId);
    await this.#clearStage(runIds).catch((error: unknown) => {
      if (!(error instanceof FaultError)) throw error;
      const message = `what dead runs left in the stage stays there: ${error.faults[0]?.message}`;
      this.#options.report({ type: 'note', uniqueId: undefined, message });
    });
  }

  async #clearStage(runIds: readonly string[]): Promise<void> {
    const { projectDir, target, signal } = this.#options;
    const { stage } = loadingOf(target);
    if (stage === undefined || runIds.length === 0) return;
    const rootAt = { path: dwhYaml, keys: ['targets', target.name, 'stage'], point: 'value' } as const;
    const storage = await openStorage(projectDir, stage, { rootAt, signal });
    for (const runId of runIds) for (const { path } of await storage.list(runId)) await storage.remove(path);
  }
}
