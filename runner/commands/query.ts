import type { Rows } from '../adapters/driver.ts';
import { FaultError } from '../core/fault.ts';
import { copied } from '../core/mapped-text.ts';
import { compile } from '../materialize/compile.ts';
import { readingStatement } from '../materialize/reading.ts';
import { nodeName } from '../project/discover.ts';
import type { Analysis } from '../project/manifest.ts';
import { nameHint } from './name-hint.ts';
import { requirePublished, unlessNotPublished } from './not-published.ts';
import type { ReadOptions } from './on-published.ts';
import { onPublished } from './on-published.ts';
import type { Project } from './open-project.ts';
import { openProject } from './open-project.ts';

/** Runs an analysis by its name, or any SQL, on what is published. Throws a FaultError. */
export async function query(options: ReadOptions, nameOrSql: string): Promise<Rows> {
  const project = await openProject(options);
  const analysis = analysisNamed(project, nameOrSql);
  const text =
    analysis === undefined
      ? copied({ path: 'the query', text: nameOrSql })
      : compile(analysis.template, project.context, project.published);
  // Before the warehouse is opened: what would write is not sent anywhere.
  const sql = readingStatement(text, project.dialect);
  return onPublished(project, options, async (executor, catalog) => {
    if (analysis !== undefined) requirePublished(project, analysis, catalog);
    return executor.readOnly(sql).catch((error: unknown) => {
      throw unlessNotPublished(project, sql.text, catalog, error);
    });
  });
}

/** The analysis of a name; undefined for SQL. Throws a FaultError for one word that is no analysis, as it is no SQL either. */
function analysisNamed({ manifest }: Project, nameOrSql: string): Analysis | undefined {
  const nodes = [...manifest.nodes.values()];
  const analyses = nodes.filter((node) => node.resourceType === 'analysis');
  const analysis = analyses.find((node) => node.name === nameOrSql);
  if (analysis !== undefined) return analysis;
  const isPath = /^\S+\.sql$/.test(nameOrSql);
  if (!isPath && !/^[\w.-]+$/.test(nameOrSql)) return undefined;
  const name = isPath ? nodeName(nameOrSql) : nameOrSql;
  const other = nodes.find((node) => node.name === name && !['source', 'analysis'].includes(node.resourceType));
  const hint =
    other === undefined
      ? nameHint(
          nameOrSql,
          analyses.map((node) => node.name),
        )
      : `"${name}" is a ${other.resourceType}; see its rows: sparkify-run show ${name}`;
  throw new FaultError({ code: 'selection-empty', message: `there is no analysis "${nameOrSql}"`, hint });
}
