import { expect, test } from 'vitest';
import { planModels } from '../../runner/commands/models.ts';
import type { TestScan } from '../../runner/materialize/test-scan.ts';
import { scanQuery, testScans } from '../../runner/materialize/test-scan.ts';
import type { CompileContext, NameMap } from '../../runner/materialize/compile.ts';
import { planText } from '../../runner/terminal/plan-text.ts';
import { styleFor } from '../../runner/terminal/style.ts';
import type { Engine, Files } from '../support/project.ts';
import { project } from '../support/project.ts';

interface Planned {
  readonly scans: readonly TestScan[];
  readonly context: CompileContext;
  readonly names: NameMap;
  readonly text: string;
}

async function planned(files: Files, engine: Engine = 'duckdb'): Promise<Planned> {
  const own = project(files, engine);
  await own.ready();
  const { signal } = new AbortController();
  const around = { now: () => new Date(), random: Math.random, report: () => undefined, signal };
  const { project: opened, preparation } = await planModels(own.options(), around);
  const { context } = opened;
  return {
    scans: testScans(preparation.tests, context, preparation.building),
    context,
    names: preparation.building,
    text: planText(preparation, context, styleFor({ isTTY: false }, {})),
  };
}

/** A model of so many columns, with one of these tests on each. */
function wide(columns: number, tests: (column: number) => string): Files {
  const numbers = Array.from({ length: columns }, (_, i) => i);
  const properties = numbers.map((i) => `      - { name: c${i}, tests: [${tests(i)}] }\n`);
  return {
    'models/wide.sql': `select ${numbers.map((i) => `${i} as c${i}`).join(', ')}`,
    'models/_wide.yml': `models:\n  - name: wide\n    columns:\n${properties.join('')}`,
  };
}

const sizes = (scans: readonly TestScan[]): number[] => scans.map(({ tests }) => tests.length);

test('tests that look at each row share a scan; those that group or join rows do not', async () => {
  const { scans, text } = await planned({
    'models/things.sql': 'select 1 as id, 2 as amount',
    'models/lone.sql': 'select 1 as id',
    'models/passing.sql': '{{config materialized="ephemeral"}}select 1 as a, 2 as b',
    'models/_models.yml': `models:
  - name: things
    columns:
      - { name: id, tests: [not_null, unique, { relationships: { to: lone, column: id } }] }
      - { name: amount, tests: [{ accepted_values: { values: [2] } }, { accepted_range: { min_value: 1, max_value: 9 } }] }
  - name: lone
    columns: [{ name: id, tests: [not_null, unique] }]
  - name: passing
    columns: [{ name: a, tests: [not_null] }, { name: b, tests: [not_null] }]
`,
  });
  expect(scans.map(({ tests }) => tests.map(({ name }) => name))).toEqual([
    ['not_null_things_id', 'accepted_values_things_amount', 'accepted_range_things_amount'].toSorted(),
  ]);
  expect(text).toContain('-- 3 tests of things in one scan: only those that it finds rows for run below\n\nselect\n');
});

test('a scan has a hundred tests at most', async () => {
  expect(sizes((await planned(wide(250, () => 'not_null'))).scans)).toEqual([100, 100, 50]);
  // A test that is left over has no other to share a scan with.
  expect(sizes((await planned(wide(101, () => 'not_null'))).scans)).toEqual([100]);
});

test('the statement of a scan is no longer than the Data API takes, be its columns compared as text', async () => {
  const values = Array.from({ length: 300 }, (_, i) => `'value number ${i}'`).join(', ');
  const files = wide(60, () => `{ accepted_values: { values: [${values}] } }`);
  const { scans, context, names } = await planned(files, 'redshift-data');
  expect(scans.length).toBeGreaterThan(1);
  expect(sizes(scans).reduce((sum, size) => sum + size)).toBe(60);
  const asText = new Map([['wide', new Set(Array.from({ length: 60 }, (_, i) => `c${i}`))]]);
  for (const scan of scans)
    expect(Buffer.byteLength(scanQuery(scan, context, names, asText).text)).toBeLessThan(100 * 1024);
  expect(sizes((await planned(files)).scans)).toEqual([60]);
});
