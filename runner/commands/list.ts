import type { Manifest, Node } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';
import type { ProjectOptions } from './open-project.ts';
import { openProject } from './open-project.ts';
import type { SelectionOptions } from './selection.ts';
import { selectNodes } from './selection.ts';

/** A node as a list shows it. */
export interface ListedNode {
  readonly unique_id: string;
  readonly name: string;
  readonly resource_type: Node['resourceType'];
  readonly path: string;
  readonly materialized: string | null;
  readonly schema: string | null;
  readonly tags: readonly string[];
  readonly depends_on: readonly string[];
}

/** The nodes that a selection picks, of all resource types. Throws a FaultError when it picks none. */
export async function list(options: ProjectOptions & SelectionOptions): Promise<ListedNode[]> {
  const { manifest, projectDir, published } = await openProject(options);
  return selectNodes(manifest, projectDir, options, () => true, 'node').map((node) => ({
    unique_id: node.uniqueId,
    name: node.name,
    resource_type: node.resourceType,
    path: node.path,
    materialized: isBuildable(node) ? node.config.materialized : null,
    schema: isBuildable(node) ? published(node.uniqueId).schema : null,
    tags: node.tags,
    depends_on: node.dependsOn,
  }));
}

/** The models, seeds and sources that a selection picks, and the edges between them. */
export interface GraphView {
  readonly nodes: readonly Node[];
  readonly edges: readonly (readonly [parent: string, child: string])[];
}

/** The graph of what a selection picks; tests and analyses only where they are picked by name. */
export async function graph(options: ProjectOptions & SelectionOptions): Promise<GraphView> {
  const { manifest, projectDir } = await openProject(options);
  const nodes = selectNodes(manifest, projectDir, options, isData, 'model, seed or source');
  return { nodes, edges: edgesBetween(manifest, nodes) };
}

function isData(node: Node): boolean {
  return node.resourceType === 'source' || isBuildable(node);
}

function edgesBetween(manifest: Manifest, nodes: readonly Node[]): [string, string][] {
  const shown = new Set(nodes.map((node) => node.uniqueId));
  return nodes.flatMap((node) =>
    (manifest.graph.parents.get(node.uniqueId) ?? [])
      .filter((parent) => shown.has(parent))
      .map((parent): [string, string] => [parent, node.uniqueId]),
  );
}
