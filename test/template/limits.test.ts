import { describe, expect, test } from 'vitest';
import { FaultError } from '../../runner/core/fault.ts';
import type { Fault } from '../../runner/core/fault.ts';
import { parseWithHandlebars } from '../../runner/template/handlebars.ts';
import { maxNesting, maxSqlLength, maxSteps, maxTagLength, maxTags } from '../../runner/template/limits.ts';
import { render } from '../../runner/template/render.ts';

function parse(text: string): void {
  parseWithHandlebars('models/a.sql', text);
}

function faultOf(work: () => unknown): Fault | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.faults[0];
  }
}

function nested(begin: string, middle: string, end: string, depth: number): string {
  return begin.repeat(depth) + middle + end.repeat(depth);
}

describe('a template is parsed up to a limit of', () => {
  const cases: Record<string, (depth: number) => string> = {
    'nested blocks': (depth) => nested('{{#if self}}\n', '1', '{{/if}}', depth),
    'nested inverse blocks': (depth) => nested('{{^if self}}\n', '1', '{{/if}}', depth),
    'else-if branches': (depth) => `{{#if self}}1\n${'{{else if self}}2\n'.repeat(depth - 1)}{{/if}}`,
    'parentheses in a tag': (depth) => `{{> m a=${nested('(var ', '"x"', ')', depth)}}}`,
  };
  test.each(Object.entries(cases))('%s', (_, text) => {
    expect(faultOf(() => parse(text(maxNesting)))).toBeUndefined();
    expect(faultOf(() => parse(text(maxNesting + 1)))).toMatchObject({ code: 'template-limit' });
    expect(faultOf(() => parse(text(20_000)))).toMatchObject({ code: 'template-limit' });
  });

  test('tags', () => {
    const tags = (count: number): string => '{{~self}}\n'.repeat(count);
    expect(faultOf(() => parse(tags(maxTags)))).toBeUndefined();
    expect(faultOf(() => parse(tags(maxTags + 1)))).toMatchObject({
      code: 'template-limit',
      at: { line: maxTags + 1, column: 1 },
    });
  });

  test('letters in a tag', () => {
    const tag = (length: number): string => `select {{> m a="${'x'.repeat(length - '{{> m a=""}}'.length)}"}}`;
    expect(faultOf(() => parse(tag(maxTagLength)))).toBeUndefined();
    expect(faultOf(() => parse(tag(maxTagLength + 1)))).toMatchObject({ code: 'template-limit', at: { column: 8 } });
  });

  test('of which what only looks like a block is no part', () => {
    const tags = ['{{! {{#if }}', '{{!-- {{#if x}} (( --}}', '\\{{#if}}', '{{> m a="{{#if ((("}}', '{{^}}', '{{else}}'];
    const [four, branches] = [tags.slice(0, 4), tags.slice(4)];
    expect(faultOf(() => parse(four.join('').repeat(maxNesting + 1)))).toBeUndefined();
    for (const branch of branches)
      expect(faultOf(() => parse(`{{#if self}}${branch}{{/if}}`.repeat(maxNesting + 1)))).toBeUndefined();
  });

  test('and says where it is exceeded', () => {
    expect(faultOf(() => parse(nested('{{#if self}}\n', '1', '{{/if}}', 3_000)))?.at).toMatchObject({
      path: 'models/a.sql',
      line: maxNesting + 1,
      column: 1,
    });
  });
});

describe('rendering', () => {
  const scope = { names: { text: 'x'.repeat(maxSqlLength / 16) }, helpers: {}, macros: () => undefined };
  const rendered = (text: string): number => {
    const template = { path: 'models/a.sql', text, parts: parseWithHandlebars('models/a.sql', text) };
    return render(template, scope).text.length;
  };

  test('gives a text up to the limit, and a fault where it is exceeded', () => {
    expect(rendered('{{text}}'.repeat(16))).toBe(maxSqlLength);
    expect(faultOf(() => rendered(`${'{{text}}'.repeat(16)}\n`))).toMatchObject({
      code: 'template-limit',
      at: { line: 1, column: 16 * '{{text}}'.length + 1 },
    });
  });

  test('gives no more pieces of text than it may take steps', () => {
    const lines = '\n'.repeat(maxSteps + 1);
    const macro = { path: 'macros/m.hbs', text: lines, parts: [{ kind: 'text', at: 0, end: lines.length }] } as const;
    const facts = {
      config: undefined,
      refs: [],
      sources: [],
      vars: [],
      envs: [],
      macros: [],
      names: [],
      unknownCalls: [],
    };
    const body = { name: 'm', dialect: undefined, body: macro, required: [], defaults: {}, facts };
    const text = '  {{> m}}\n';
    const template = { path: 'models/a.sql', text, parts: parseWithHandlebars('models/a.sql', text) };
    expect(faultOf(() => render(template, { ...scope, macros: () => body }))).toMatchObject({
      code: 'template-limit',
      at: { path: 'macros/m.hbs' },
      related: [{ at: { path: 'models/a.sql', line: 1, column: 3 } }],
    });
  });
});
