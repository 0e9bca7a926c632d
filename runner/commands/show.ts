import type { Rows } from '../adapters/driver.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import { compile } from '../materialize/compile.ts';
import { failuresRelation, testQuery } from '../materialize/data-test.ts';
import { readingStatement } from '../materialize/reading.ts';
import type { ComparedAsText } from '../materialize/row-check.ts';
import { Statements } from '../materialize/statements.ts';
import type { Node } from '../project/manifest.ts';
import { isMaterialized } from '../run/run-graph.ts';
import { comparedAsText } from '../run/compared-as-text.ts';
import type { Catalog } from '../run/warehouse.ts';
import { nameHint } from './name-hint.ts';
import { requirePublished } from './not-published.ts';
import type { ReadOptions } from './on-published.ts';
import { onPublished } from './on-published.ts';
import type { Project } from './open-project.ts';
import { openProject } from './open-project.ts';

/**
 * The first rows of a model or seed as published, of an analysis, or of what a data test finds: the rows that held
 * the last run if there are any, else those in what is published. Throws a FaultError.
 */
export async function show(options: ReadOptions, name: string, limit: number): Promise<Rows> {
  const project = await openProject(options);
  const node = shownNode(project, name);
  const sql = new Statements(project.dialect);
  return onPublished(project, options, async (executor, catalog) => {
    if (!isMaterialized(node) && keptFailures(project, node, catalog) === undefined)
      requirePublished(project, node, catalog);
    const asText =
      node.resourceType === 'test'
        ? await comparedAsText([node], project.context, project.published, executor)
        : new Map<string, ReadonlySet<string>>();
    return executor.readOnly(sql.firstRows(shownQuery(project, node, catalog, sql, asText), limit));
  });
}

type Shown = Exclude<Node, { resourceType: 'source' }>;

function shownNode(project: Project, name: string): Shown {
  const nodes = [...project.manifest.nodes.values()].filter((node) => node.resourceType !== 'source');
  const node = nodes.find((candidate) => candidate.name === name);
  if (node !== undefined) return node;
  const hint = nameHint(
    name,
    nodes.map((candidate) => candidate.name),
  );
  throw new FaultError({
    code: 'selection-empty',
    message: `there is no model, seed, test or analysis "${name}"`,
    hint,
  });
}

function shownQuery(
  project: Project,
  node: Shown,
  catalog: Catalog,
  sql: Statements,
  asText: ComparedAsText,
): MappedText {
  const { context, dialect } = project;
  const names = project.published;
  if (node.resourceType === 'analysis') return readingStatement(compile(node.template, context, names), dialect);
  if (node.resourceType === 'test') {
    const kept = keptFailures(project, node, catalog);
    return kept === undefined ? readingStatement(testQuery(node, context, names, asText), dialect) : sql.allRows(kept);
  }
  if (node.resourceType === 'model' && node.config.materialized === 'ephemeral')
    return readingStatement(compile(node.template, context, names), dialect);
  const relation = names(node.uniqueId);
  if (catalog.has(relationName(relation))) return sql.allRows(relation);
  throw new FaultError({
    code: 'nothing-published',
    message: `"${node.name}" is not published yet`,
    hint: `build it: sparkify-run models +${node.name}`,
  });
}

/** Where the rows are that a test found in the last run; undefined when there are none. */
function keptFailures({ own, dialect }: Project, node: Shown, catalog: Catalog): Relation | undefined {
  if (node.resourceType !== 'test') return undefined;
  const kept = failuresRelation(node, own.metaSchema, dialect);
  return catalog.has(relationName(kept)) ? kept : undefined;
}
