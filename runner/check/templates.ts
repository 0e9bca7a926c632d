import type { Dag } from '../core/dag.ts';
import { cycles, dagOf } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import { macrosFor, queryOf } from '../project/manifest.ts';
import type { NamesInScope } from '../template/check.ts';
import { checkMacro, checkTemplate, scopes } from '../template/check.ts';
import type { Macro } from '../template/macro.ts';
import { checkExtents } from './extents.ts';

/** Names, helpers and macros that templates mention and that do not exist for one dialect. */
export function checkTemplates(manifest: Manifest, macroFolders: readonly string[]): Fault[] {
  const macros = macrosFor(manifest, macroFolders);
  const lookup = macros.get.bind(macros);
  const inMacros = [...macros.values()].flatMap((macro) => checkMacro(macro, lookup, macros.keys()));
  const inNodes = [...manifest.nodes.values()].flatMap((node) => {
    const query = queryOf(node);
    return query === undefined ? [] : checkTemplate(query.template, query.facts, scopeOf(node), lookup, macros.keys());
  });
  const calls = dagOf(new Map([...macros].map(([name, { facts }]) => [name, facts.macros.map((call) => call.name)])));
  const templates = [...manifest.nodes.values()].map(queryOf).filter((query) => query !== undefined);
  return [...inMacros, ...macroCycles(macros, calls), ...checkExtents(templates, macros, calls), ...inNodes];
}

function scopeOf(node: Node): NamesInScope {
  if (node.resourceType !== 'model') return scopes.query;
  return node.config.materialized === 'copy' ? scopes.copy : scopes.model;
}

function macroCycles(macros: ReadonlyMap<string, Macro>, calls: Dag): Fault[] {
  return cycles(calls).flatMap((names) => {
    const macro = macros.get(names[0] ?? '');
    if (macro === undefined) return [];
    const call = macro.facts.macros.find(({ name }) => name === names[1]);
    const message = `macros call each other in a circle: ${names.join(' -> ')}`;
    return [{ code: 'macro-cycle', message, at: locationAt(macro.body, call?.at ?? 0) }];
  });
}
