import type { OwnRelations } from '../adapters/dialect.ts';
import { ofRun } from '../materialize/names.ts';
import type { Naming } from '../materialize/names.ts';
import { publishedRelation, rejectsRelation } from '../materialize/names.ts';
import type { Manifest } from '../project/manifest.ts';
import { isMaterialized } from './run-graph.ts';

/** Where a project's relations stand: those that are published, and those that runs make for themselves. */
export function ownRelations(manifest: Manifest, naming: Naming, metaSchema: string): OwnRelations {
  const nodes = [...manifest.nodes.values()].filter(isMaterialized);
  const relations = nodes.map((node) => publishedRelation(node, naming));
  const rejects = nodes
    .filter((node) => node.config.materialized === 'copy')
    .map((node) => rejectsRelation(node, naming));
  const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
  return {
    schemas: distinct(relations.map(({ schema }) => schema)),
    names: distinct([...relations, ...rejects].map(({ identifier }) => identifier)),
    metaSchema,
    ofRun: ofRun.source,
  };
}
