import type { Dialect, OutputNameQueries } from '../adapters/dialect.ts';
import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { plain } from '../core/mapped-text.ts';
import { sqlTokens } from '../core/sql-tokens.ts';
import type { OutputNames } from '../materialize/plan.ts';
import type { Executor } from './executor.ts';

/** Throws a FaultError when a query gives two columns of one name, which the engine would rename without a word. */
export async function checkOutputs(
  outputs: readonly OutputNames[],
  executor: Executor,
  { outputNames, escapesInTexts }: Dialect,
): Promise<void> {
  if (outputNames === undefined) return;
  for (const { model, query } of outputs) {
    const { rows } = await executor.query(outputNames.describe(query));
    const given = rows.map(([name]) => String(name));
    // To the engine, names that differ by case alone are one.
    const lower = given.map((name) => name.toLowerCase());
    const twice = given.filter((_, i) => lower.indexOf(lower[i] ?? '') < i);
    const written = new Set(sqlTokens(query.text, escapesInTexts).map(({ text }) => text.replaceAll('"', '')));
    const inside = await renamedInside(given, written, outputNames, executor);
    if (twice.length + inside.length === 0) continue;
    const shown = [...new Set([...twice, ...inside])].map((name) => `"${name}"`).join(', ');
    throw new FaultError({
      code: 'duplicate-column',
      message: `the query of "${model.name}" gives more than one column ${shown}`,
      at: fileStart(model.path),
      hint: 'name the columns that it is to give, each with a name of its own',
    });
  }
}

/**
 * Columns of one name that a query inside of another gives: the outer one sees `id` and `id_1`. That is a name of its own
 * if the query writes it, or if a table has a column of it.
 */
async function renamedInside(
  given: readonly string[],
  written: ReadonlySet<string>,
  queries: OutputNameQueries,
  executor: Executor,
): Promise<string[]> {
  const originals = new Map(
    given.flatMap((name) => {
      const original = queries.original(name);
      return original !== undefined && given.includes(original) && !written.has(name) ? [[name, original]] : [];
    }),
  );
  if (originals.size === 0) return [];
  const { rows } = await executor.query(plain(queries.known([...originals.keys()])));
  for (const [name] of rows) originals.delete(String(name));
  return [...originals.values()];
}
