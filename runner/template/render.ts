import { FaultError } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { MappedText, Origin, Span } from '../core/mapped-text.ts';
import { ownValue } from '../core/own-value.ts';
import { limitText, maxSqlLength, maxSteps } from './limits.ts';
import type { MacroLookup } from './macro.ts';
import type { Call, Expression, MacroCall, Name, Part, Template, Text, Value } from './syntax.ts';

/** What a template can reach while it is rendered. */
export interface Scope {
  /** Values by name, such as `self` or `target.name`. */
  readonly names: Readonly<Record<string, Value>>;
  /** `ref`, `source`, `var`, `env`: from the names in quotes to the text that stands for them. */
  readonly helpers: Readonly<Record<string, (...names: string[]) => Value>>;
  readonly macros: MacroLookup;
}

/**
 * Renders a template as Handlebars does (a test compares them), without running any code of it: the result knows for
 * each letter where it was written. A name without a value throws a FaultError, even inside of an `if`; so does a text
 * that becomes too long. How deep macros call one another is for `check/extents.ts` to limit.
 */
export function render(template: Template, scope: Scope): MappedText {
  const out = new Writer();
  new Rendering(template, scope, out, undefined).parts(template.parts);
  return out.result();
}

type Origination = Omit<Span, 'start'>;

interface Sink {
  write(text: string, from: Origination): void;
}

/** Collects text and the spans that say where it came from. */
class Writer implements Sink {
  readonly #texts: string[] = [];
  readonly #spans: Span[] = [];
  #length = 0;

  write(text: string, from: Origination): void {
    if (text === '') return;
    if (this.#length + text.length > maxSqlLength || this.#spans.length >= maxSteps) throw tooLong(from);
    this.#spans.push({ ...from, start: this.#length });
    this.#texts.push(text);
    this.#length += text.length;
  }

  result(): MappedText {
    return { text: this.#texts.join(''), spans: this.#spans };
  }
}

/** A fault for a text that becomes too long with what stems `from` there. */
function tooLong({ origin, at, calledFrom }: Origination): FaultError {
  return new FaultError({
    code: 'template-limit',
    message: `the SQL becomes longer than ${limitText(maxSqlLength)} characters or ${limitText(maxSteps)} pieces here`,
    at: origin === undefined ? undefined : locationAt(origin, at),
    related:
      calledFrom?.origin === undefined
        ? []
        : [{ message: 'called from', at: locationAt(calledFrom.origin, calledFrom.at) }],
  });
}

class Rendering {
  readonly #template: Template;
  readonly #scope: Scope;
  readonly #out: Sink;
  readonly #calledFrom: Span | undefined;

  constructor(template: Template, scope: Scope, out: Sink, calledFrom: Span | undefined) {
    this.#template = template;
    this.#scope = scope;
    this.#out = out;
    this.#calledFrom = calledFrom;
  }

  parts(parts: readonly Part[]): void {
    for (const part of parts) {
      switch (part.kind) {
        case 'text':
          this.#text(part);
          break;
        case 'output':
          this.#write(String(this.#value(part.value) ?? ''), part.value.at, false);
          break;
        case 'if':
          this.parts(isTruthy(this.#value(part.test)) ? part.whenTrue : part.whenFalse);
          break;
        case 'macro':
          this.#macro(part);
      }
    }
  }

  #text(part: Text): void {
    const copied = part.text === undefined;
    this.#write(part.text ?? this.#template.text.slice(part.at, part.end), part.at, copied);
  }

  #macro(call: MacroCall): void {
    const macro = this.#scope.macros(call.name);
    if (macro === undefined) throw this.#fault('macro-unknown', `there is no macro "${call.name}"`, call.at);
    const given = Object.fromEntries(call.args.map((arg) => [arg.name, this.#value(arg.value)]));
    const names = { ...visibleInMacros(this.#scope.names), ...macro.defaults, ...given };
    const calledFrom = { start: 0, ...this.#span(call.at, false) };
    const out = call.indent === undefined ? this.#out : indented(this.#out, call.indent);
    new Rendering(macro.body, { ...this.#scope, names }, out, calledFrom).parts(macro.body.parts);
    if (call.indent !== undefined) this.#write('\n', call.at, false);
  }

  #value(expression: Expression): Value {
    if (expression.kind === 'literal') return expression.value;
    if (expression.kind === 'call') return this.#call(expression);
    if (expression.name === 'config') return '';
    const value = ownValue(this.#scope.names, expression.name);
    if (value === undefined) throw this.#fault('name-unknown', `"${expression.name}" has no value here`, expression.at);
    return value;
  }

  #call(call: Call | Name): Value {
    if (call.name === 'config') return '';
    const helper = ownValue(this.#scope.helpers, call.name);
    if (helper === undefined) throw this.#fault('helper-unknown', `there is no helper "${call.name}"`, call.at);
    const args = call.kind === 'call' ? call.args.map((arg) => String(this.#value(arg))) : [];
    return helper(...args);
  }

  #write(text: string, at: number, copied: boolean): void {
    this.#out.write(text, this.#span(at, copied));
  }

  #span(at: number, copied: boolean): Origination {
    const origin: Origin = this.#template;
    return { origin, at, copied, ...(this.#calledFrom === undefined ? {} : { calledFrom: this.#calledFrom }) };
  }

  #fault(code: 'macro-unknown' | 'name-unknown' | 'helper-unknown', message: string, at: number): FaultError {
    return new FaultError({ code, message, at: locationAt(this.#template, at) });
  }
}

/** Puts blanks before each line that is written, as Handlebars does for a macro that has its line for itself. */
function indented(out: Sink, indent: string): Sink {
  let atLineStart = true;
  return {
    write(text, from) {
      let offset = 0;
      for (const line of text.split(/(?<=\n)/)) {
        if (atLineStart && line !== '\n') out.write(indent, { ...from, copied: false });
        out.write(line, from.copied ? { ...from, at: from.at + offset } : from);
        atLineStart = line.endsWith('\n');
        offset += line.length;
      }
    },
  };
}

function visibleInMacros(names: Scope['names']): Scope['names'] {
  return Object.fromEntries(
    Object.entries(names).filter(([name]) => name.startsWith('target.') || name.startsWith('load.')),
  );
}

/** What Handlebars' `if` takes for true. */
function isTruthy(value: Value): boolean {
  return value !== null && value !== false && value !== '' && value !== 0;
}
