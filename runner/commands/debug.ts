import { secretKeys, withoutIds } from '../config/secrets.ts';
import { FaultError } from '../core/fault.ts';
import { plain } from '../core/mapped-text.ts';
import { ownValue } from '../core/own-value.ts';
import { relationName } from '../core/relation.ts';
import { version } from '../core/version.ts';
import type { Link } from './debug-redshift.ts';
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
  const told = ({ what, found }: Finding): void => tell({ what, found: withoutIds(found) });
  told({
    what: 'version',
    found: `sparkify-run ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
  });
  const project = await openProject(options);
  told({ what: 'project', found: `${project.manifest.config.name}, in ${project.projectDir}` });
  for (const finding of targetFindings(project, options)) told(finding);
  for (const { what, look } of await linksOf(project, options)) {
    try {
      told({ what, found: await look() });
    } catch (error) {
      if (error instanceof FaultError) told({ what, found: 'this is where it fails' });
      throw error;
    }
  }
}

/** What has to hold one after another; that which is the same for all engines comes last. */
async function linksOf(project: Project, options: ReadOptions): Promise<readonly Link[]> {
  const last = [{ what: 'published', look: () => published(project, options) }];
  if (project.target.type === 'redshift' || project.target.type === 'redshift-data') {
    const { redshiftLinks } = await import('./debug-redshift.ts');
    return [...redshiftLinks(project, options), ...last];
  }
  return [{ what: 'connection', look: () => connection(project, options) }, ...last];
}

async function connection(project: Project, options: ReadOptions): Promise<string> {
  try {
    return await onPublished(project, options, async (executor) => {
      const { rows } = await executor.query(plain(project.dialect.versionQuery));
      return `${String(rows[0]?.[0])} answers`;
    });
  } catch (error) {
    if (!isNothingThere(error)) throw error;
    return 'there is no database yet: the first sparkify-run models makes it';
  }
}

async function published(project: Project, options: ReadOptions): Promise<string> {
  try {
    return await onPublished(project, options, (_executor, catalog) => {
      const names = [...catalog.values()]
        .map(({ relation }) => relationName(relation))
        .filter((name) => !name.startsWith(`${project.own.metaSchema}.`));
      return Promise.resolve(names.length === 0 ? 'nothing yet' : `${names.length} nodes: ${names.join(', ')}`);
    });
  } catch (error) {
    if (!isNothingThere(error)) throw error;
    return 'nothing yet';
  }
}

function isNothingThere(error: unknown): boolean {
  return error instanceof FaultError && error.faults[0]?.code === 'nothing-published';
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
        ([, name = '']) => `${name} ${ownValue(env, name) === undefined ? 'is not set' : 'is set'}`,
      );
      const shown = secretKeys.includes(key) ? '…' : String(value);
      return { what: `  ${key}`, found: `${shown}${names.length === 0 ? '' : `  (${names.join(', ')})`}` };
    }),
  ];
}
