import { join } from 'node:path';
import { statusesOf } from '../artifacts/run-results.ts';
import { readArtifact, targetFolder } from '../artifacts/write-artifact.ts';
import { FaultError } from '../core/fault.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import { select } from '../select/select.ts';

/** The selectors of a command line. */
export interface SelectionOptions {
  readonly select: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * The nodes of one kind that a selection picks, in alphabetical order.
 * Throws a FaultError when the selection is not valid or picks none of that kind.
 */
export function selectNodes<T extends Node = Node>(
  manifest: Manifest,
  projectDir: string,
  options: SelectionOptions,
  isKind: ((node: Node) => node is T) | ((node: Node) => boolean),
  kind: string,
): T[] {
  const picked = select(manifest, { ...options, lastResults: lastResultsOf(projectDir) });
  const nodes = [...manifest.nodes.values()]
    .filter((node) => picked.has(node.uniqueId))
    .filter(isKind as (node: Node) => node is T);
  if (nodes.length === 0) {
    const message =
      options.select.length + options.exclude.length === 0
        ? `this project has no ${kind}`
        : `the selection picks no ${kind}`;
    throw new FaultError({ code: 'selection-empty', message, hint: 'see what a selection picks: sparkify-run list …' });
  }
  return nodes;
}

/** What `--exclude` names, of all kinds: tests of a model that is built may be left out. */
export function excludedNodes(
  manifest: Manifest,
  projectDir: string,
  { exclude }: SelectionOptions,
): ReadonlySet<string> {
  if (exclude.length === 0) return new Set();
  return select(manifest, { select: exclude, exclude: [], lastResults: lastResultsOf(projectDir) });
}

function lastResultsOf(projectDir: string): () => Map<string, string> {
  return () => statusesOf(readArtifact(join(projectDir, targetFolder, 'run_results.json')));
}
