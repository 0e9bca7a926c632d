import { onConnection } from '../adapters/interruptible.ts';
import { plain } from '../core/mapped-text.ts';
import { Executor } from '../run/executor.ts';
import type { Catalog } from '../run/warehouse.ts';
import { State } from '../run/state.ts';
import { locatedProject } from './located-project.ts';
import type { Project, ProjectOptions } from './open-project.ts';
import { withWarehouse } from './open-project.ts';

/** What a command that only reads the warehouse is given. */
export interface ReadOptions extends ProjectOptions {
  /** Told once when another process has the warehouse and this one waits for it; undefined not to wait. */
  readonly wait: ((holder: string) => void) | undefined;
  readonly command: string;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** Finds and opens the warehouse for reading, with the published schemas on the search path: `select * from songplays` works. */
export async function onPublished<T>(
  project: Project,
  options: ReadOptions,
  work: (executor: Executor, catalog: Catalog) => Promise<T>,
): Promise<T> {
  const there = await locatedProject(project, options);
  return withWarehouse(there, { ...options, access: 'read' }, ({ driver, dialect }) =>
    onConnection(driver, options.signal, async (connection) => {
      const executor = new Executor(connection, () => undefined);
      const state = new State(dialect, project.own);
      const catalog = await state.readCatalog(executor);
      const schemas = [...new Set([...catalog.values()].map(({ relation }) => relation.schema))].sort();
      if (schemas.length > 0) await executor.set(plain(dialect.searchPath(schemas, project.own.metaSchema)));
      return work(executor, catalog);
    }),
  );
}
