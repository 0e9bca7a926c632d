import type { Dialect } from '../adapters/dialect.ts';
import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { Change } from './changes.ts';
import type { Executor } from './executor.ts';
import type { Preparation } from './prepare.ts';

/**
 * Refuses a publish that would write rows where a trigger, a rule or a foreign key of others could change or suppress them:
 * what readers see then is not what the run has built and tested. Throws a FaultError.
 */
export async function checkSideEffects(
  changes: readonly Change[],
  { warehouse }: Preparation,
  { readers }: Dialect,
  executor: Executor,
): Promise<void> {
  const targets = new Map(
    changes.flatMap((change) => writtenBy(change).map((relation) => [relationName(relation), { relation, change }])),
  );
  const written = [...targets.values()].map(({ relation }) => relation);
  const published = [...written, ...[...warehouse.published.values()].map(({ relation }) => relation)];
  const query = written.length === 0 ? undefined : readers?.sideEffects?.(written, published);
  if (query === undefined) return;
  const { rows } = await executor.query(plain(query));
  const faults = [...targets].flatMap(([name, { change }]) => {
    const found = rows.filter(([schema, identifier]) => `${String(schema)}.${String(identifier)}` === name);
    if (found.length === 0) return [];
    const { uniqueId, path } = change.plan.node;
    return [
      {
        code: 'rows-unsure' as const,
        nodes: [uniqueId],
        message: `rows would be written to ${name}, and others have made what can change or suppress rows then:\n${found.map(([, , description]) => `  ${String(description)}`).join('\n')}`,
        at: fileStart(path),
        hint: `drop or disable it: ${found.map(([, , , remedy]) => String(remedy)).join('; ')}`,
      },
    ];
  });
  if (faults.length > 0) throw new FaultError(faults);
}

/** The tables that may be there already and that a change inserts rows into or deletes rows from. */
function writtenBy({ plan, drops, statements }: Change): Relation[] {
  const { names, publish, steps, node } = plan;
  const isWritten = publish.type === 'table' && drops === undefined && statements.length > 0;
  const hasRejects = node.config.materialized === 'copy' && steps.length > 0;
  return [...(isWritten ? [names.published] : []), ...(hasRejects ? [names.rejects] : [])];
}
