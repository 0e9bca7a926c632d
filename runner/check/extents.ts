import type { Dag } from '../core/dag.ts';
import { topological } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { Extent } from '../template/extent.ts';
import { callExtent, extentOf } from '../template/extent.ts';
import type { TemplateFacts } from '../template/facts.ts';
import { limitText, maxMacroDepth, maxSteps } from '../template/limits.ts';
import type { Macro } from '../template/macro.ts';
import type { Template } from '../template/syntax.ts';

/**
 * Macro calls that go further than rendering may: at the macro or template that is the first to exceed a limit. Those
 * that call it exceed it as well, and are left out.
 */
export function checkExtents(
  templates: readonly { readonly template: Template; readonly facts: TemplateFacts }[],
  macros: ReadonlyMap<string, Macro>,
  calls: Dag,
): Fault[] {
  const lookup = macros.get.bind(macros);
  const extents = new Map<string, Extent>();
  const faultOf = (template: Template, facts: TemplateFacts, name?: string): Fault[] => {
    const extent = extentOf(template.parts, lookup, extents.get.bind(extents));
    if (extent === undefined) return [];
    const problem = problemOf(extent);
    if (problem !== undefined) return [limitFault(template, facts, problem)];
    if (name !== undefined) extents.set(name, extent);
    return [];
  };
  // Those that are called come first.
  const inMacros = topological(calls).flatMap((name) => {
    const macro = macros.get(name);
    return macro === undefined ? [] : faultOf(macro.body, macro.facts, name);
  });
  return [...inMacros, ...templates.flatMap(({ template, facts }) => faultOf(template, facts))];

  function limitFault(template: Template, facts: TemplateFacts, { by, message }: Problem): Fault {
    const amount = (call: TemplateFacts['macros'][number]): number =>
      callExtent(call, lookup, extents.get.bind(extents))?.[by] ?? 0;
    const [most] = facts.macros.toSorted((a, b) => amount(b) - amount(a));
    return {
      code: 'template-limit',
      message: most === undefined ? message : `${message}, and the call of "${most.name}" would exceed that`,
      at: locationAt(template, most?.at ?? 0, (most?.name.length ?? 0) + 4),
    };
  }
}

interface Problem {
  readonly by: keyof Extent;
  readonly message: string;
}

function problemOf({ depth, steps }: Extent): Problem | undefined {
  if (depth > maxMacroDepth) return { by: 'depth', message: `macros may call one another ${maxMacroDepth} deep` };
  if (steps > maxSteps)
    return { by: 'steps', message: `a template is rendered in at most ${limitText(maxSteps)} steps` };
  return undefined;
}
