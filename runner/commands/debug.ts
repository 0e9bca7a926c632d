import { secretKeys } from '../config/secrets.ts';
import { FaultError } from '../core/fault.ts';
import { plain } from '../core/mapped-text.ts';
import { relationName } from '../core/relation.ts';
import { version } from '../core/version.ts';
import type { ReadOptions } from './on-published.ts';
import { onPublished } from './on-published.ts';
import type { Project } from './open-project.ts';
import { openProject } from './open-project.ts';

/** One thing that was looked at, and what was found. */
export interface Finding {
  readonly what: string;
  readonly found: string;
}

/** Looks at everything between this program and the warehouse, one thing after another. Throws a FaultError at the first that fails. */
export async function debug(options: ReadOptions, tell: (finding: Finding) => void): Promise<void> {
  tell({
    what: 'version',
    found: `sparkify-run ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
  });
  const project = await openProject(options);
  tell({ what: 'project', found: `${project.manifest.config.name}, in ${project.projectDir}` });
  for (const finding of targetFindings(project, options)) tell(finding);
  try {
    await onPublished(project, options, async (executor, { catalog, published }) => {
      const { rows } = await executor.query(plain(project.dialect.versionQuery));
      tell({ what: 'connection', found: `${String(rows[0]?.[0])} answers` });
      const names = [...catalog.values()]
        .map(({ relation }) => relationName(relation))
        .filter((name) => !name.startsWith(`${project.own.metaSchema}.`));
      tell({
        what: 'published',
        found: published.size === 0 ? 'nothing yet' : `${published.size} nodes: ${names.join(', ')}`,
      });
    });
  } catch (error) {
    if (!(error instanceof FaultError) || error.faults[0]?.code !== 'nothing-published') throw error;
    tell({ what: 'connection', found: 'there is no database yet: the first sparkify-run models makes it' });
  }
}

/** The settings of the target, and which of them the environment decides. */
function targetFindings({ manifest, target }: Project, { env }: ReadOptions): Finding[] {
  const written = manifest.config.targets[target.name];
  const settings = Object.entries(target).filter(([key]) => key !== 'name');
  return [
    { what: 'target', found: target.name },
    ...settings.map(([key, value]): Finding => {
      const raw = String(written === undefined ? '' : Reflect.get(written, key));
      const names = [...raw.matchAll(/\$\{(\w+)/g)].map(
        ([, name = '']) => `${name} ${env[name] === undefined ? 'is not set' : 'is set'}`,
      );
      const shown = secretKeys.includes(key) ? '…' : String(value);
      return { what: `  ${key}`, found: `${shown}${names.length === 0 ? '' : `  (${names.join(', ')})`}` };
    }),
  ];
}
