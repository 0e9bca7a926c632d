import { expect, test } from 'vitest';
import { openAdapter } from '../../runner/adapters/adapter.ts';
import { test as runTests } from '../../runner/commands/test.ts';
import { faultsOf, project } from '../support/project.ts';
import type { TestProject } from '../support/project.ts';

const files = {
  'models/a.sql': 'select 1 as id',
  'models/_a.yml': 'models:\n  - name: a\n    columns: [{ name: id, tests: [unique] }]\n',
};

interface RunResults {
  readonly results: readonly { readonly status: string }[];
  readonly args: {
    readonly outcome: string;
    readonly faults?: readonly { readonly code: string }[];
    readonly statuses_before?: Readonly<Record<string, string>>;
  };
}

function resultsOf(shop: TestProject): RunResults {
  return JSON.parse(shop.read('target/run_results.json')) as RunResults;
}

function codesOf(shop: TestProject): (string | undefined)[] {
  const { results, args } = resultsOf(shop);
  expect(results).toEqual([]);
  expect(args.outcome).toBe('error');
  return (args.faults ?? []).map(({ code }) => code);
}

test('a run of a broken project leaves no results of an earlier one', async () => {
  const shop = project(files);
  await shop.publish();
  shop.write({ 'models/b.sql': 'select * from {{ref "nowhere"}}' });
  await faultsOf(shop.run());
  expect(codesOf(shop)).toEqual(['ref-unknown']);
});

test('neither does one with an unknown selector, and its results are still found by the right one', async () => {
  const shop = project({ ...files, 'models/broken.sql': 'select 1 / nothing as id' });
  expect((await shop.run()).outcome).toBe('held');
  await faultsOf(shop.run({ select: ['nowhere'] }));
  expect(codesOf(shop)).toEqual(['selection-empty']);
  await faultsOf(shop.run({ select: ['nowhere'] }));
  const again = await shop.run({ select: ['result:error'] });
  expect(again.results.map(({ uniqueId }) => uniqueId)).toEqual(['model.shop.broken']);
});

test('neither does one that the database does not let in', async () => {
  const shop = project(files, 'postgres');
  await shop.publish();
  shop.env = { ...shop.env, SHOP_PASSWORD: 'wrong', PGPASSWORD: 'wrong' };
  await faultsOf(shop.run());
  expect(codesOf(shop)).toEqual(['database-unavailable']);
});

test('neither do data tests that cannot begin', async () => {
  const shop = project(files);
  await shop.publish();
  const around = { now: () => new Date(), random: Math.random, report: () => undefined };
  await faultsOf(
    runTests({ ...shop.options(), select: ['nowhere'] }, { ...around, signal: new AbortController().signal }),
  );
  expect(codesOf(shop)).toEqual(['selection-empty']);
});

test('a run under way has no results yet, not those of an earlier one', async () => {
  const shop = project(files);
  await shop.publish();
  const during: RunResults[] = [];
  await shop.publish({
    fullRefresh: true,
    report: (event) => {
      if (event.type === 'run started') during.push(resultsOf(shop));
    },
  });
  expect(during).toMatchObject([{ results: [], args: { outcome: 'running' } }]);
  expect(
    resultsOf(shop)
      .results.map(({ status }) => status)
      .sort(),
  ).toEqual(['pass', 'success']);
});

test('a run that finds the warehouse taken leaves the results of the one that has it', async () => {
  const shop = project(files, 'postgres');
  await shop.publish();
  const before = shop.read('target/run_results.json');
  const holder = { command: 'test', since: '' };
  const { driver } = await openAdapter(shop.target, {
    projectDir: shop.dir,
    metaSchema: 'shop_meta',
    access: 'write',
    holder,
    wait: undefined,
    signal: undefined,
    threads: 1,
  });
  const faults = await faultsOf(shop.run()).finally(() => driver.close());
  expect(faults.map(({ code }) => code)).toEqual(['database-locked']);
  expect(shop.read('target/run_results.json')).toBe(before);
});

test('a folder that has no project gets no results', async () => {
  const shop = project({});
  shop.remove('dwh.yaml');
  await faultsOf(shop.run());
  expect(() => shop.read('target/run_results.json')).toThrow(/ENOENT/);
});

test('results that cannot be written at the end of a run are noted, and the run ends as published', async () => {
  const shop = project(files);
  const summary = await shop.run({
    report: (event) => {
      if (event.type !== 'published') return;
      // What cannot be written for another reason, such as a full disk, is reported alike.
      shop.write({ 'target/run_results.json/in_the_way': '' });
    },
  });
  expect(summary.outcome).toBe('published');
  expect(shop.events.at(-1)).toMatchObject({
    type: 'note',
    message: 'cannot write target/run_results.json: it is a folder',
  });
});
