import { describe, expect, test } from 'vitest';
import { FaultError } from '../../runner/core/fault.ts';
import type { RunEvent } from '../../runner/core/run-event.ts';
import { lockHeld } from '../support/postgres.ts';
import type { Files, TestProject } from '../support/project.ts';
import { faultsIn, project } from '../support/project.ts';
import type { Road, ShopWarehouse } from './shop-warehouse.ts';
import { roads } from './shop-warehouse.ts';

const songs = (rows: string): Files => ({
  'models/songs.sql': `{{config unique_key="id" dist="id" sort="id"}}\n${rows}\n`,
  'models/_songs.yml':
    'models:\n  - name: songs\n    columns:\n      - { name: id, type: integer }\n      - { name: title, type: varchar(20) }\n',
});

/** A published shop with a change to publish, and its warehouse. */
async function changedShop(road: Road): Promise<{ shop: TestProject; there: ShopWarehouse }> {
  const shop = project(songs("select 1 as id, 'one' as title"), road);
  await shop.publish();
  if (shop.redshift === undefined) throw new Error('this shop is on Redshift');
  shop.write(songs("select 1 as id, 'eins' as title"));
  return { shop, there: shop.redshift };
}

/** Has a person lock a table of the shop. Gives how to release it. */
function locked({ warehouse }: ShopWarehouse): Promise<() => Promise<void>> {
  return lockHeld(warehouse.address, 'lock table shop.songs in share mode');
}

/** Runs the shop over a wire that falls silent at an event, and stops the run then. Gives how it ended and after how long. */
async function stoppedInSilence(
  road: Road,
  isMoment: (event: RunEvent) => boolean,
): Promise<{ outcome: unknown; codes: unknown; ms: number; events: readonly RunEvent[] }> {
  const { shop, there } = await changedShop(road);
  const wire = await there.wire();
  shop.env = there.env;
  const controller = new AbortController();
  let from = 0;
  const report = (event: RunEvent): void => {
    if (!isMoment(event) || from > 0) return;
    from = performance.now();
    wire.fallSilent();
    setImmediate(() => controller.abort());
  };
  const ended = await shop
    .run({ report, signal: controller.signal, retryDelayMs: 1000 })
    .catch((error: unknown) => ({ outcome: 'thrown', faults: error instanceof FaultError ? error.faults : [error] }));
  const codes = ended.faults.map((fault) => (fault instanceof Object && 'code' in fault ? fault.code : fault));
  return { outcome: ended.outcome, codes, ms: performance.now() - from, events: shop.events };
}

const begins = (sql: RegExp) => (event: RunEvent) => event.type === 'statement' && sql.test(event.sql);
const phase = (name: string) => (event: RunEvent) => event.type === 'phase' && event.phase === name;

describe.each(roads)('on %s, a publish that waits for a lock of a person', (road) => {
  test('says who holds it, and goes through once it is released', async () => {
    const { shop, there } = await changedShop(road);
    const release = await locked(there);
    const summary = await shop.publish({ report: (event) => void (event.type === 'note' && release()) });
    expect(summary.outcome).toBe('published');
    const notes = shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    expect(notes.join('\n')).toMatch(
      /^waits for a lock that is held by user \S+ \(process \d+, since \d{4}-\d\d-\d\d [\d:]{8}\)$/,
    );
  });

  test('ends after lock_timeout, and nothing is published', async () => {
    const { shop, there } = await changedShop(road);
    shop.write({ 'dwh.yaml': shop.read('dwh.yaml').replace('database: dev', 'database: dev, lock_timeout: 0.5') });
    const release = await locked(there);
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    const [fault] = faultsIn(summary);
    expect(fault).toMatchObject({ code: 'database-error', hint: expect.stringContaining('lock_timeout') as unknown });
    expect(fault?.message).toMatch(/^no lock within 0.5 s: it is held by user \S+ \(process \d+, since/);
    await release();
    expect(await shop.rows('select * from songs')).toEqual([[1, 'one']]);
  });
});

describe.each(roads)('on %s, a network that falls silent', (road) => {
  test.each(['plan', 'sweep'])('lets a run be stopped in its phase %s', async (name) => {
    const { codes, ms } = await stoppedInSilence(road, phase(name));
    expect(codes).toEqual(['interrupted']);
    expect(ms).toBeLessThan(2000);
  });

  test('lets a run be stopped while it builds', async () => {
    const { outcome, codes, ms } = await stoppedInSilence(road, begins(/^create table "shop"\."songs__/));
    expect({ outcome, codes }).toEqual({ outcome: 'interrupted', codes: [] });
    expect(ms).toBeLessThan(2000);
  });

  test('lets a run be stopped while it publishes, which says that the end is not known', async () => {
    const { outcome, codes, ms } = await stoppedInSilence(road, begins(/^(?:delete from|update) "shop"\."songs"/));
    expect({ outcome, codes }).toEqual({ outcome: 'interrupted', codes: ['interrupted'] });
    expect(ms).toBeLessThan(2000);
  });

  test('lets a run be stopped while it clears away: what is published is published', async () => {
    const { outcome, ms } = await stoppedInSilence(road, phase('clean'));
    expect(outcome).toBe('published');
    expect(ms).toBeLessThan(2000);
  });

  test('lets a run be stopped that cannot connect', async () => {
    const { shop, there } = await changedShop(road);
    (await there.wire()).fallSilent();
    shop.env = there.env;
    const from = performance.now();
    await expect(shop.run({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      faults: [{ code: 'interrupted' }],
    });
    expect(performance.now() - from).toBeLessThan(2000);
  });
});
