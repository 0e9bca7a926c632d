import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { TemplateFacts } from './facts.ts';
import { readFacts } from './facts.ts';
import type { Call, Name, Part, Template, Value } from './syntax.ts';

/** A file of `macros/`: reusable SQL with parameters. */
export interface Macro {
  readonly name: string;
  /** The dialect it is written for; undefined for one that serves all. */
  readonly dialect: string | undefined;
  /** Its text without `{{params}}` and without the blanks at both ends. */
  readonly body: Template;
  readonly required: readonly string[];
  readonly defaults: Readonly<Record<string, Value>>;
  readonly facts: TemplateFacts;
}

/** A macro by its name, in the version for the dialect at hand. */
export type MacroLookup = (name: string) => Macro | undefined;

/**
 * The macro that a template defines. Its first tag may declare parameters, `{{params "column" scale=2}}`: those in
 * quotes are needed, the others have a default. What does not fit is added to `faults`.
 */
export function readMacro(name: string, dialect: string | undefined, template: Template, faults: Fault[]): Macro {
  const fault = (message: string, at: number): void => {
    faults.push({ code: 'macro-parameters', message, at: locationAt(template, at) });
  };
  const declaration = template.parts.map(paramsOf).find((call) => call !== undefined);
  const parts = template.parts.filter((part) => paramsOf(part) === undefined);
  const required: string[] = [];
  const defaults: [name: string, value: Value][] = [];

  const before = template.parts.find(
    (part) => part.kind !== 'text' || template.text.slice(part.at, part.end).trim() !== '',
  );
  if (declaration !== undefined && (before === undefined || paramsOf(before) !== declaration)) {
    fault('{{params}} stands once, at the top of a macro', declaration.at);
  }
  for (const arg of declaration?.kind === 'call' ? declaration.args : []) {
    if (arg.kind === 'literal' && typeof arg.value === 'string') {
      if (required.includes(arg.value)) fault(`the parameter "${arg.value}" is declared twice`, arg.at);
      required.push(arg.value);
    } else fault('a parameter is declared by its name in quotes, or with a default as name=…', arg.at);
  }
  for (const { name: parameter, value, at } of declaration?.kind === 'call' ? declaration.named : []) {
    if (value.kind === 'literal') defaults.push([parameter, value.value]);
    else fault(`the default of "${parameter}" must be written out`, at);
  }
  const body = { ...template, parts: trimParts(template.text, parts) };
  return { name, dialect, body, required, defaults: Object.fromEntries(defaults), facts: readFacts(body, faults) };
}

function paramsOf(part: Part): Name | Call | undefined {
  return part.kind === 'output' && part.value.name === 'params' ? part.value : undefined;
}

/** Takes the blanks off both ends, so that a macro can be called in the middle of a line. */
function trimParts(text: string, parts: readonly Part[]): readonly Part[] {
  const trimmed = [...parts];
  for (let first = trimmed[0]; first?.kind === 'text' && first.text === undefined; first = trimmed[0]) {
    const blanks = /^\s*/.exec(text.slice(first.at, first.end))?.[0].length ?? 0;
    if (first.at + blanks < first.end) {
      trimmed[0] = { ...first, at: first.at + blanks };
      break;
    }
    trimmed.shift();
  }
  for (let last = trimmed.at(-1); last?.kind === 'text' && last.text === undefined; last = trimmed.at(-1)) {
    const kept = text.slice(last.at, last.end).trimEnd().length;
    if (kept > 0) {
      trimmed[trimmed.length - 1] = { ...last, end: last.at + kept };
      break;
    }
    trimmed.pop();
  }
  return trimmed;
}
