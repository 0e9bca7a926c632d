/**
 * A template as data: what this project takes of Handlebars, small enough to check, cache and render without running
 * any code of the template. Offsets (`at`, `end`) are UTF-16 code units into the source text.
 */
export interface Template {
  readonly path: string;
  readonly text: string;
  readonly parts: readonly Part[];
}

export type Part = Text | Output | Condition | MacroCall;

export interface Text {
  readonly kind: 'text';
  readonly at: number;
  readonly end: number;
  /** Only where it is not simply the source from `at` to `end`: after an escape such as `\{{`. */
  readonly text?: string;
}

/** `{{self}}` or `{{ref "songs"}}`: a name or call whose value is written out. */
export interface Output {
  readonly kind: 'output';
  readonly value: Name | Call;
}

/** `{{#if is_incremental}} … {{else}} … {{/if}}`; `unless` swaps the branches. */
export interface Condition {
  readonly kind: 'if';
  readonly at: number;
  readonly test: Expression;
  readonly whenTrue: readonly Part[];
  readonly whenFalse: readonly Part[];
}

/** `{{> copy_json from=…}}`. */
export interface MacroCall {
  readonly kind: 'macro';
  readonly at: number;
  readonly name: string;
  readonly args: readonly NamedArgument[];
  /** The blanks before a call that has its line for itself, which then stand before each line that it gives. */
  readonly indent?: string;
}

export type Expression = Literal | Name | Call;

export interface Literal {
  readonly kind: 'literal';
  readonly at: number;
  readonly value: Value;
}

/** A value by its name, such as `is_incremental` or `target.name`. */
export interface Name {
  readonly kind: 'name';
  readonly at: number;
  readonly name: string;
}

/** A helper with arguments, such as `ref "songs"` or, as an argument itself, `(source "raw" "song_data")`. */
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly args: readonly Expression[];
  readonly named: readonly NamedArgument[];
}

export interface NamedArgument {
  readonly name: string;
  readonly at: number;
  readonly value: Expression;
}

export type Value = string | number | boolean | null;

/** Visits every part of a template, those inside of conditions too, in the order of the source. */
export function visitParts(parts: readonly Part[], visit: (part: Part) => void): void {
  for (const part of parts) {
    visit(part);
    if (part.kind !== 'if') continue;
    visitParts(part.whenTrue, visit);
    visitParts(part.whenFalse, visit);
  }
}

/** Visits every expression that a part holds itself, those inside of other expressions too. */
export function visitExpressions(part: Part, visit: (expression: Expression) => void): void {
  if (part.kind === 'output') visitNested(part.value, visit);
  else if (part.kind === 'if') visitNested(part.test, visit);
  else if (part.kind === 'macro') for (const arg of part.args) visitNested(arg.value, visit);
}

function visitNested(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  if (expression.kind !== 'call') return;
  for (const arg of expression.args) visitNested(arg, visit);
  for (const arg of expression.named) visitNested(arg.value, visit);
}
