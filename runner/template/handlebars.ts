import Handlebars from 'handlebars';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { locationAt, offsetOf } from '../core/location.ts';
import { suggestion } from '../core/nearest.ts';
import { checkNesting } from './nesting.ts';
import type { ParserState } from './syntax-fault.ts';
import { mismatchFault, syntaxFault } from './syntax-fault.ts';
import type { Call, Expression, Name, NamedArgument, Part, Value } from './syntax.ts';

/** What Handlebars can do that would hide the graph or that nothing needs; each is refused by name. */
const refused = new Set(['each', 'with', 'lookup', 'log', 'blockHelperMissing', 'helperMissing']);

const restOfLine = /[ \t]*(?:\r?\n|$)/y;

/** The parts of a template by Handlebars' own parser. Throws a FaultError with all that is not taken. */
export function parseWithHandlebars(path: string, text: string): readonly Part[] {
  checkNesting({ path, text });
  const program = parseProgram(path, text);
  const reader = new Reader(path, text);
  const parts = reader.parts(program);
  if (reader.faults.length > 0) throw new FaultError(reader.faults);
  return parts;
}

// The first parse gives the parser its `yy`. It reports through a hook there if there is one; without it, it only says
// in words where it stopped.
Handlebars.parse('');
const { yy } = (
  Handlebars as unknown as { Parser: { yy: { parseError?: (message: string, at: ParserState) => never } } }
).Parser;

function parseProgram(path: string, text: string): hbs.AST.Program {
  yy.parseError = (_message, state) => {
    throw new FaultError(syntaxFault({ path, text }, state));
  };
  try {
    return Handlebars.parse(text);
  } catch (error) {
    throw error instanceof Handlebars.Exception ? new FaultError(mismatchFault({ path, text }, error)) : error;
  }
}

/** Turns Handlebars' syntax tree into ours. Holds the text for its offsets, and the faults found so far. */
class Reader {
  readonly faults: Fault[] = [];
  readonly #path: string;
  readonly #text: string;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  parts(program: hbs.AST.Program | undefined): readonly Part[] {
    return (program?.body ?? []).flatMap((statement) => this.#part(statement));
  }

  #part(statement: hbs.AST.Statement): Part[] {
    switch (statement.type) {
      case 'ContentStatement':
        return this.#content(statement as hbs.AST.ContentStatement);
      case 'CommentStatement':
        return [];
      case 'MustacheStatement':
        return this.#output(statement as hbs.AST.MustacheStatement);
      case 'BlockStatement':
        return this.#condition(statement as hbs.AST.BlockStatement);
      case 'PartialStatement':
        return this.#macro(statement as hbs.AST.PartialStatement);
      default:
        return this.#refuse(statement, 'inline partials, partial blocks and decorators are not taken here');
    }
  }

  #content(statement: hbs.AST.ContentStatement): Part[] {
    const { value } = statement;
    if (value === '') return [];
    // The typings are wrong here: it is the text before blanks around tags were taken off.
    const original = statement.original as unknown as string;
    const at = this.#at(statement) + Math.max(0, original.indexOf(value));
    const end = at + value.length;
    return [{ kind: 'text', at, end, ...(this.#text.slice(at, end) === value ? {} : { text: value }) }];
  }

  #output(statement: hbs.AST.MustacheStatement): Part[] {
    const value = this.#call(statement, this.#at(statement));
    return value === undefined ? [] : [{ kind: 'output', value }];
  }

  #condition(statement: hbs.AST.BlockStatement): Part[] {
    const name = this.#pathName(statement.path);
    if (name !== 'if' && name !== 'unless') {
      const known = suggestion(name ?? '', ['if', 'unless']);
      return refused.has(name ?? '')
        ? this.#refuse(
            statement,
            `{{#${name}}} is not taken here: a template has conditions, and no loops`,
            'write the SQL out, or call a macro for each',
          )
        : this.#fault('helper-unknown', statement, `there is no block {{#${name ?? '…'}}}`, known);
    }
    const [param, ...more] = statement.params;
    if (param === undefined || more.length > 0 || (statement.hash?.pairs.length ?? 0) > 0) {
      return this.#refuse(statement, `{{#${name}}} takes one name`);
    }
    const test = this.#expression(param);
    const [first, second] = [this.parts(statement.program), this.parts(statement.inverse)];
    if (test === undefined) return [];
    const [whenTrue, whenFalse] = name === 'if' ? [first, second] : [second, first];
    return [{ kind: 'if', at: this.#at(statement), test, whenTrue, whenFalse }];
  }

  #macro(statement: hbs.AST.PartialStatement): Part[] {
    if (statement.name.type !== 'PathExpression')
      return this.#refuse(statement, 'a macro is called by its name, not by a computed one');
    if (statement.params.length > 0)
      return this.#refuse(statement, 'a macro takes named arguments only, such as column="ts"');
    const at = this.#at(statement);
    const { original: name } = statement.name as hbs.AST.PathExpression;
    const indent = this.#indentOfLine(at, statement);
    return [
      { kind: 'macro', at, name, args: this.#named(statement.hash), ...(indent === undefined ? {} : { indent }) },
    ];
  }

  /** The blanks before a tag that has its line for itself; undefined for any other. */
  #indentOfLine(at: number, statement: hbs.AST.Node): string | undefined {
    let start = at;
    while (start > 0 && /[^\S\n]/.test(this.#text[start - 1] ?? '')) start--;
    if (start > 0 && this.#text[start - 1] !== '\n') return undefined;
    const end = offsetOf(this.#text, statement.loc.end.line, statement.loc.end.column + 1);
    restOfLine.lastIndex = end;
    return restOfLine.test(this.#text) ? this.#text.slice(start, at) : undefined;
  }

  #call(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, at: number): Name | Call | undefined {
    const name = this.#pathName(node.path);
    if (name === undefined) return void this.#refuse(node, 'a tag begins with a plain name', thisHint(node.path));
    const args = node.params.map((param) => this.#expression(param)).filter((arg) => arg !== undefined);
    const named = this.#named(node.hash);
    if (refused.has(name)) return void this.#refuse(node, `{{${name}}} is not taken here`);
    const isCall = node.type === 'SubExpression' || args.length > 0 || named.length > 0;
    return isCall ? { kind: 'call', at, name, args, named } : { kind: 'name', at, name };
  }

  #named(hash: hbs.AST.Hash | undefined): NamedArgument[] {
    return (hash?.pairs ?? []).flatMap((pair) => {
      const value = this.#expression(pair.value);
      return value === undefined ? [] : [{ name: pair.key, at: this.#at(pair), value }];
    });
  }

  #expression(node: hbs.AST.Expression): Expression | undefined {
    const at = this.#at(node);
    if (node.type === 'SubExpression') return this.#call(node as hbs.AST.SubExpression, at);
    if (node.type === 'PathExpression') {
      const name = this.#pathName(node);
      return name === undefined
        ? void this.#refuse(node, 'only plain names are taken here')
        : { kind: 'name', at, name };
    }
    return { kind: 'literal', at, value: literalValue(node) };
  }

  /** The name a path spells, if it is one of ours: no `../`, no `@data`, no `this`. */
  #pathName(node: hbs.AST.Expression | hbs.AST.Literal): string | undefined {
    if (node.type !== 'PathExpression') return undefined;
    const { original, data, depth, parts } = node as hbs.AST.PathExpression;
    return data || depth > 0 || parts.length === 0 || original !== parts.join('.') ? undefined : original;
  }

  #at(node: hbs.AST.Node): number {
    return offsetOf(this.#text, node.loc.start.line, node.loc.start.column + 1);
  }

  #refuse(node: hbs.AST.Node, message: string, hint?: string): [] {
    return this.#fault('template-unsupported', node, message, hint);
  }

  #fault(code: Fault['code'], node: hbs.AST.Node, message: string, hint?: string): [] {
    const at = locationAt({ path: this.#path, text: this.#text }, this.#at(node));
    this.faults.push({ code, message, at, hint });
    return [];
  }
}

function thisHint(path: hbs.AST.Expression | hbs.AST.Literal): string | undefined {
  const { original } = path as hbs.AST.PathExpression;
  return original === 'this' ? 'the relation of the model itself is {{self}} here' : undefined;
}

function literalValue(node: hbs.AST.Expression): Value {
  switch (node.type) {
    case 'StringLiteral':
      return (node as hbs.AST.StringLiteral).value;
    case 'NumberLiteral':
      return (node as hbs.AST.NumberLiteral).value;
    case 'BooleanLiteral':
      return (node as hbs.AST.BooleanLiteral).value;
    default:
      return null;
  }
}
