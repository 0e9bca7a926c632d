import { expect, test } from 'vitest';
import { planModels } from '../../runner/commands/models.ts';
import { validate } from '../../runner/commands/validate.ts';
import { planText } from '../../runner/terminal/plan-text.ts';
import { styleFor } from '../../runner/terminal/style.ts';
import type { Files, TestProject } from '../support/project.ts';
import { changesIn, faultsIn, faultsOf, project } from '../support/project.ts';

const long = `select ${Array.from({ length: 9000 }, (_, i) => `${i} as c${i}`).join(',\n    ')}\n`;
const many = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [
    `models/m${i}.sql`,
    `{{config unique_key="id"}}\nselect ${i} as id, {{var "n"}} as n\n`,
  ]),
);
const vars = (n: number) => ({ vars: { n } });

async function shop(files: Files): Promise<TestProject> {
  const own = project({ ...files }, 'redshift-data');
  own.write({ 'dwh.yaml': `${own.read('dwh.yaml')}vars: { n: 0 }\n` });
  await own.ready();
  return own;
}

async function planned(own: TestProject): Promise<string> {
  const around = {
    now: () => new Date(),
    random: Math.random,
    report: () => undefined,
    signal: new AbortController().signal,
  };
  const { project: opened, preparation } = await planModels(own.options(), around);
  return planText(preparation, opened.context, styleFor({ isTTY: false }, {}));
}

test('validate tells how long a publish can be, and that it is one batch', async () => {
  const own = await shop({ 'models/songs.sql': 'select 1 as id' });
  expect((await validate(own.options())).publishes).toEqual([
    { type: 'redshift-data', statements: 9, road: 'handed in as one batch' },
  ]);
  expect(await planned(own)).toMatch(/publish, in one transaction: 1 statement and the state, handed in as one batch/);
});

test('validate and a run refuse a statement that the Data API would not take, and say how long it is', async () => {
  const own = await shop({ 'models/wide.sql': long });
  for (const refused of [validate(own.options()), own.run()]) {
    const [fault] = await faultsOf(refused);
    expect(fault).toMatchObject({ code: 'statement-too-long', at: { path: 'models/wide.sql' } });
    expect(fault?.message).toMatch(/has \d{6} bytes, and the Data API takes 102400 at most/);
  }
});

test('a publish of more statements than a batch holds is one session, and one transaction', async () => {
  const own = await shop(many);
  await own.publish(vars(1));
  expect(await planned(own)).toMatch(/more than the 40 of a batch: handed in by one session, which has not been tried/);
  expect(Object.values(changesIn(await own.publish(vars(2))))).toEqual(
    Array.from({ length: 20 }, () => 'merge +0 ~1 -0'),
  );
  const commits = own.redshift?.dataApi.calls.filter(({ input }) => input.Sql === 'commit') ?? [];
  expect(commits).toHaveLength(1);
}, 60_000);

test('nothing of it is published when its last statement fails', async () => {
  const own = await shop(many);
  await own.publish(vars(1));
  own.redshift?.warehouse.mishaps.push({
    statement: /^update "shop_meta"\."runs" set "status" = 'published'/,
    happens: { kind: 'error', message: 'disk full' },
  });
  expect(faultsIn(await own.run(vars(2)))).toMatchObject([{ code: 'database-error', message: 'disk full' }]);
  expect(await own.rows('select min(n), max(n) from m7')).toEqual([[1, 1]]);
}, 60_000);
