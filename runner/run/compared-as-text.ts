import type { CompileContext, NameMap } from '../materialize/compile.ts';
import { comparedIn } from '../materialize/data-test.ts';
import type { ComparedAsText } from '../materialize/row-check.ts';
import type { Test } from '../project/manifest.ts';
import type { Executor } from './executor.ts';
import { columnsOf } from './look.ts';

/** Looks up which columns of what is tested have a type whose values cannot be compared but as text. Throws a FaultError. */
export async function comparedAsText(
  tests: readonly Test[],
  context: CompileContext,
  names: NameMap,
  executor: Executor,
): Promise<ComparedAsText> {
  const found = new Map<string, ReadonlySet<string>>();
  if (context.dialect.supports.comparesAllTypes) return found;
  for (const [name, query] of comparedIn(tests, context, names)) {
    const columns = await columnsOf(query, executor, context.dialect);
    found.set(name, new Set(columns.flatMap((column) => (column.comparison === 'text' ? [column.name] : []))));
  }
  return found;
}
