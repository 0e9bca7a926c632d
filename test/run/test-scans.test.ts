import { describe, expect, test } from 'vitest';
import { show } from '../../runner/commands/show.ts';
import { test as testCommand } from '../../runner/commands/test.ts';
import type { RunEvent } from '../../runner/core/run-event.ts';
import type { RunResult } from '../../runner/core/run-result.ts';
import type { Engine, TestProject } from '../support/project.ts';
import { engines, project } from '../support/project.ts';

const around = { random: Math.random, now: () => new Date(), wait: undefined, signal: new AbortController().signal };

const files = {
  'models/empty.sql': 'select id, kind, amount from {{ref "things"}} where id > 10',
  'models/things.sql': `select 1 as id, 'a' as kind, 10 as amount, cast(null as varchar(9)) as note
    union all select 2, 'b', null, null
    union all select 3, 'c', 30, 'x'
    union all select 4, 'c', 700, 'y'
    union all select null, null, -5, 'y'`,
  'models/seen.sql': '{{config materialized="view"}}select id, kind, amount from {{ref "things"}}',
  'models/inline.sql': '{{config materialized="ephemeral"}}select id, kind from {{ref "things"}}',
};

const columnTests = (model: string): string => `  - name: ${model}
    columns:
      - { name: id, tests: [unique, not_null: { severity: warn }, { accepted_range: { min_value: 1 } }, { relationships: { to: things, column: id } }] }
      - { name: kind, tests: [not_null, { accepted_values: { values: [a, b] } }, { accepted_values: { values: [a, b, c] } }] }
`;

const properties = `models:
${['empty', 'seen', 'inline'].map(columnTests).join('')}${columnTests('things')}\
      - { name: amount, tests: [unique, not_null, { accepted_range: { min_value: 0, max_value: 100, severity: warn } }, { accepted_range: { max_value: 1000 } }, { relationships: { to: things, column: id } }] }
      - { name: note, tests: [not_null, { accepted_values: { values: [x] } }] }
    tests:
      - unique: { columns: [id, kind] }
`;

/** What a test gives besides how long it took. Rows come in no order. */
function said({ startedAt, seconds, faults, ...rest }: RunResult): unknown {
  const lines = ({ message }: { message: string }): string[] => message.split('\n').toSorted();
  expect(seconds).toBeGreaterThanOrEqual(0);
  expect(startedAt).toBeInstanceOf(Date);
  return { ...rest, faults: faults.map((fault) => ({ ...fault, message: lines(fault) })) };
}

/** The results of tests on what is published, by their names, and the statements that they took. */
async function tested(
  shop: TestProject,
  select: readonly string[] = [],
): Promise<{ results: ReadonlyMap<string, RunResult>; scans: string[] }> {
  const events: RunEvent[] = [];
  await shop.ready();
  const report = (event: RunEvent): void => void events.push(event);
  const { results } = await testCommand({ ...shop.options(), select }, { ...around, report, retryDelayMs: 1 });
  const scans = events.flatMap((event) =>
    event.type === 'statement' && event.sql.startsWith('select\n    count(case') ? [event.sql] : [],
  );
  return { results: new Map(results.map((result) => [result.name, result])), scans };
}

/** A project that is published without its tests, and then has them. */
async function published(engine: Engine, tests: string, more: Readonly<Record<string, string>> = {}) {
  const shop = project({ ...files, ...more }, engine);
  await shop.publish();
  shop.write({ 'models/_models.yml': tests });
  return shop;
}

describe.each([...engines, 'redshift-data'] as const)('tests that share a scan, on %s,', (engine) => {
  test('say what each says on its own, whatever it finds', async () => {
    const shop = await published(engine, properties);
    const together = await tested(shop);
    expect(together.scans).toHaveLength(3);
    expect(new Set([...together.results.values()].map(({ status }) => status))).toEqual(
      new Set(['pass', 'warn', 'fail']),
    );
    for (const [name, result] of together.results) {
      const alone = await tested(shop, [name]);
      expect(alone.scans).toEqual([]);
      expect(said(result), name).toEqual(alone.results.get(name) && said(alone.results.get(name) ?? result));
    }
  }, 120_000);

  test('hold the publish as each does, and keep the rows that it found until it passes', async () => {
    const shop = project({ ...files, 'models/_models.yml': properties }, engine);
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    const failures = new Map(summary.results.map(({ name, status, failures: found }) => [name, [status, found]]));
    expect(failures.get('not_null_things_id')).toEqual(['warn', 1]);
    expect(failures.get('not_null_things_note')).toEqual(['fail', 2]);
    expect(failures.get('accepted_values_things_kind')).toEqual(['fail', 1]);
    expect(failures.get('accepted_range_things_amount')).toEqual(['warn', 2]);
    const kept = async (name: string): Promise<number> => {
      await shop.ready();
      return (await show({ ...shop.options(), ...around }, name, 10)).rows.length;
    };
    expect(await kept('not_null_things_note')).toBe(2);
    shop.write({
      'models/things.sql': `select 1 as id, 'a' as kind, 1 as amount, 'x' as note union all select 2, 'b', 2, 'x'`,
    });
    await shop.publish();
    expect(await kept('not_null_things_note')).toBe(0);
  });

  test('run on their own when the warehouse refuses the scan, and only the one that it is about says so', async () => {
    const wrong = `models:
  - name: things
    columns:
      - { name: id, tests: [not_null, { accepted_range: { max_value: 'many' } }] }
      - { name: gone, tests: [not_null] }
      - { name: amount, tests: [{ accepted_range: { max_value: 1000 } }] }
`;
    const { results } = await tested(await published(engine, wrong));
    expect(Object.fromEntries([...results].map(([name, { status }]) => [name, status]))).toEqual({
      not_null_things_id: 'fail',
      accepted_range_things_id: 'error',
      not_null_things_gone: 'error',
      accepted_range_things_amount: 'pass',
    });
  });
});

test('columns that the server cannot compare are compared as text in a scan', async () => {
  const tests = `models:
  - name: papers
    columns: [{ name: value, tests: [not_null, { accepted_values: { values: ['[1]', '[2]'] } }, { accepted_values: { values: ['[1]'] } }] }]
`;
  const papers = `select cast('[1]' as json) as value union all select cast('[2]' as json)`;
  const shop = await published('postgres', tests, { 'models/papers.sql': papers });
  const { results, scans } = await tested(shop);
  expect(scans).toHaveLength(1);
  expect(scans[0]).toContain('cast("value" as text) not in');
  expect([...results.values()].map(({ status }) => status).toSorted()).toEqual(['fail', 'pass', 'pass']);
});

test('the time of a scan is shared evenly among its tests, and added to what each takes on its own', async () => {
  const shop = await published('duckdb', properties);
  let clock = 0;
  const tick = (): Date => new Date((clock += 1000));
  const options = { ...shop.options(), select: ['not_null_things_note', 'accepted_range_things_amount'], threads: 1 };
  const { results } = await testCommand(options, { ...around, now: tick, report: () => undefined });
  // By this clock the scan and each test take a second, whatever they do.
  expect(results.map(({ seconds }) => seconds)).toEqual([1.5, 1.5]);
});
