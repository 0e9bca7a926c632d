import fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { locate } from '../../runner/core/mapped-text.ts';
import { parseWithHandlebars } from '../../runner/template/handlebars.ts';
import { readMacro } from '../../runner/template/macro.ts';
import { parsePlain } from '../../runner/template/plain.ts';
import { parseTemplate } from '../../runner/template/parse.ts';
import type { Scope } from '../../runner/template/render.ts';
import { render } from '../../runner/template/render.ts';

const macroTexts: Record<string, string> = {
  repaired: '{{params "text"}}\ntrim({{text}})',
  two_lines: '{{params "a" b=2}}\n\nfirst {{a}}\n  second {{b}} on {{target.type}}\n',
  branching: '{{params on=true}}{{#if on}}yes{{else}}no{{/if}}',
};

function scope(names: Scope['names'] = {}): Scope {
  const macros = new Map(
    Object.entries(macroTexts).map(([name, text]) => {
      const path = `macros/${name}.hbs`;
      return [name, readMacro(name, undefined, { path, text, parts: parseWithHandlebars(path, text) }, [])];
    }),
  );
  return {
    names: { self: '"a"."me"', is_incremental: false, 'target.type': 'duckdb', ...names },
    helpers: { ref: (name) => `"a"."${name}"`, source: (group, name) => `'${group}/${name}'`, var: () => 5 },
    macros: (name) => macros.get(name),
  };
}

function byHandlebars(text: string, names: Scope['names'] = {}): string {
  const env = Handlebars.create();
  env.registerHelper({ config: () => '', params: () => '', ...scope().helpers });
  const [dialect] = [{ type: 'duckdb' }];
  for (const [name, macro] of Object.entries(macroTexts)) {
    env.registerPartial(name, `${macro.replace(/\{\{params.*?\}\}/, '').trim()}\n`);
  }
  const context = { self: '"a"."me"', is_incremental: false, target: dialect, ...names };
  return env.compile(text, { noEscape: true, strict: false })(context);
}

const templates = [
  'select 1',
  'select * from {{ref "songs"}} where x = {{var "x"}}\n',
  '{{config materialized="table" n=5 b=true}}\n\nselect * from {{ref "a"}}, {{ ref "b" }}\n',
  'insert into {{self}} select \'{\' || x || \'}\' from {{source "raw" "songs"}}',
  'select a\n{{#if is_incremental}}\nwhere b\n{{else}}\nwhere c\n{{/if}}\norder by d\n',
  'select a {{#unless is_incremental}}x{{/unless}} {{#if is_incremental}}y{{/if}}z',
  'select\n    {{!-- a note\n of two lines --}}\n    a,\n    {{! short }} b\n',
  'a\n    {{> two_lines a="x" b=1}}\nb\n',
  'a\n{{> two_lines a=(ref "songs") b=7}}\nb\n',
  'a {{~#if is_incremental~}} x {{~else~}} y {{~/if}} b',
  'keep \\{{this}} and {{self}}',
  'é😀 {{self}} 😀 {{ref "ü"}}',
  '{{#if is_incremental}}a{{else if target.type}}b{{else}}c{{/if}}',
];

describe('a template renders as Handlebars renders it', () => {
  for (const text of templates) {
    test.each([true, false])(`${JSON.stringify(text)} with is_incremental=%s`, async (incremental) => {
      const names = { is_incremental: incremental };
      const rendered = render(await template(text), scope(names)).text;
      expect(rendered).toBe(byHandlebars(text, names));
    });
  }
});

const template = async (text: string) => ({ path: 'm.sql', text, parts: await parseTemplate('m.sql', text) });

const literal = fc.oneof(
  fc.constantFrom('"songs"', '"a b"', '5', '-3', 'true'),
  fc.constantFrom('k="v"', 'n=1', 'b=false'),
);
const tag = fc
  .tuple(
    fc.constantFrom('self', 'ref', 'target.type', 'source'),
    fc.array(literal, { maxLength: 3 }),
    fc.constantFrom('', ' ', '\n'),
  )
  .map(
    ([name, args, blank]) =>
      `{{${blank}${[name, ...args.filter((a) => !a.includes('=')), ...args.filter((a) => a.includes('='))].join(' ')}${blank}}}`,
  );
const piece = fc.oneof(tag, fc.constantFrom('select ', '\n', '  ', "'{'", '}', 'é😀'));

test('the fast reader of simple templates and the parser of Handlebars read the same parts', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('');
      const plain = parsePlain(text);
      if (plain === undefined) return;
      read++;
      expect(plain).toEqual(parseWithHandlebars('m.sql', text));
    }),
  );
  expect(read).toBeGreaterThan(20);
});

test('a macro in the middle of a line adds nothing but its text', async () => {
  const text = 'select {{> repaired text="song"}} as song';
  expect(render(await template(text), scope()).text).toBe('select trim(song) as song');
});

test('each letter of the rendered text leads back to where it was written, through macros too', async () => {
  const text = '{{config x=1}}\nselect *\nfrom {{ref "songs"}}\n    {{> two_lines a="x"}}\nwhere y\n';
  const rendered = render(await template(text), scope());
  const at = (needle: string) =>
    locate(rendered, rendered.text.indexOf(needle)).map((p) => `${p.path}:${p.line}:${p.column}`);
  expect(at('select')).toEqual(['m.sql:2:1']);
  expect(at('"songs"')).toEqual(['m.sql:3:6']);
  expect(at('second')).toEqual(['macros/two_lines.hbs:4:3', 'm.sql:4:5']);
  expect(at('where y')).toEqual(['m.sql:5:1']);
  expect(at('y')).toEqual(['m.sql:5:7']);
});
