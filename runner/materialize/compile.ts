import type { Environment } from '../config/interpolate.ts';
import type { VarValue } from '../config/schema.ts';
import type { Target } from '../config/target.ts';
import type { Dialect } from '../adapters/dialect.ts';
import { postOrder } from '../core/dag.ts';
import { FaultError } from '../core/fault.ts';
import { firstStatement } from '../core/first-statement.ts';
import { fileStart, locationAt } from '../core/location.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat, locate, slice, trim } from '../core/mapped-text.ts';
import { ownValue } from '../core/own-value.ts';
import type { Relation } from '../core/relation.ts';
import type { Manifest, Model } from '../project/manifest.ts';
import { buildableNamed } from '../project/manifest.ts';
import { readFacts } from '../template/facts.ts';
import { limitText, maxSqlLength } from '../template/limits.ts';
import type { MacroLookup } from '../template/macro.ts';
import { render } from '../template/render.ts';
import type { Template, Value } from '../template/syntax.ts';

/** What compiling needs besides the template: the same for all nodes of a command. */
export interface CompileContext {
  readonly manifest: Manifest;
  readonly dialect: Dialect;
  readonly target: Pick<Target, 'name' | 'type'>;
  readonly macros: MacroLookup;
  readonly vars: Readonly<Record<string, VarValue>>;
  readonly env: Environment;
}

/** One of the two name maps: the relation that stands for a model or seed, by its unique id. */
export type NameMap = (uniqueId: string) => Relation;

/** Values that only one node has, such as `self`, and what a source stands for in it. */
export interface OwnValues {
  readonly names?: Readonly<Record<string, Value>>;
  readonly source?: string;
}

/**
 * The SQL of a template: rendered, with the ephemeral models it refers to put before it as CTEs, without a semicolon
 * at its end. Throws a FaultError when an environment variable that it uses is not set.
 */
export function compile(template: Template, context: CompileContext, names: NameMap, own: OwnValues = {}): MappedText {
  const body = renderQuery(template, context, names, own);
  if (body.reads.length === 0) return body.query;
  const queries = new Map<string, Rendered>();
  // Grows while it is gone through: without recursion, since such models may form long chains.
  const wanted = [...body.reads];
  for (const model of wanted) {
    if (queries.has(model.name)) continue;
    const rendered = renderQuery(model.template, context, names, {});
    queries.set(model.name, rendered);
    wanted.push(...rendered.reads);
  }
  const ctes = postOrder(namesOf(body.reads), (name) => namesOf(queries.get(name)?.reads ?? [])).flatMap((name) => {
    const rendered = queries.get(name);
    return rendered === undefined ? [] : [concat(`${cteName(name, context)} as (\n\n`, rendered.query, '\n\n)')];
  });
  checkLength(template, [body.query, ...ctes]);
  return withCtes(body.query, ctes);
}

/** The query of one template, and the ephemeral models that it reads, in the order in which it names them. */
interface Rendered {
  readonly query: MappedText;
  readonly reads: readonly Model[];
}

function namesOf(models: readonly Model[]): string[] {
  return models.map(({ name }) => name);
}

function cteName(name: string, { dialect }: CompileContext): string {
  return dialect.identifier(`ephemeral__${name}`);
}

/** Throws a FaultError for a query that becomes too long by the ephemeral models that it reads. */
function checkLength(template: Template, pieces: readonly MappedText[]): void {
  if (pieces.reduce((sum, { text }) => sum + text.length, 0) <= maxSqlLength) return;
  throw new FaultError({
    code: 'template-limit',
    message: `the SQL is longer than ${limitText(maxSqlLength)} characters with the ephemeral models that it reads`,
    at: fileStart(template.path),
    hint: 'make one of them a view or a table',
  });
}

function renderQuery(template: Template, context: CompileContext, names: NameMap, own: OwnValues): Rendered {
  const { dialect, manifest, target, env, vars } = context;
  const reads = new Set<Model>();
  const ref = (name: string): string => {
    const node = buildableNamed(manifest, name);
    if (node === undefined) throw new Error(`ref to ${name}, which does not exist`);
    if (node.resourceType !== 'model' || node.config.materialized !== 'ephemeral')
      return dialect.relation(names(node.uniqueId));
    reads.add(node);
    return cteName(name, context);
  };
  const query = oneStatement(
    render(template, {
      names: {
        'target.name': target.name,
        'target.type': target.type,
        is_incremental: false,
        watermark: 0,
        ...own.names,
      },
      helpers: {
        ref,
        source: () => own.source ?? '',
        var: (name) => ownValue(vars, name) ?? '',
        env: (name) => ownValue(env, name) ?? missingVariable(template, name),
      },
      macros: context.macros,
    }),
    dialect,
  );
  return { query, reads: [...reads] };
}

function missingVariable(template: Template, name: string): never {
  const mention = readFacts(template, []).envs.find((env) => env.name === name);
  const at = locationAt(template, mention?.at ?? 0, name.length + 2);
  throw new FaultError({
    code: 'env-missing',
    message: `the environment variable ${name} is not set`,
    at,
    hint: `set it: export ${name}=…`,
  });
}

// The blanks and comments that a query may begin with, then `with` and perhaps `recursive`.
const leadingWith = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*with\b(?:\s+recursive\b)?/i;

function withCtes(body: MappedText, ctes: readonly MappedText[]): MappedText {
  const list = ctes.flatMap((cte, i) => (i === 0 ? [cte] : [',\n\n', cte]));
  const opening = leadingWith.exec(body.text)?.[0];
  if (opening === undefined) return concat('with\n\n', ...list, '\n\n', body);
  return concat(slice(body, 0, opening.length), '\n\n', ...list, ',', slice(body, opening.length, body.text.length));
}

/** A query without the semicolon at its end. Throws a FaultError when another statement comes after it. */
function oneStatement(query: MappedText, { escapesInTexts }: Dialect): MappedText {
  const { end, second } = firstStatement(query.text, escapesInTexts);
  if (second === undefined) return trim(slice(query, 0, end));
  const [at] = locate(query, second);
  throw new FaultError({
    code: 'many-statements',
    message: 'a second statement begins here: it would run beside the one that is built and tested',
    at,
    hint: 'a file holds one query; put another one into a model of its own',
  });
}
