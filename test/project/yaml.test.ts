import { describe, expect, test } from 'vitest';
import { validate } from '../../runner/commands/validate.ts';
import type { Fault } from '../../runner/core/fault.ts';
import { faultsOf, plainConfig, project } from '../support/project.ts';

/** Each line repeats the one above it nine times. */
function multiplied(lines: number): string {
  const names = [...'abcdefghijklmnop'].slice(0, lines);
  const rest = names.slice(1).map((name, i) => `${name}: &${name} [${Array(9).fill(`*${names[i]}`).join(', ')}]`);
  return [`a: &a [${Array(9).fill('x').join(', ')}]`, ...rest].join('\n');
}

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

describe.each([
  ['dwh.yaml', (text: string) => ({ 'dwh.yaml': `${plainConfig}vars:\n${indented(text)}\n` })],
  ['models/_m.yml', (text: string) => ({ 'models/_m.yml': `models:\n${indented(text)}\n` })],
] as const)('in %s', (path, withText) => {
  const found = async (text: string): Promise<{ faults: readonly Fault[]; places: string[] }> => {
    const shop = project(withText(text));
    const faults = await faultsOf(validate(shop.options()));
    return { faults, places: await shop.places(faults) };
  };
  const line = path === 'dwh.yaml' ? plainConfig.split('\n').length : 1;

  test('aliases that multiply are refused, with the line where they get too many', async () => {
    const { faults, places } = await found(multiplied(9));
    expect(faults).toMatchObject([
      { code: 'yaml-syntax', message: 'the aliases of this file repeat more than 100000 values' },
    ]);
    expect(places).toEqual([expect.stringMatching(new RegExp(`^${path}:${line + 6}:\\d+ yaml-syntax$`))]);
  });

  test('an alias inside of what it stands for is refused', async () => {
    expect((await found('a: &a [1, *a]')).places).toEqual([`${path}:${line + 1}:13 yaml-syntax`]);
    expect((await found('a: &a { b: { c: *a } }')).places).toEqual([`${path}:${line + 1}:19 yaml-syntax`]);
  });

  test.each([
    ['lists', 'a: ' + '['.repeat(100_000)],
    ['closed lists', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['mappings', 'a: ' + '{ a: '.repeat(100_000)],
    ['items', '- '.repeat(100_000)],
    ['keys', '? '.repeat(100_000)],
    ['a tag for binary data', 'a: !!binary aGVsbG8='],
    ['a tag for a set', 'a: !!set { x, y }'],
    ['a tag of its own', 'a: !vault x'],
    ['a key that is a list', '? [a, b]\n: 1'],
    ['a key that is a mapping', '? { toString: 1 }\n: 1'],
    ['an unknown alias', 'a: *b'],
    ['two documents', 'a: 1\n---\nb: 1'],
    ['a key that is there twice', 'a: 1\na: 2'],
    ['a control character', 'a: "\u0000"'],
    ['an open quote', `a: "${'x\n'.repeat(10_000)}`],
  ])('%s: the parser says where it gave up', async (_what, text) => {
    const { places } = await found(text);
    expect(places).toHaveLength(1);
    expect(places[0]).toMatch(new RegExp(`^${path}:\\d+:\\d+ yaml-syntax$`));
  });

  test.each([
    ['a merge key, which YAML 1.2 does not have', 'a: &a { b: c }\nd: { <<: *a }'],
    ['a key that is null, a number or a truth', '? null\n: { a: b }\n1: [x]\ntrue: { a: b }'],
    ['a key that is an alias', 'a: &a [x]\nb: &b c\n*b : [x]'],
    ['a name that every object has', 'toString: { toString: 1 }\nconstructor: [1]'],
    ['__proto__', '__proto__: { a: 1 }'],
    ['deep __proto__', 'a: { __proto__: 1 }'],
  ])('%s is refused with its place', async (_what, text) => {
    const { faults, places } = await found(text);
    expect(faults.length).toBeGreaterThan(0);
    for (const place of places) expect(place).toMatch(new RegExp(`^${path}:\\d+:\\d+ config-`));
  });
});

describe('what YAML reads in another way is answered with how to write it', () => {
  const column = (text: string): string => `models:\n  - name: a\n    columns:\n      - ${text}\n`;
  const model = (text: string): string => `models:\n  - name: a\n    ${text}\n    columns: []\n`;

  test.each([
    ['{ name: id, type: decimal(10,2) }', column, '4:', 'type: "decimal(10,2)"'],
    ['{ name: id, type: decimal(10, 2), not_null: true }', column, '4:', 'type: "decimal(10,2)"'],
    ['{ name: id, description: one, two three }', column, '4:', 'put quotes around a text that has a comma in it'],
    ['{ name: id, type: varchar(70000) }', column, '4:27', 'with n from 1 to 65535 bytes'],
    ['{ name: id, type: varchar(10 }', column, '4:27', 'it is written varchar(n)'],
    ['{ name: id, type: "integer(4)" }', column, '4:27', 'it is written integer, and nothing behind it'],
    ['{ name: id, not_null: yes }', column, '4:31', 'write true'],
    ['{ name: id, not_null: no }', column, '4:31', 'write false'],
    ['{ name: 1 }', column, '4:17', 'put quotes around it to make it text: "1"'],
    ['description: # of songs', model, '3:18', 'put quotes around a text that begins with #'],
    ['description: one: two', model, '3:21', 'put quotes around a text that has a colon'],
    ['description: @x', model, '3:18', 'begins with @'],
    ['description: %x', model, '3:18', 'begins with @, ` or %'],
    ['description: `x`', model, '3:18', 'begins with @, `'],
    ['description: *x', model, '3:19', 'begins with *'],
    ['description: !x', model, '3:18', 'begins with *, & or !'],
    ['description: {{ x }}', model, '3:18', 'begins with {{'],
    ['description: {{x}} and y', model, '3:', 'begins with {{'],
    ['description: "x" y', model, '3:22', 'ends at its second quote'],
    ["description: 'it's'", model, '3:', 'a quote is written twice'],
    ['description: > 5', model, '3:', 'begins with > or |'],
    ['description: "C:\\dir"', model, '3:', 'a backslash begins an escape'],
    ['description:x', model, '4:', 'a blank belongs behind the colon: "description: …"'],
    ['description: "x', model, '4:', 'is a quote or a bracket above it closed?'],
    ['\tdescription: x', model, '3:', 'indent with blanks'],
  ] as const)('%s', async (text, within, place, hint) => {
    const shop = project({ 'models/a.sql': 'select 1 as id', 'models/_m.yml': within(text) });
    const faults = await faultsOf(validate(shop.options()));
    expect(faults[0]?.hint).toContain(hint);
    expect((await shop.places(faults))[0]).toContain(`models/_m.yml:${place}`);
  });
});

test('aliases are taken where they are few, and an anchor may be set twice', async () => {
  const shop = project({
    'models/a.sql': 'select 1 as id, 2 as other\n',
    'models/_a.yml':
      'models:\n  - name: a\n    columns:\n      - { name: &n id, type: &t integer, tests: [unique] }\n      - { name: &n other, type: *t }\n    tests:\n      - unique: { columns: [id, *n] }\n',
  });
  await shop.publish();
});

test('thousands of faults in one file have their places, from one reading of it', async () => {
  const names = Array.from({ length: 5000 }, (_, i) => `unknown_${i}`);
  const shop = project({
    'models/_m.yml': `models:\n${names.map((name) => `  - name: ${name}\n`).join('')}`,
    'dwh.yaml': `${plainConfig}vars: {}\n${names.map((name) => `${name}: 1\n`).join('')}`,
  });
  const places = await shop.places(await faultsOf(validate(shop.options())));
  expect(places).toHaveLength(5000);
  shop.write({ 'dwh.yaml': plainConfig });
  const unknown = await shop.places(await faultsOf(validate(shop.options())));
  expect(unknown).toEqual(names.map((_, i) => `models/_m.yml:${i + 2}:11 properties-without-node`));
});

test('thousands of entries each with a key that is unknown and one that is missing are refused one by one', async () => {
  const shop = project({ 'models/_m.yml': `models:\n${'  - models: 1\n'.repeat(40_000)}` });
  const faults = await faultsOf(validate(shop.options()));
  expect(faults).toHaveLength(80_000);
});
