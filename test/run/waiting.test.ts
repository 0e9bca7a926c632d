import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openAdapter } from '../../runner/adapters/adapter.ts';
import type { Surroundings } from '../../runner/commands/models.ts';
import { planModels } from '../../runner/commands/models.ts';
import { test as runTests } from '../../runner/commands/test.ts';
import { FaultError } from '../../runner/core/fault.ts';
import type { RunEvent } from '../../runner/core/run-event.ts';
import { anotherUser, lockHeld, onServer } from '../support/postgres.ts';
import type { PostgresAddress } from '../support/postgres-server.ts';
import type { TestProject } from '../support/project.ts';
import { faultsIn, project } from '../support/project.ts';
import { wireTo } from '../support/wire.ts';

const songs = (rows: string) => `{{config unique_key="id"}}\nselect * from (values ${rows}) as v(id, title)\n`;

/** A published shop with a change to publish, and its server. */
async function changedShop(): Promise<{ shop: TestProject; server: PostgresAddress }> {
  const shop = project({ 'models/songs.sql': songs("(1, 'one')") }, 'postgres');
  await shop.publish();
  if (shop.database === undefined) throw new Error('this shop has no server');
  shop.write({ 'models/songs.sql': songs("(1, 'one'), (2, 'two')") });
  return { shop, server: shop.database };
}

/** Has a person lock a table of the shop. Gives how to let it go. */
async function locked(server: PostgresAddress): Promise<() => Promise<void>> {
  const ana = await anotherUser(server, 'ana');
  await onServer(server, `grant usage on schema shop to ${ana.user}`);
  await onServer(server, `grant select, update on shop.songs to ${ana.user}`);
  return lockHeld(ana, 'lock table shop.songs in share mode');
}

const notes = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

describe('a publish that waits for a lock of a person', () => {
  test('says who holds it, and goes through once it is released', async () => {
    const { shop, server } = await changedShop();
    const release = await locked(server);
    const summary = await shop.publish({
      report: (event) => void (event.type === 'note' && release()),
    });
    expect(summary.outcome).toBe('published');
    expect(notes(shop.events).join('\n')).toMatch(
      /^waits for a lock that is held by user \S+_ana \(process \d+, psql\)$/,
    );
  });

  test('says since when and what for to a user who may see that', async () => {
    const { shop, server } = await changedShop();
    const own = new pg.Client({ ...server, application_name: 'psql' });
    await own.connect();
    onTestFinished(() => own.end());
    await own.query('begin');
    await own.query('lock table\n    shop.songs in share mode');
    await shop.publish({ report: (event) => void (event.type === 'note' && own.query('commit')) });
    expect(notes(shop.events).join('\n')).toMatch(
      /\(process \d+, psql, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\): lock table shop\.songs in share mode$/,
    );
  });

  test('ends after lock_timeout, and nothing is published', async () => {
    const { shop, server } = await changedShop();
    shop.write({
      'dwh.yaml': shop.read('dwh.yaml').replace('sslmode: disable', 'sslmode: disable, lock_timeout: 0.5'),
    });
    const release = await locked(server);
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    const [fault] = faultsIn(summary);
    expect(fault).toMatchObject({ code: 'database-error', hint: expect.stringContaining('lock_timeout') as unknown });
    expect(fault?.message).toMatch(/^no lock within 0.5 s: it is held by user \S+_ana \(process \d+, psql\)/);
    await release();
    expect(await shop.rows('select * from songs')).toEqual([[1, 'one']]);
  });
});

describe('a network that falls silent', () => {
  /** Runs the shop, or another command on it, over a wire that falls silent at an event, and stops the run then. */
  async function stoppedInSilence(
    at: (event: RunEvent) => boolean,
    run: (shop: TestProject, around: Pick<Surroundings, 'report' | 'signal'>) => Promise<unknown> = (shop, around) => shop.run(around),
  ): Promise<unknown> {
    const { shop, server } = await changedShop();
    const wire = await wireTo(server);
    shop.write({ 'dwh.yaml': shop.read('dwh.yaml').replace(`port: ${server.port}`, `port: ${wire.address.port}`) });
    const controller = new AbortController();
    const report = (event: RunEvent): void => {
      if (!at(event) || controller.signal.aborted) return;
      wire.fallSilent();
      setImmediate(() => controller.abort());
    };
    const summary = await run(shop, { report, signal: controller.signal }).catch((error: unknown) => error);
    return summary instanceof FaultError ? summary.faults.map(({ code }) => code) : summary;
  }

  test.each(['plan', 'sweep'] as const)('lets a run be stopped in its phase %s', async (phase) => {
    expect(await stoppedInSilence((event) => event.type === 'phase' && event.phase === phase)).toEqual(['interrupted']);
  });

  test('lets data tests be stopped before the first of them', async () => {
    const clock = { now: () => new Date(), random: Math.random };
    const codes = await stoppedInSilence(
      ({ type }) => type === 'run started',
      (shop, around) => {
        shop.write({ 'test/data/no_songs.sql': 'select * from {{ref "songs"}} where id is null\n' });
        return runTests(shop.options(), { ...clock, ...around });
      },
    );
    expect(codes).toEqual(['interrupted']);
  });

  test('lets a plan be stopped while it reads the catalog', async () => {
    const clock = { now: () => new Date(), random: Math.random };
    const codes = await stoppedInSilence(
      ({ type }) => type === 'statement',
      (shop, around) => planModels(shop.options(), { ...clock, ...around }),
    );
    // The statement fails, and the program exits as one that was stopped.
    expect(codes).toEqual(['database-error']);
  });

  test('lets a run be stopped while it builds', async () => {
    const summary = await stoppedInSilence((event) => event.type === 'statement' && event.sql.startsWith('create table "shop"."songs__'));
    expect(summary).toMatchObject({ outcome: 'interrupted', faults: [] });
  });

  test('lets a run be stopped while it publishes, which says that the end is not known', async () => {
    const summary = await stoppedInSilence((event) => event.type === 'statement' && event.sql.startsWith('delete from "shop"."songs"'));
    expect(summary).toMatchObject({ outcome: 'interrupted', faults: [{ code: 'interrupted' }] });
  });

  test('lets a run be stopped that cannot connect', async () => {
    const { shop, server } = await changedShop();
    const wire = await wireTo(server);
    wire.fallSilent();
    shop.write({ 'dwh.yaml': shop.read('dwh.yaml').replace(`port: ${server.port}`, `port: ${wire.address.port}`) });
    await expect(shop.run({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ faults: [{ code: 'interrupted' }] });
  });

  test('is not connected to by a run that was stopped before', async () => {
    const { server } = await changedShop();
    const wire = await wireTo(server);
    wire.fallSilent();
    const holder = { command: 'test', since: '2026-11-25' };
    const options = { projectDir: '.', holder, wait: undefined, signal: AbortSignal.abort(), metaSchema: 'shop_meta', threads: 1 };
    const target = { name: 'server', type: 'postgres', sslmode: 'disable', ...wire.address } as const;
    await expect(openAdapter(target, { ...options, access: 'read' })).rejects.toThrow('PostgreSQL does not answer');
  });
}); // prettier-ignore
