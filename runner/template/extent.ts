import type { MacroLookup } from './macro.ts';
import type { MacroCall, Part } from './syntax.ts';

/** How far rendering something may go. */
export interface Extent {
  /** How many macros are called one inside the other, at most. */
  readonly depth: number;
  /** How many steps it takes, at most: see `maxSteps`. */
  readonly steps: number;
}

/** The extent of a macro by its name; undefined for one that is not known, or that calls itself. */
export type ExtentLookup = (name: string) => Extent | undefined;

/** The extent of parts that call macros whose extent is known; undefined where that of one is not. */
export function extentOf(parts: readonly Part[], macros: MacroLookup, extents: ExtentLookup): Extent | undefined {
  let [depth, steps] = [0, 0];
  for (const part of parts) {
    const extent = partExtent(part, macros, extents);
    if (extent === undefined) return undefined;
    depth = Math.max(depth, extent.depth);
    steps += extent.steps;
  }
  return { depth, steps };
}

function partExtent(part: Part, macros: MacroLookup, extents: ExtentLookup): Extent | undefined {
  switch (part.kind) {
    case 'text':
    case 'output':
      return { depth: 0, steps: 1 };
    case 'macro':
      return callExtent(part, macros, extents);
    case 'if': {
      const whenTrue = extentOf(part.whenTrue, macros, extents);
      const whenFalse = extentOf(part.whenFalse, macros, extents);
      if (whenTrue === undefined || whenFalse === undefined) return undefined;
      return {
        depth: Math.max(whenTrue.depth, whenFalse.depth),
        steps: 1 + Math.max(whenTrue.steps, whenFalse.steps),
      };
    }
  }
}

/** The extent of a call: that of the macro, one level deeper, and what its arguments add. */
export function callExtent(call: MacroCall, macros: MacroLookup, extents: ExtentLookup): Extent | undefined {
  const macro = macros(call.name);
  const body = extents(call.name);
  if (macro === undefined || body === undefined) return undefined;
  const values = call.args.length + Object.keys(macro.defaults).length;
  return { depth: body.depth + 1, steps: body.steps + values + 1 };
}
