import { metadata } from '../artifacts/metadata.ts';
import { runResultEntry } from '../artifacts/run-results.ts';
import { writeArtifact } from '../artifacts/write-artifact.ts';
import { faultPlacer } from '../config/place.ts';
import { FaultError } from '../core/fault.ts';
import type { Report } from '../core/run-event.ts';
import type { RunResult } from '../core/run-result.ts';
import { version } from '../core/version.ts';
import type { Buildable } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';
import { manifestArtifact } from '../project/manifest-artifact.ts';
import type { Project } from './open-project.ts';
import type { SelectionOptions } from './selection.ts';

/** What was asked for, as `run_results.json` repeats it. */
export interface ArtifactArguments extends SelectionOptions {
  readonly threads: number;
  readonly outcome: string;
  readonly fullRefresh?: boolean;
}

/** Writes `target/manifest.json`. */
export async function writeManifest(project: Project, runId: string, now: Date): Promise<void> {
  const { manifest, dialect, published } = project;
  const head = metadata('manifest/v12', version, runId, now);
  const content = manifestArtifact(manifest, head, dialect.name, (node) => ({
    schema: published(node.uniqueId).schema,
    quoted: quotedRelation(project, node),
  }));
  await writeArtifact(project.projectDir, 'manifest.json', content);
}

/** A run that has ended. */
export interface EndedRun {
  readonly runId: string;
  readonly results: readonly RunResult[];
  readonly seconds: number;
  readonly args: ArtifactArguments;
  readonly now: Date;
}

/**
 * Writes `target/run_results.json`. What was published is published: that the file cannot be written is reported as a note, and
 * the run ends as it would have.
 */
export async function writeRunResults(project: Project, run: EndedRun, report: Report): Promise<void> {
  try {
    await writeArtifact(project.projectDir, 'run_results.json', await runResults(project, run));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    report({ type: 'note', uniqueId: undefined, message: error.faults.map(({ message }) => message).join('; ') });
  }
}

async function runResults(project: Project, { runId, results, seconds, args, now }: EndedRun): Promise<object> {
  const { manifest, projectDir, target } = project;
  const hasFaults = results.some(({ faults }) => faults.length > 0);
  const place = hasFaults ? await faultPlacer(projectDir) : undefined;
  const entries = results.map((result) => {
    const node = manifest.nodes.get(result.uniqueId);
    const relation = node !== undefined && isBuildable(node) ? quotedRelation(project, node) : null;
    return runResultEntry(result, place === undefined ? [] : result.faults.map(place), relation);
  });
  return {
    metadata: metadata('run-results/v6', version, runId, now),
    results: entries,
    elapsed_time: seconds,
    args: {
      select: args.select,
      exclude: args.exclude,
      full_refresh: args.fullRefresh ?? false,
      threads: args.threads,
      target: target.name,
      outcome: args.outcome,
    },
  };
}

function quotedRelation(project: Project, node: Buildable): string {
  return project.dialect.relation(project.published(node.uniqueId));
}
