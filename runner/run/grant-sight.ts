import type { Dialect } from '../adapters/dialect.ts';
import type { Fault } from '../core/fault.ts';
import { plain } from '../core/mapped-text.ts';
import type { Executor } from './executor.ts';

/**
 * What prevents a replacement of relations where the user of the target may not see all grants on them: those that it
 * does not see would be lost. `names` are what is replaced, as the faults show them.
 */
export async function hiddenGrants(
  names: readonly string[],
  { readers, identifier }: Dialect,
  executor: Executor,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  if (names.length === 0) return faults;
  for (const { query, permission, grant } of readers?.sights ?? []) {
    const { rows } = await executor.query(plain(query));
    const [user, seesAll] = rows[0] ?? [];
    if (Number(seesAll) > 0) continue;
    faults.push({
      code: 'grants-hidden',
      message: `${names.join(', ')} would be replaced, and grants would be lost that the user ${String(user)} does not see without ${permission}`,
      hint: `have a superuser run: ${grant(identifier(String(user)))}`,
    });
  }
  return faults;
}
