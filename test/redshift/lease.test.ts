import { describe, expect, onTestFinished, test } from 'vitest';
import type { Adapter } from '../../runner/adapters/adapter.ts';
import { openAdapter } from '../../runner/adapters/adapter.ts';
import { faultsOf } from '../support/project.ts';
import { onServer, rowsOn } from '../support/postgres.ts';
import { dataTarget, testWarehouse, wireTarget } from './make-warehouse.ts';
import type { Road } from './shop-warehouse.ts';
import { roads } from './shop-warehouse.ts';
import type { Warehouse } from './warehouse.ts';

interface Opened {
  readonly warehouse: Warehouse;
  readonly open: (run: string, wait?: (holder: string) => void) => Promise<Adapter>;
}

/** A warehouse with a table of one row, and a way for runs to open it. */
async function warehouseOn(road: Road): Promise<Opened> {
  const { warehouse, made } = testWarehouse();
  await made;
  await onServer(warehouse.address, 'create table public.songs as select 1 as id');
  const target = road === 'redshift' ? await wireTarget(warehouse) : await dataTarget(warehouse);
  return {
    warehouse,
    open: async (run, wait) => {
      const holder = { command: 'test', since: '2026-01-01', run };
      const options = { projectDir: '.', access: 'write', wait, signal: undefined } as const;
      const adapter = await openAdapter(target, { ...options, holder, metaSchema: 'shop_meta', threads: 2 });
      onTestFinished(() => adapter.driver.close());
      return adapter;
    },
  };
}

const addRow = (id: number) => `insert into public.songs values (${id})`;
const write = ({ driver }: Adapter, id: number): Promise<unknown> =>
  driver.withWriter((connection) => connection.transaction([addRow(id)]));
const expire = ({ address }: Warehouse): Promise<void> =>
  onServer(address, "update shop_meta.lease set expires_at = timestamp '2000-01-01'");
const ids = ({ address }: Warehouse): Promise<(string | null)[][]> =>
  rowsOn(address, 'select id from public.songs order by 1');

describe.each(roads)('the lease, on %s', (road) => {
  test('keeps a second run out, which is told who has it and for how long', async () => {
    const { open } = await warehouseOn(road);
    await open('rfirst0001');
    const [fault] = await faultsOf(open('rsecond001'));
    expect(fault).toMatchObject({ code: 'database-locked' });
    expect(fault?.message).toMatch(/run rfirst0001, since 2026-01-01, on \S+ \(process \d+\)/);
    expect(fault?.hint).toMatch(/free in \d+ s/);
  });

  test('passes on when a run ends, and its number grows', async () => {
    const { warehouse, open } = await warehouseOn(road);
    await (await open('rfirst0001')).driver.close();
    await write(await open('rsecond001'), 2);
    expect(await rowsOn(warehouse.address, 'select run_id, token from shop_meta.lease')).toEqual([['rsecond001', '2']]);
    expect(await ids(warehouse)).toEqual([['1'], ['2']]);
  });

  test('is taken from a run of this machine whose process is no more, without waiting for it to end', async () => {
    const { warehouse, open } = await warehouseOn(road);
    await open('rfirst0001');
    // No process has this number: Linux gives out 22 bits of them.
    await onServer(warehouse.address, 'update shop_meta.lease set process_id = 2147483000');
    await write(await open('rsecond001'), 2);
    expect(await ids(warehouse)).toEqual([['1'], ['2']]);
  });

  test('is lost to a run that took over: what the first one writes then changes nothing', async () => {
    const { warehouse, open } = await warehouseOn(road);
    const first = await open('rfirst0001');
    await expire(warehouse);
    await write(await open('rsecond001'), 2);
    expect(await faultsOf(write(first, 3))).toMatchObject([{ code: 'run-overtaken' }]);
    expect(await ids(warehouse)).toEqual([['1'], ['2']]);
  });

  test('is lost though the transaction was on its way already: delayed in the server, it changes nothing', async () => {
    const { warehouse, open } = await warehouseOn(road);
    const first = await open('rfirst0001');
    let goOn = (): void => undefined;
    let arrived = (): void => undefined;
    const isThere = new Promise<void>((resolve) => (arrived = resolve));
    const delayed = new Promise<void>((resolve) => (goOn = resolve));
    warehouse.mishaps.push({
      statement: /^lock /,
      happens: {
        kind: 'wait',
        get until() {
          arrived();
          return delayed;
        },
      },
    });
    const writing = faultsOf(write(first, 3));
    await isThere;
    await expire(warehouse);
    await write(await open('rsecond001'), 2);
    goOn();
    expect(await writing).toMatchObject([{ code: 'run-overtaken' }]);
    expect(await ids(warehouse)).toEqual([['1'], ['2']]);
  });

  test('is taken over with what the dead run left: it is ended and waited for, and that of no other run', async () => {
    const { warehouse, open } = await warehouseOn(road);
    const dead = await open('rdead00001');
    const left = dead.driver.withConnection((connection) => connection.query('select pg_sleep(60)')).catch(String);
    await expect
      .poll(() => rowsOn(warehouse.address, "select 1 from pg_stat_activity where query = 'select pg_sleep(60)'"))
      .toHaveLength(1);
    await expire(warehouse);
    const { driver } = await open('rsecond001');
    await driver.endRuns(['rother0001']);
    await driver.endRuns(['rdead00001']);
    expect(await left).toMatch(/cancel|terminat/i);
  });

  test('is waited for with --wait', async () => {
    const { warehouse, open } = await warehouseOn(road);
    const first = await open('rfirst0001');
    const second = await open('rsecond001', (holder) => {
      expect(holder).toContain('rfirst0001');
      void first.driver.close();
    });
    await write(second, 2);
    expect(await ids(warehouse)).toEqual([['1'], ['2']]);
  });
});
