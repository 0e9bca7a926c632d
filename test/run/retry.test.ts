import { describe, expect, onTestFinished, test } from 'vitest';
import { openAdapter } from '../../runner/adapters/adapter.ts';
import { test as testCommand } from '../../runner/commands/test.ts';
import { retried } from '../../runner/run/retry.ts';
import type { Wire } from '../support/wire.ts';
import { wireTo } from '../support/wire.ts';
import { onServer, onServerAtOnce, rowsOn } from '../support/postgres.ts';
import type { Files, TestProject } from '../support/project.ts';
import { changesIn, faultsIn, faultsOf, project } from '../support/project.ts';

const songs = (rows: string) => `{{config unique_key="id"}}\nselect * from (values ${rows}) as v(id, title)\n`;
const files: Files = {
  'models/songs.sql': songs("(1, 'one')"),
  'models/titles.sql': '{{config materialized="view"}}\nselect title from {{ref "songs"}}\n',
  'models/counted.sql': 'select count(*) as songs from {{ref "songs"}}\n',
  'seeds/codes.csv': 'code\na\nb\n',
};

/** A shop whose second run goes over a wire that can be cut. */
async function wired(): Promise<{ shop: TestProject; wire: Wire }> {
  const shop = project(files, 'postgres');
  await shop.publish();
  if (shop.database === undefined) throw new Error('this shop has no server');
  const wire = await wireTo(shop.database);
  shop.write({
    'dwh.yaml': shop.read('dwh.yaml').replace(`port: ${shop.database.port}`, `port: ${wire.address.port}`),
    'models/songs.sql': songs("(1, 'one'), (2, 'two')"),
    'seeds/codes.csv': 'code\na\nb\nthird\n',
  });
  return { shop, wire };
}

const retries = (shop: TestProject) =>
  shop.events.flatMap((event) =>
    event.type === 'retry' ? [`${event.uniqueId ?? 'the run'} ${event.attempt} of ${event.ofAttempts}`] : [],
  );

async function leftovers(shop: TestProject): Promise<unknown> {
  if (shop.database === undefined) return undefined;
  return rowsOn(
    shop.database,
    "select relname from pg_class where relname ~ '__r[0-9a-z]{9}' union all select run_id from shop_meta.runs where status = 'running'",
  );
}

const published = { songs: 'merge +1 ~0 -0', titles: 'nothing', counted: 'replace rows +1 ~0 -1' };

describe('a connection that is cut', () => {
  test.each([
    { when: 'create table "shop"."songs__', where: 'before', unit: 'model.shop.songs' },
    { when: 'create table "shop"."songs__', where: 'after', unit: 'model.shop.songs' },
    { when: 'create view "shop"."titles__', where: 'after', unit: 'model.shop.titles' },
    { when: 'third', where: 'after', unit: 'seed.shop.codes' },
    { when: 'insert into "shop_meta"."runs"', where: 'after', unit: 'the run' },
    { when: 'delete from "shop"."songs"', where: 'before', unit: 'the run' },
    { when: 'update "shop_meta"."runs"', where: 'before', unit: 'the run' },
    { when: 'commit', where: 'before', unit: 'the run' },
    { when: 'commit', where: 'after', unit: 'the run' },
  ] as const)('$where $when has all of its unit done anew, once', async ({ when, where, unit }) => {
    const { shop, wire } = await wired();
    wire.cutAt({ when, where, times: 1 });
    const summary = await shop.publish();
    expect(wire.cuts).toEqual([`${where} ${when}`]);
    expect(retries(shop)).toEqual([`${unit} 2 of 4`]);
    expect(changesIn(summary)).toMatchObject(published);
    expect(await shop.rows('select * from songs order by id')).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    expect(await shop.rows('select songs from counted')).toEqual([[2]]);
    expect(await shop.rows('select code from codes order by code')).toEqual([['a'], ['b'], ['third']]);
    expect(await leftovers(shop)).toEqual([]);
  });

  test('while the loaded files are read has the plan made again', async () => {
    const { shop, wire } = await wired();
    shop.write({
      'raw/orders/1.json': '{"id":1}\n',
      'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
      'models/_orders.yml': 'models:\n  - name: orders\n    columns: [{ name: id, type: integer }]\n',
    });
    await shop.publish();
    wire.cutAt({ when: '"shop_meta"."loaded_files"', where: 'before', times: 1 });
    await shop.publish();
    expect(wire.cuts).toHaveLength(1);
    expect(retries(shop)).toEqual(['the run 2 of 4']);
  });

  test('while the catalog is read has it read again by the command test', async () => {
    const { shop, wire } = await wired();
    shop.write({ 'models/_songs.yml': 'models:\n  - name: songs\n    columns: [{ name: id, tests: [unique] }]\n' });
    wire.cutAt({ when: 'pg_catalog.pg_namespace', where: 'before', times: 1 });
    const summary = await testCommand(shop.options(), {
      now: () => new Date(),
      random: Math.random,
      signal: new AbortController().signal,
      retryDelayMs: 1,
      report: () => undefined,
    });
    expect(wire.cuts).toHaveLength(1);
    expect(summary.results).toMatchObject([{ status: 'pass' }]);
  });

  test('again and again fails the node, and nothing is published', async () => {
    const { shop, wire } = await wired();
    wire.cutAt({ when: 'create table "shop"."songs__', where: 'before', times: 10 });
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    expect(wire.cuts).toHaveLength(4);
    expect(faultsIn(summary)).toMatchObject([{ code: 'database-error' }]);
    expect(await shop.rows('select * from songs')).toEqual([[1, 'one']]);
    expect(await leftovers(shop)).toEqual([]);
  });
});

test('a server that starts again in the middle of a run is waited for', async () => {
  const { shop, wire } = await wired();
  let wasShut = false;
  const summary = await shop.publish({
    retryDelayMs: 100,
    report: (event) => {
      if (event.type === 'node started' && event.node.name === 'songs' && !wasShut) {
        wasShut = true;
        wire.shut();
      } else if (event.type === 'retry' && event.attempt === 3) wire.open();
    },
  });
  expect(changesIn(summary)).toMatchObject(published);
  expect(await leftovers(shop)).toEqual([]);
});

test('a statement that the server refuses is not sent a second time', async () => {
  const shop = project({ 'models/broken.sql': 'select 1 / 0 as id' }, 'postgres');
  const summary = await shop.run();
  expect(faultsIn(summary)).toMatchObject([{ code: 'database-error', message: 'division by zero' }]);
  expect(retries(shop)).toEqual([]);
});

test('a deadlock ends one of the two, which then has its way', async () => {
  const { shop } = await wired();
  if (shop.database === undefined) throw new Error('this shop has no server');
  // A check of somebody else's gives up the first time, as a server does that finds a deadlock.
  await onServer(
    shop.database,
    `create schema theirs;
     create sequence theirs.tries;
     create function theirs.give_up() returns boolean language plpgsql as $$ begin
       if nextval('theirs.tries') = 1 then raise exception 'deadlock detected' using errcode = '40P01'; end if;
       return true;
     end $$;
     alter table shop.songs add constraint give_up check (theirs.give_up()) not valid`,
  );
  expect(changesIn(await shop.publish())).toMatchObject(published);
  expect(retries(shop)).toEqual(['the run 2 of 4']);
});

describe('two runs on one warehouse', () => {
  const holder = { command: 'models', since: '2026-01-02T03:04:05.678Z', run: 'r0000held' };

  /** The warehouse of a shop in the hands of somebody else. */
  async function held(): Promise<{ shop: TestProject; letGo: () => Promise<void> }> {
    const shop = project(files, 'postgres');
    await shop.publish();
    const { driver } = await openAdapter(shop.target, {
      projectDir: shop.dir,
      access: 'write',
      holder,
      wait: undefined,
      signal: undefined,
      metaSchema: 'shop_meta',
      threads: 1,
    });
    onTestFinished(() => driver.close());
    return { shop, letGo: () => driver.close() };
  }

  test('do not go on at once: the second is told who has it, and since when', async () => {
    const { shop } = await held();
    expect(await faultsOf(shop.run())).toMatchObject([
      {
        code: 'database-locked',
        message: expect.stringMatching(
          /^the warehouse is in use by run r0000held, since 2026-01-02T03:04:05.678Z, as user test_\w+_runner/,
        ),
        hint: 'wait for it to end, or add --wait',
      },
    ]);
  });

  test('go on one after the other with --wait', async () => {
    const { shop, letGo } = await held();
    const waiting: string[] = [];
    const summary = await shop.publish({
      wait: true,
      report: (event) => {
        if (event.type !== 'waiting') return;
        waiting.push(event.holder);
        void letGo();
      },
    });
    expect(summary.outcome).toBe('published');
    expect(waiting).toEqual([expect.stringContaining('run r0000held')]);
  });

  test('of two projects in one database do not know each other', async () => {
    const shop = project(files, 'postgres');
    let other: Promise<unknown> | undefined;
    await shop.publish({
      report: (event) => {
        if (event.type !== 'run started') return;
        shop.write({
          'dwh.yaml': shop.read('dwh.yaml').replace('type: postgres', 'type: postgres, schema_prefix: my_'),
        });
        other = shop.other();
      },
    });
    expect(await other).toMatchObject({ outcome: 'published' });
  });
});

test('a run that lost the warehouse to another one publishes nothing, and says so', async () => {
  const { shop } = await wired();
  const summary = await shop.run({
    report: (event) => {
      if (event.type !== 'phase' || event.phase !== 'build' || shop.database === undefined) return;
      onServerAtOnce(
        shop.database,
        "insert into shop_meta.runs (run_id, sequence_number, status) values ('r00000late', 99, 'published')",
      );
    },
  });
  expect(summary.outcome).toBe('held');
  expect(faultsIn(summary)).toMatchObject([{ code: 'run-overtaken' }]);
  expect(await shop.rows('select * from songs')).toEqual([[1, 'one']]);
});

test('a unit that ends well while the user stops the run counts', async () => {
  const controller = new AbortController();
  const commit = (): Promise<string> => {
    controller.abort();
    return Promise.resolve('committed');
  };
  const options = { report: () => undefined, signal: controller.signal, retryDelayMs: 1 };
  expect(await retried(commit, options)).toBe('committed');
});
