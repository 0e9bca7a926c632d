import { join } from 'node:path';
import { loadingOf } from '../config/target.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { turnsOf } from '../core/stop.ts';
import { writeText } from '../files/text-file.ts';
import type { NameMap, OwnValues } from '../materialize/compile.ts';
import { compile } from '../materialize/compile.ts';
import { copyStatement } from '../materialize/copy.ts';
import { copyFields } from '../run/load/copy-fields.ts';
import { jsonArgument, openSource } from '../run/load/open-source.ts';
import { testQuery } from '../materialize/data-test.ts';
import type { Analysis, Model, Node, Test } from '../project/manifest.ts';
import { targetFolder } from '../artifacts/write-artifact.ts';
import type { Project, ProjectOptions } from './open-project.ts';
import { openProject } from './open-project.ts';
import type { SelectionOptions } from './selection.ts';
import { selectNodes } from './selection.ts';

/** A node rendered for a target, and the file that it was written to. */
export interface CompiledNode {
  readonly name: string;
  readonly file: string;
  readonly sql: string;
}

type Compilable = Model | Analysis | Test;

/**
 * Renders what a selection picks, as readers will see it, into `target/compiled/`; incremental models in both branches.
 * Of a copy model the jsonpaths file is read, wherever it is: nothing else here needs more than the project.
 */
export async function compileNodes(options: ProjectOptions & SelectionOptions): Promise<CompiledNode[]> {
  const project = await openProject(options);
  const nodes = selectNodes(project.manifest, project.projectDir, options, isCompilable, 'model, test or analysis');
  const turn = turnsOf(options.signal);
  const all: CompiledNode[] = [];
  for (const node of nodes) {
    await turn();
    all.push(...(await compileNode(node, project, options.signal)));
  }
  const written: CompiledNode[] = [];
  for (const { file: below, ...compiled } of all) {
    await turn();
    const file = join(targetFolder, 'compiled', below);
    writeText(join(project.projectDir, file), file, `${compiled.sql}\n`);
    written.push({ ...compiled, file });
  }
  return written;
}

function isCompilable(node: Node): node is Compilable {
  return node.resourceType === 'model' || node.resourceType === 'analysis' || node.resourceType === 'test';
}

async function compileNode(
  node: Compilable,
  project: Project,
  signal: AbortSignal | undefined,
): Promise<CompiledNode[]> {
  const { context } = project;
  const names = project.published;
  if (node.resourceType === 'test') return [compiled(node, testQuery(node, context, names), `test/${node.name}.sql`)];
  if (node.resourceType === 'analysis') return [compiled(node, compile(node.template, context, names), node.path)];
  if (node.config.materialized === 'copy')
    return [compiled(node, await compileCopy(node, project, names, signal), node.path)];
  const own = (incremental: boolean): OwnValues => ({
    names: { self: context.dialect.relation(names(node.uniqueId)), is_incremental: incremental },
  });
  const whole = compiled(node, compile(node.template, context, names, own(false)), node.path);
  if (node.config.materialized !== 'incremental') return [whole];
  return [
    whole,
    compiled(node, compile(node.template, context, names, own(true)), node.path.replace(/\.sql$/, '.incremental.sql')),
  ];
}

/** Only a run knows which files it loads: here the name of the source is in their place. */
async function compileCopy(
  node: Model,
  project: Project,
  names: NameMap,
  signal: AbortSignal | undefined,
): Promise<MappedText> {
  const { projectDir, context, target } = project;
  const source = await openSource(node, context, projectDir, signal);
  const load = context.dialect.load(await copyFields(node, source));
  const mentions = node.facts.sources.map(({ group, name }) => `${group}.${name}`);
  const { region } = source;
  const { iamRole = 'default' } = loadingOf(target);
  return copyStatement(node, context, names(node.uniqueId), load, {
    paths: mentions,
    jsonpaths: jsonArgument(source),
    objects: { iamRole, region, gzip: false },
  });
}

function compiled(node: Compilable, sql: MappedText, file: string): CompiledNode {
  return { name: node.name, file, sql: sql.text };
}
