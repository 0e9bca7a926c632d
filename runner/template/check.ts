import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import { suggestion } from '../core/nearest.ts';
import type { TemplateFacts } from './facts.ts';
import { helperArity } from './facts.ts';
import type { Macro, MacroLookup } from './macro.ts';
import type { MacroCall, Template } from './syntax.ts';

/** The names that have a value in one kind of file, besides the parameters that a macro declares. */
export type NamesInScope = ReadonlySet<string>;

const targetNames = ['target.name', 'target.type'];
const modelNames = [...targetNames, 'self', 'is_incremental', 'watermark'];
const loadTexts = ['load.into', 'load.columns', 'load.values', 'load.fields', 'load.jsonpaths', 'load.line_bytes'];
const objectTexts = ['load.iam_role', 'load.region', 'load.gzip', 'load.no_load'];
const conversions = ['load.time_format', 'load.truncate_columns', 'load.blanks_as_null', 'load.empty_as_null'];
const loadNames = [
  ...loadTexts,
  ...objectTexts,
  ...conversions,
  'load.max_error',
  'load.stat_update',
  'load.comp_update',
];

/** What each kind of file may mention. */
export const scopes = {
  model: new Set(modelNames),
  copy: new Set([...modelNames, ...loadNames]),
  query: new Set(targetNames),
} as const satisfies Record<string, NamesInScope>;

/** What a macro sees besides its parameters; those of a load only where a copy model calls it. */
const macroNames: NamesInScope = new Set([...targetNames, ...loadNames]);

/**
 * Checks every name, helper and macro that a template mentions against those known at its place, for one dialect.
 * Refs and sources are for the graph to check.
 */
export function checkTemplate(
  template: Template,
  facts: TemplateFacts,
  scope: NamesInScope,
  macros: MacroLookup,
  macroNames: Iterable<string>,
): Fault[] {
  return [
    ...nameFaults(template, facts, scope, macros),
    ...facts.macros.flatMap((call) => macroCallFaults(template, call, scope, macros, macroNames)),
  ];
}

/** Checks the body of a macro, which sees only its parameters, the target and, in a copy model, the load. */
export function checkMacro(macro: Macro, macros: MacroLookup, known: Iterable<string>): Fault[] {
  const scope = new Set([...macroNames, ...macro.required, ...Object.keys(macro.defaults)]);
  const own = [...macro.facts.refs, ...macro.facts.sources, ...macro.facts.vars, ...macro.facts.envs].map(
    (mention): Fault => ({
      code: 'helper-unknown',
      message: 'a macro sees only its parameters, so that the graph is exact',
      at: locationAt(macro.body, mention.at),
      hint: `declare a parameter and pass it in the call, such as {{> ${macro.name} from=(ref "songs")}}`,
    }),
  );
  return [...own, ...checkTemplate(macro.body, macro.facts, scope, macros, known)];
}

function nameFaults(template: Template, facts: TemplateFacts, scope: NamesInScope, macros: MacroLookup): Fault[] {
  const unknownNames = facts.names
    .filter(({ name }) => !scope.has(name))
    .map(({ name, at }): Fault => ({
      code: 'name-unknown',
      message: `"${name}" has no value here`,
      at: locationAt(template, at, name.length),
      ...hint(suggestion(name, [...scope, ...Object.keys(helperArity)])),
    }));
  const unknownCalls = facts.unknownCalls.map(({ name, at }): Fault => ({
    code: 'helper-unknown',
    message: `there is no helper "${name}"`,
    at: locationAt(template, at),
    ...hint(callOf(macros(name)) ?? suggestion(name, ['config', ...Object.keys(helperArity)])),
  }));
  return [...unknownNames, ...unknownCalls];
}

/** Of a macro that is called like a helper: how it is called. */
function callOf(macro: Macro | undefined): string | undefined {
  if (macro === undefined) return undefined;
  const args = macro.required.map((name) => ` ${name}=…`).join('');
  return `"${macro.name}" is a macro, which is called with a >: {{> ${macro.name}${args}}}`;
}

function macroCallFaults(
  template: Template,
  call: MacroCall,
  scope: NamesInScope,
  macros: MacroLookup,
  known: Iterable<string>,
): Fault[] {
  const macro = macros(call.name);
  if (macro === undefined) {
    const message = `there is no macro "${call.name}"`;
    return [
      {
        code: 'macro-unknown',
        message,
        at: locationAt(template, call.at, call.name.length + 4),
        ...hint(suggestion(call.name, known)),
      },
    ];
  }
  const parameters = [...macro.required, ...Object.keys(macro.defaults)];
  const fault = (message: string, at: number, text?: string): Fault => ({
    code: 'macro-argument',
    message,
    at: locationAt(template, at),
    ...hint(text),
  });
  const unknown = call.args
    .filter((arg) => !parameters.includes(arg.name))
    .map((arg) =>
      fault(`macro "${call.name}" has no parameter "${arg.name}"`, arg.at, suggestion(arg.name, parameters)),
    );
  const missing = macro.required
    .filter((name) => !call.args.some((arg) => arg.name === name))
    .map((name) =>
      fault(`macro "${call.name}" needs the argument "${name}"`, call.at, `it takes ${parameters.join(', ')}`),
    );
  const load = macro.facts.names.find(({ name }) => name.startsWith('load.') && !scope.has(name));
  const outside =
    load === undefined
      ? []
      : [
          fault(
            `macro "${call.name}" uses "${load.name}", which only a copy model has`,
            call.at,
            'is {{config materialized="copy"}} missing?',
          ),
        ];
  return [...unknown, ...missing, ...outside];
}

function hint(text: string | undefined): { hint?: string } {
  return text === undefined ? {} : { hint: text };
}
