import type { Rows } from '../adapters/driver.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { copied } from '../core/mapped-text.ts';
import { suggestion } from '../core/nearest.ts';
import { compile } from '../materialize/compile.ts';
import { readingStatement } from '../materialize/reading.ts';
import type { ReadOptions } from './on-published.ts';
import { onPublished } from './on-published.ts';
import type { Project } from './open-project.ts';
import { openProject } from './open-project.ts';

/** Runs an analysis by its name, or any SQL, on what is published. Throws a FaultError. */
export async function query(options: ReadOptions, nameOrSql: string): Promise<Rows> {
  const project = await openProject(options);
  // Before the warehouse is opened: what would write is not sent anywhere.
  const sql = readingStatement(queryText(project, nameOrSql), project.dialect);
  return onPublished(project, options, (executor) => executor.readOnly(sql));
}

function queryText(project: Project, nameOrSql: string): MappedText {
  const analyses = [...project.manifest.nodes.values()].filter((node) => node.resourceType === 'analysis');
  const analysis = analyses.find((node) => node.name === nameOrSql);
  if (analysis !== undefined) return compile(analysis.template, project.context, project.published);
  // One word is no SQL: it was meant to be the name of an analysis.
  if (/^[\w.-]+$/.test(nameOrSql)) {
    const hint = suggestion(
      nameOrSql,
      analyses.map((node) => node.name),
    );
    throw new FaultError({
      code: 'selection-empty',
      message: `there is no analysis "${nameOrSql}"`,
      hint,
    });
  }
  return copied({ path: 'the query', text: nameOrSql });
}
