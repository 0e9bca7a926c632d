import { join, resolve } from 'node:path';
import { metadata } from '../artifacts/metadata.ts';
import { statusesOf } from '../artifacts/run-results.ts';
import { readArtifact, targetFolder, writeCache } from '../artifacts/write-artifact.ts';
import { FaultError } from '../core/fault.ts';
import { version } from '../core/version.ts';
import { newRunId } from '../materialize/names.ts';
import type { SelectionOptions } from './selection.ts';

/** What a command that writes `run_results.json` was asked for, and where. */
interface Asked extends SelectionOptions {
  readonly projectDir: string;
  readonly threads: number;
}

interface ClockAndChance {
  readonly now: () => Date;
  readonly random: () => number;
}

/**
 * Does the work of a command that writes `run_results.json`. Where it cannot begin, or ends with an error, the results of an
 * earlier run are replaced by the faults, so that they are not taken for its own. Those of a run that holds the warehouse stay.
 * Throws what the work throws.
 */
export async function orNoResults<T>(asked: Asked, around: ClockAndChance, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const faults = error instanceof FaultError ? error.faults : [];
    const isOfOther = faults.some(({ code }) => code === 'database-locked' || code === 'run-overtaken');
    if (!isOfOther) {
      const reasons = faults.map(({ code, message }) => ({ code, message }));
      replaceResults(asked, around, { outcome: 'error', faults: reasons });
    }
    throw error;
  }
}

/** Replaces the results of an earlier run when one begins: if it is killed, they are not its own. */
export function beginResults(asked: Asked, around: ClockAndChance): void {
  replaceResults(asked, around, { outcome: 'running' });
}

/** Only what is there is replaced: a folder without a project gets none. The statuses of before stay for `result:` selectors. */
function replaceResults(
  { projectDir, select, exclude, threads }: Asked,
  { now, random }: ClockAndChance,
  ended: Readonly<Record<string, unknown>>,
): void {
  const file = join(resolve(projectDir), targetFolder, 'run_results.json');
  const before = readArtifact(file);
  if (before === undefined) return;
  writeCache(file, {
    metadata: metadata('run-results/v6', version, newRunId(now(), random), now()),
    results: [],
    elapsed_time: 0,
    args: { select, exclude, threads, ...ended, statuses_before: Object.fromEntries(statusesOf(before)) },
  });
}
