import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { OutputNames } from '../materialize/plan.ts';
import type { Executor } from './executor.ts';

/** Throws a FaultError when a query gives two columns of one name, which the engine would rename without a word. */
export async function checkOutputs(outputs: readonly OutputNames[], executor: Executor): Promise<void> {
  for (const { model, names } of outputs) {
    const { rows } = await executor.query(names);
    const given = rows.map(([name]) => String(name));
    // To the engine, names that differ by case alone are one.
    const lower = given.map((name) => name.toLowerCase());
    const twice = given.filter((_, i) => lower.indexOf(lower[i] ?? '') < i);
    if (twice.length === 0) continue;
    const shown = [...new Set(twice)].map((name) => `"${name}"`).join(', ');
    throw new FaultError({
      code: 'duplicate-column',
      message: `the query of "${model.name}" gives more than one column ${shown}`,
      at: fileStart(model.path),
      hint: 'name the columns that it is to give, each with a name of its own',
    });
  }
}
