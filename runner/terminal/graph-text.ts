import { dagOf, topological } from '../core/dag.ts';
import type { GraphView } from '../commands/list.ts';
import type { Node } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';
import { plainTable } from './table-text.ts';

export const graphFormats = ['text', 'mermaid', 'dot', 'json'] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** A graph as text, in the order in which its nodes are built. */
export function graphText({ nodes, edges }: GraphView, format: GraphFormat): string {
  const byId = new Map(nodes.map((node) => [node.uniqueId, node]));
  const parents = new Map(nodes.map((node): [string, string[]] => [node.uniqueId, []]));
  for (const [parent, child] of edges) parents.get(child)?.push(parent);
  const ordered = topological(dagOf(parents))
    .map((id) => byId.get(id))
    .filter((node) => node !== undefined);
  const nameOf = (id: string): string => byId.get(id)?.name ?? id;
  // A source may have the name of the model that loads it: then both go by their unique ids.
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { name } of nodes) (seen.has(name) ? shared : seen).add(name);
  const keyOf = (id: string): string => {
    const name = nameOf(id);
    return shared.has(name) ? id : name;
  };
  switch (format) {
    case 'text':
      return plainTable(
        ordered.map((node) => [
          node.name,
          kindOf(node),
          (parents.get(node.uniqueId) ?? [])
            .map((id) => nameOf(id))
            .join(', ')
            .replace(/^(?=.)/, '<- '),
        ]),
      );
    case 'mermaid':
      return [
        'flowchart LR',
        ...ordered.map((node) => `    ${keyOf(node.uniqueId)}${mermaidShape(node)}`),
        ...edges.map(([parent, child]) => `    ${keyOf(parent)} --> ${keyOf(child)}`),
      ].join('\n');
    case 'dot':
      return [
        'digraph {',
        '    rankdir = LR',
        '    node [shape = box]',
        ...ordered.map((node) => `    "${keyOf(node.uniqueId)}" [label = "${node.name}", tooltip = "${kindOf(node)}"]`),
        ...edges.map(([parent, child]) => `    "${keyOf(parent)}" -> "${keyOf(child)}"`),
        '}',
      ].join('\n');
    case 'json':
      return JSON.stringify(
        {
          nodes: ordered.map((node) => ({ unique_id: node.uniqueId, name: node.name, kind: kindOf(node) })),
          edges: edges.map(([parent, child]) => ({ parent, child })),
        },
        undefined,
        2,
      );
  }
}

function kindOf(node: Node): string {
  return isBuildable(node) ? node.config.materialized : node.resourceType;
}

/** Sources are round, what is loaded stands on its side, views are rounded, tables are square. */
function mermaidShape(node: Node): string {
  switch (kindOf(node)) {
    case 'source':
      return `[(${node.name})]`;
    case 'copy':
    case 'seed':
      return `[/${node.name}/]`;
    case 'view':
    case 'ephemeral':
      return `(${node.name})`;
    default:
      return `[${node.name}]`;
  }
}
