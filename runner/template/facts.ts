import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { Call, Expression, MacroCall, Name, Template } from './syntax.ts';
import { visitExpressions, visitParts } from './syntax.ts';

/** A name that a template mentions in quotes, and where. */
export interface Mention {
  readonly name: string;
  readonly at: number;
}

/** A source: `at` is where its file is named, `groupAt` its group. */
export interface SourceMention extends Mention {
  readonly group: string;
  readonly groupAt: number;
}

/** What a template says of itself, read from its syntax tree: nothing is rendered. */
export interface TemplateFacts {
  readonly config: Call | undefined;
  readonly refs: readonly Mention[];
  readonly sources: readonly SourceMention[];
  readonly vars: readonly Mention[];
  readonly envs: readonly Mention[];
  readonly macros: readonly MacroCall[];
  /** Names used for their value, such as `self` or `target.name`. */
  readonly names: readonly Name[];
  /** Calls of helpers that are none of ours. */
  readonly unknownCalls: readonly Call[];
}

/** The helpers of the language and how many names in quotes each takes. `config` and `params` take no part in SQL. */
export const helperArity = { ref: 1, source: 2, var: 1, env: 1 } as const;
type Helper = keyof typeof helperArity;

/** Reads the facts of a template. Whatever is not in a form that can be read is added to `faults`. */
export function readFacts(template: Template, faults: Fault[]): TemplateFacts {
  const facts = {
    config: undefined as Call | undefined,
    refs: [] as Mention[],
    sources: [] as SourceMention[],
    vars: [] as Mention[],
    envs: [] as Mention[],
    macros: [] as MacroCall[],
    names: [] as Name[],
    unknownCalls: [] as Call[],
  };
  // What a helper takes is a name in quotes: one without is reported once, at the helper.
  const unquoted = new Set<Expression>();
  visitParts(template.parts, (part) => {
    if (part.kind === 'macro') facts.macros.push(part);
    visitExpressions(part, (expression) => {
      if (expression.kind === 'literal' || unquoted.has(expression)) return;
      if (expression.name === 'config') facts.config = readConfig(template, expression, facts.config, faults);
      else if (isHelper(expression.name)) {
        readMention(template, expression, expression.name, facts, faults);
        for (const arg of argsOf(expression)) if (arg.kind === 'name') unquoted.add(arg);
      } else if (expression.kind === 'name') facts.names.push(expression);
      else facts.unknownCalls.push(expression);
    });
  });
  return facts;
}

function readConfig(
  template: Template,
  call: Name | Call,
  earlier: Call | undefined,
  faults: Fault[],
): Call | undefined {
  const fault = (message: string, at = call.at): void => {
    faults.push({ code: 'config-invalid', message, at: locationAt(template, at) });
  };
  if (earlier !== undefined) fault('{{config}} stands once in a file');
  else if (
    template.text
      .slice(0, call.at)
      .replace(/\{\{!.*?\}\}/gs, '')
      .replace(/\{\{~?\s*$/, '')
      .trim() !== ''
  ) {
    fault('{{config}} stands at the top of the file, before any SQL');
  }
  if (call.kind === 'name' || call.args.length > 0) fault('{{config}} takes settings such as materialized="table"');
  // One without settings counts as well, so that the text before a tag is read once in a file.
  if (call.kind === 'name') return earlier ?? { ...call, kind: 'call', args: [], named: [] };
  for (const { name, value } of call.named) {
    if (value.kind !== 'literal')
      fault(`the value of "${name}" must be written out, so that it is known without running anything`, value.at);
  }
  return earlier ?? call;
}

/** Gives the argument that is refused for not being a name in quotes. */
function readMention(
  template: Template,
  call: Name | Call,
  helper: Helper,
  facts: { refs: Mention[]; sources: SourceMention[]; vars: Mention[]; envs: Mention[] },
  faults: Fault[],
): void {
  const args = argsOf(call);
  const extra = call.kind === 'call' && call.named.length > 0;
  const names = args.map(literalText).filter((name) => name !== undefined);
  if (extra || args.length !== helperArity[helper] || names.length !== args.length) {
    const wrong = args.find((arg) => literalText(arg) === undefined);
    const example =
      inQuotes(helper, args) ?? (helper === 'source' ? '{{source "raw" "log_data"}}' : `{{${helper} "name"}}`);
    faults.push({
      code: 'argument-not-literal',
      message:
        wrong === undefined
          ? `{{${helper}}} takes ${helperArity[helper]} name${helper === 'source' ? 's' : ''} in quotes`
          : `{{${helper}}} takes a name in quotes${wrong.kind === 'name' ? '' : ', not a computed one'}`,
      at: locationAt(template, wrong?.at ?? call.at),
      hint: `write ${example}`,
    });
    return;
  }
  const [first = '', second = ''] = names;
  const at = args.at(-1)?.at ?? call.at;
  if (helper === 'source') facts.sources.push({ group: first, groupAt: args[0]?.at ?? at, name: second, at });
  else ({ ref: facts.refs, var: facts.vars, env: facts.envs })[helper].push({ name: first, at });
}

/** The call with its names in quotes; undefined where it has another number of them, or something else. */
function inQuotes(helper: Helper, args: readonly Expression[]): string | undefined {
  const names = args.map((arg) => (arg.kind === 'name' ? arg.name : literalText(arg)));
  if (names.length !== helperArity[helper] || names.includes(undefined)) return undefined;
  return `{{${[helper, ...names.map((name) => `"${name}"`)].join(' ')}}}`;
}

function argsOf(expression: Name | Call): readonly Expression[] {
  return expression.kind === 'call' ? expression.args : [];
}

function literalText(expression: Expression): string | undefined {
  return expression.kind === 'literal' && typeof expression.value === 'string' ? expression.value : undefined;
}

function isHelper(name: string): name is Helper {
  return Object.hasOwn(helperArity, name);
}
