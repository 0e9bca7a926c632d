import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startRun } from '../chaos/kill.ts';
import { rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { project } from '../support/project.ts';
import { roads } from './shop-warehouse.ts';

/** A statement that a killed run leaves behind runs on in the server, longer than any test takes. */
const slow = 'select count(*) as n from (select pg_sleep(600)) as slept\n';
const never = { at: 'statement', nth: Number.MAX_SAFE_INTEGER } as const;

async function sleeping(shop: TestProject): Promise<number> {
  if (shop.database === undefined) throw new Error('this shop has no server');
  const running = `select pid from pg_stat_activity
    where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`;
  return (await rowsOn(shop.database, running)).length;
}

/** A project that is published once, and whose second run is killed while a statement of it runs. */
async function killed(shop: TestProject): Promise<void> {
  await shop.publish();
  shop.write({ 'models/counts.sql': slow });
  await shop.ready();
  const child = startRun(shop.dir, never, shop.env);
  await expect.poll(() => sleeping(shop), { timeout: 20_000 }).toBe(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await sleeping(shop)).toBe(1);
}

const kinds = ['serverless', 'provisioned'] as const;

describe.each(roads.flatMap((road) => kinds.map((kind) => ({ road, kind }))))('on $road, $kind,', ({ road, kind }) => {
  test('a killed run is taken over by the next one, which ends what it left in the server', async () => {
    const shop = project({ 'models/counts.sql': 'select 1 as n\n' }, road);
    if (shop.redshift !== undefined) shop.redshift.warehouse.kind = kind;
    await killed(shop);
    shop.write({ 'models/counts.sql': 'select 2 as n\n' });
    await shop.publish();
    expect(await sleeping(shop)).toBe(0);
    expect(await shop.rows('select n from counts')).toEqual([[2]]);
  });
});

test('sessions that have ended, and that the history still calls active, keep no run from taking over', async () => {
  const shop = project({ 'models/counts.sql': 'select 1 as n\n' }, 'redshift');
  await shop.publish();
  await shop.sql("update shop_meta.runs set status = 'running'");
  await shop.sql(`insert into redshift_stand_in.ended_sessions
    select 2147483000, 'sparkify-run ' || run_id || ' test', 'active' from shop_meta.runs`);
  shop.write({ 'models/counts.sql': 'select 2 as n\n' });
  await shop.publish();
  expect(await shop.rows('select n from counts')).toEqual([[2]]);
});
