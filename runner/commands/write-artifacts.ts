import { metadata } from '../artifacts/metadata.ts';
import { runResultEntry } from '../artifacts/run-results.ts';
import { writeArtifact } from '../artifacts/write-artifact.ts';
import { faultPlacer } from '../config/place.ts';
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

/** Writes `target/run_results.json`. */
export async function writeRunResults(
  project: Project,
  runId: string,
  results: readonly RunResult[],
  seconds: number,
  args: ArtifactArguments,
  now: Date,
): Promise<void> {
  const { manifest, projectDir, target } = project;
  const hasFaults = results.some(({ faults }) => faults.length > 0);
  const place = hasFaults ? await faultPlacer(projectDir) : undefined;
  const entries = results.map((result) => {
    const node = manifest.nodes.get(result.uniqueId);
    const relation = node !== undefined && isBuildable(node) ? quotedRelation(project, node) : null;
    return runResultEntry(result, place === undefined ? [] : result.faults.map(place), relation);
  });
  await writeArtifact(projectDir, 'run_results.json', {
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
  });
}

function quotedRelation(project: Project, node: Buildable): string {
  return project.dialect.relation(project.published(node.uniqueId));
}
