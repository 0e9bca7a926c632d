import { FaultError } from '../core/fault.ts';
import { relationName } from '../core/relation.ts';
import type { SqlToken } from '../core/sql-tokens.ts';
import { sqlTokens } from '../core/sql-tokens.ts';
import type { Buildable, Node } from '../project/manifest.ts';
import { isMaterialized, relationsRead } from '../run/run-graph.ts';
import type { Catalog } from '../run/warehouse.ts';
import type { Project } from './open-project.ts';

/** Throws a FaultError when a node reads models or seeds that are not published. */
export function requirePublished(project: Project, node: Node, catalog: Catalog): void {
  const { manifest } = project;
  const read = [...relationsRead(manifest, node.uniqueId)].flatMap((id) => manifest.nodes.get(id) ?? []);
  const missing = read.filter(isMaterialized).filter((parent) => !isPublished(project, parent, catalog));
  if (missing.length > 0) throw notPublished(project, catalog, missing, `"${node.name}" reads `);
}

/** Throws a FaultError when no model or seed of the project is published. */
export function requireAnyPublished(project: Project, catalog: Catalog): void {
  if (!isAnyPublished(project, catalog)) throw notPublished(project, catalog, [], '');
}

/**
 * What to report of SQL that the database has refused: a FaultError that names the models and seeds of the project that
 * the refusal is about and that are not published, else the refusal itself.
 */
export function unlessNotPublished(project: Project, sql: string, catalog: Catalog, refusal: unknown): unknown {
  if (!(refusal instanceof FaultError)) return refusal;
  const refused = refusal.message.toLowerCase();
  const names = tablesNamed(sqlTokens(sql, project.dialect.escapesInTexts)).filter((name) => refused.includes(name));
  const nodes = [...project.manifest.nodes.values()].filter((node) => names.includes(node.name));
  const missing = nodes.filter(isMaterialized).filter((node) => !isPublished(project, node, catalog));
  if (missing.length > 0) return notPublished(project, catalog, missing, 'the query reads ', refusal);
  const ephemeral = nodes.find((node) => node.resourceType === 'model' && node.config.materialized === 'ephemeral');
  if (ephemeral === undefined) return refusal;
  return new FaultError(
    {
      code: 'nothing-published',
      message: `"${ephemeral.name}" is ephemeral: it is part of the models that read it, and no table`,
      hint: `see its rows: sparkify-run show ${ephemeral.name}`,
    },
    { cause: refusal },
  );
}

/** The last parts of the names behind `from` and `join`, in lower case as those of models are. */
function tablesNamed(tokens: readonly SqlToken[]): string[] {
  return tokens.flatMap(({ text }, i) => {
    if (!/^(?:from|join)$/i.test(text)) return [];
    let last = i + 1;
    while (tokens[last + 1]?.text === '.') last += 2;
    return tokens[last]?.text.replaceAll('"', '').toLowerCase() ?? [];
  });
}

function notPublished(
  project: Project,
  catalog: Catalog,
  missing: readonly Buildable[],
  reader: string,
  cause?: unknown,
): FaultError {
  const names = missing.map(({ name }) => name);
  const none = !isAnyPublished(project, catalog);
  const what = names.length === 0 ? '' : `${reader}${names.map((name) => `"${name}"`).join(', ')}`;
  const nothing = `nothing of this project is published on the target "${project.target.name}" yet`;
  const message = none
    ? `${nothing}${what === '' ? '' : `, and ${what}`}`
    : `${what}, which ${names.length === 1 ? 'is' : 'are'} not published yet`;
  const selected = none ? '' : names.map((name) => ` +${name}`).join('');
  return new FaultError(
    { code: 'nothing-published', message, hint: `build it: sparkify-run models${selected}` },
    { cause },
  );
}

function isPublished({ published }: Project, node: Buildable, catalog: Catalog): boolean {
  return catalog.has(relationName(published(node.uniqueId)));
}

function isAnyPublished(project: Project, catalog: Catalog): boolean {
  return [...project.manifest.nodes.values()].some(
    (node) => isMaterialized(node) && isPublished(project, node, catalog),
  );
}
