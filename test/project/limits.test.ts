import { describe, expect, test } from 'vitest';
import { compileNodes } from '../../runner/commands/compile.ts';
import { planModels } from '../../runner/commands/models.ts';
import { validate } from '../../runner/commands/validate.ts';
import { maxEphemeralDepth, maxMacroDepth } from '../../runner/template/limits.ts';
import type { Files } from '../support/project.ts';
import { faultsOf, project } from '../support/project.ts';

function named(prefix: string, count: number, text: (i: number) => string): Files {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [prefix.replace('*', String(i)), text(i)]));
}

/** A model whose SQL is that of so many macros, each of which calls the next one `times`. */
function macros(count: number, times = 1): Files {
  const body = (i: number): string => (i === count - 1 ? '1' : `{{> m${i + 1}}}`.repeat(times));
  return { 'models/a.sql': 'select {{> m0}} as id', ...named('macros/m*.hbs', count, body) };
}

/** A model that reads the last of so many ephemeral models, each of which reads the one before it. */
function ephemeral(count: number): Files {
  const body = (i: number): string =>
    `{{config materialized="ephemeral"}}\nselect id from ${i === 0 ? '(select 1 as id) as q' : `{{ref "e${i - 1}"}}`}`;
  return { 'models/a.sql': `select id from {{ref "e${count - 1}"}}`, ...named('models/e*.sql', count, body) };
}

describe('macros that call one another', () => {
  test('may do so as deep as the limit', async () => {
    const shop = project(macros(maxMacroDepth));
    expect((await compileNodes(shop.options()))[0]?.sql.split(/\s+/)).toEqual(['select', '1', 'as', 'id']);
  });

  test.each([maxMacroDepth + 1, 3_000])('are refused at the call that is too deep, in a chain of %i', async (count) => {
    const shop = project(macros(count));
    const faults = await faultsOf(validate(shop.options()));
    const path = count === maxMacroDepth + 1 ? 'models/a.sql' : `macros/m${count - maxMacroDepth - 2}.hbs`;
    const column = count === maxMacroDepth + 1 ? 8 : 1;
    expect(faults).toMatchObject([{ code: 'template-limit', at: { path, line: 1, column } }]);
    expect(await faultsOf(compileNodes(shop.options()))).toEqual(faults);
  });

  test('twice each are refused at the macro that would take too many steps', async () => {
    const shop = project(macros(29, 2));
    const faults = await faultsOf(validate(shop.options()));
    expect(faults).toMatchObject([
      { code: 'template-limit', message: expect.stringMatching(/500,000 steps.*"m\d+"/) as string },
    ]);
  });

  test('in one branch of a condition count as that branch', async () => {
    const shop = project({
      ...macros(18, 2),
      'models/b.sql': 'select {{#if is_incremental}}{{> m0}}{{else}}{{> m0}}{{/if}} as id',
    });
    await expect(validate(shop.options())).resolves.toBeDefined();
  });
});

describe('ephemeral models that read one another', () => {
  test('may do so as deep as the limit, and are built', async () => {
    const shop = project(ephemeral(maxEphemeralDepth));
    await shop.publish();
    expect(await shop.rows('select id from shop.a')).toEqual([[1]]);
  });

  test.each([maxEphemeralDepth + 1, 1_500])('are refused by every command beyond that: %i', async (count) => {
    const shop = project(ephemeral(count));
    const faults = await faultsOf(validate(shop.options()));
    expect(faults).toMatchObject([
      { code: 'template-limit', at: { path: `models/e${maxEphemeralDepth}.sql`, line: 2, column: 22 } },
    ]);
    expect(await faultsOf(compileNodes(shop.options()))).toEqual(faults);
  });

  test('stand once each, after those that they read, also where several read one', async () => {
    const config = '{{config materialized="ephemeral"}}';
    const both = (i: number): string => `${config}select {{ref "e${i - 1}"}}, {{ref "e${i - 2}"}}`;
    const shop = project({
      ...named('models/e*.sql', 60, (i) => (i < 2 ? `${config}select ${i}` : both(i))),
      'models/a.sql': 'select {{ref "e59"}}',
    });
    const a = (await compileNodes(shop.options())).find(({ name }) => name === 'a');
    const ctes = [...(a?.sql ?? '').matchAll(/"ephemeral__e(\d+)" as \(/g)].map(([, i]) => Number(i));
    expect(ctes.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    for (const i of ctes.filter((n) => n > 1)) expect(ctes.indexOf(i)).toBeGreaterThan(ctes.indexOf(i - 1));
  });
});

test('a chain of 5,000 views is planned', async () => {
  const shop = project(
    named('models/v*.sql', 5_000, (i) => (i === 0 ? 'select 1 as id' : `select id from {{ref "v${i - 1}"}}`)),
  );
  const around = {
    now: () => new Date(),
    random: Math.random,
    report: () => undefined,
    signal: new AbortController().signal,
  };
  const { preparation } = await planModels(shop.options(), around);
  const ids = [...preparation.plans.keys()];
  expect(ids).toHaveLength(5_000);
  expect(preparation.horizon.toPublish(ids.at(-1) ?? '')).toBe(1);
});

test('a seed with 50,000 wrong quotes is refused at the first of them', async () => {
  const shop = project({
    'seeds/codes.csv': `code,label\n${'ann,"code,label\n'.repeat(50_000)}`,
    'models/a.sql': 'select 1 as id',
  });
  const faults = await faultsOf(validate({ ...shop.options() }));
  expect(await shop.places(faults)).toEqual(['seeds/codes.csv:3:1 seed-invalid']);
});
