import { describe, expect, test } from 'vitest';
import { debug } from '../../runner/commands/debug.ts';
import { show } from '../../runner/commands/show.ts';
import { test as testCommand } from '../../runner/commands/test.ts';
import type { PostgresAddress } from '../support/postgres-server.ts';
import { anotherUser, asAdministrator, onServer, rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, faultsOf } from '../support/project.ts';
import { arrive, rowsOf, sample, sparkify } from './sparkify.ts';
import { rawParts } from './compare.ts';

const published = ['staging', 'intermediate', 'analytics'];
const schemas = [...published, 'sparkify_meta'];

/** The project and its raw files, on a server, and its user there. */
async function onPostgres(): Promise<{ own: TestProject; runner: PostgresAddress }> {
  const own = sparkify('postgres');
  arrive(own, sample, rawParts);
  await own.ready();
  if (own.database === undefined) throw new Error('this project has no server');
  return { own, runner: own.database };
}

/** Other columns for a table that views and tests read. */
function changeColumns(own: TestProject): void {
  const songs = own.read('models/marts/songs.sql');
  const properties = own.read('models/marts/_marts.yml');
  own.write({
    'models/marts/songs.sql': songs.replace(
      '\n    title,\n    artist_id',
      '\n    upper(title) as shout,\n    title,\n    artist_id',
    ),
    'models/marts/_marts.yml': properties.replace(
      /(- name: songs\n[^]*?)( +)(- \{ name: title)/,
      '$1$2- { name: shout, type: varchar(1024) }\n$2$3',
    ),
  });
}

/** Every kind of run that there is. */
async function runsOfAllKinds(own: TestProject): Promise<void> {
  await own.publish();
  expect(Object.values(changesIn(await own.publish())).filter((how) => !how.startsWith('nothing'))).toEqual([]);
  await own.publish({ fullRefresh: true });
  changeColumns(own);
  expect(changesIn(await own.publish())['songs']).toBe('recreate');
  const [song] = await own.rows('select shout = upper(title) from songs limit 1');
  expect(song).toEqual([true]);
}

describe('the whole project is run twice, with --full-refresh, and after a change of columns', () => {
  test('by a user who may connect and create', async () => {
    const { own, runner } = await onPostgres();
    expect(
      await rowsOn(
        runner,
        `select rolsuper, rolcreatedb, rolcreaterole, rolname = pg_get_userbyid(datdba),
      has_database_privilege(current_user, datname, 'create'), has_database_privilege(current_user, datname, 'temporary'),
      has_schema_privilege(current_user, 'public', 'create')
      from pg_roles, pg_database where rolname = current_user and datname = current_database()`,
      ),
    ).toEqual([['f', 'f', 'f', 'f', 't', 'f', 'f']]);
    await runsOfAllKinds(own);
  });

  test('by a user who may only use and create in schemas that somebody else has made', async () => {
    const { own, runner } = await onPostgres();
    const maker = await anotherUser(runner, 'maker', 'connect, create');
    await asAdministrator(runner, `revoke create on database ${runner.database} from ${runner.user}`);
    for (const schema of schemas) {
      await onServer(maker, `create schema ${schema}`);
      await onServer(maker, `grant usage, create on schema ${schema} to ${runner.user}`);
    }
    await runsOfAllKinds(own);
  });

  test('by two users who work as one role', async () => {
    const { own, runner } = await onPostgres();
    const colleague = await anotherUser(runner, 'colleague');
    const [team, database] = [`${runner.database}_team`, runner.database];
    await asAdministrator(
      runner,
      `create role ${team} nologin; grant connect, create on database ${database} to ${team}`,
    );
    for (const { user } of [runner, colleague])
      await asAdministrator(
        runner,
        `grant ${team} to ${user}; alter role ${user} in database ${database} set role = '${team}'`,
      );
    await own.publish();
    await runsOfAllKinds(own.as(colleague));
    await own.as(runner).publish({ fullRefresh: true });
  });
});

test('a second user with permissions and no ownership learns at the statement what is needed', async () => {
  const { own, runner } = await onPostgres();
  await own.publish();
  const colleague = await anotherUser(runner, 'colleague', 'connect, create');
  const meta = 'schema sparkify_meta';
  own.as(colleague);
  const refusals = [
    ['usage', `permission denied for ${meta}`, `needed: grant usage on ${meta} to ${colleague.user}`],
    ['select', 'permission denied for table runs', `needed: grant select on sparkify_meta.runs to ${colleague.user}`],
  ];
  for (const [, message, hint] of refusals) {
    expect(await faultsOf(own.run())).toMatchObject([{ code: 'database-error', message, hint }]);
    await own.sql(
      message === `permission denied for ${meta}`
        ? `grant usage, create on ${meta} to ${colleague.user}`
        : `grant select, insert, update, delete on all tables in ${meta} to ${colleague.user}`,
    );
  }
  const faults = await faultsOf(own.run());
  expect(faults).toMatchObject([
    { message: 'must be owner of function getdate', hint: expect.stringContaining('as one role') },
  ]);
  expect(await own.places(faults)).toEqual(['macros/postgres/session.sql:4:1 database-error']);
});

describe('a reader', () => {
  /** The project, published, from the place of a reader with the permissions of docs/targets.md and no others. */
  async function asReader(): Promise<{ own: TestProject; reader: PostgresAddress; runner: PostgresAddress }> {
    const { own, runner } = await onPostgres();
    await own.publish();
    const reader = await anotherUser(runner, 'reader');
    for (const schema of schemas) await own.sql(`grant usage on schema ${schema} to ${reader.user}`);
    for (const schema of published) {
      await own.sql(`grant select on all tables in schema ${schema} to ${reader.user}`);
      await own.sql(`alter default privileges in schema ${schema} grant select on tables to ${reader.user}`);
    }
    own.as(reader);
    return { own, reader, runner };
  }
  const around = () => ({ now: () => new Date(), random: Math.random, signal: new AbortController().signal });

  test('queries, shows and tests what is published, and continues to after every kind of run', async () => {
    const { own, reader, runner } = await asReader();
    const look = async (): Promise<void> => {
      expect((await rowsOf(own, 'songs')).length).toBeGreaterThan(0);
      expect((await own.rows('select nvl(1, 2), len(title) = length(title) from songs limit 1'))[0]).toEqual([1, true]);
      const shown = await show({ ...own.options(), ...around(), wait: undefined }, 'songplays', 3);
      expect(shown.rows).toHaveLength(3);
      const summary = await testCommand(own.options(), { ...around(), report: () => undefined });
      expect(faultsIn(summary)).toEqual([]);
      expect(summary.results.map(({ status }) => status).filter((status) => status !== 'pass')).toEqual([]);
      const found: string[] = [];
      await debug({ ...own.options(), ...around(), wait: undefined }, (finding) => void found.push(finding.found));
      expect(found.at(-1)).toContain('analytics.songplays');
    };
    await look();
    await own.as(runner).publish({ fullRefresh: true });
    changeColumns(own);
    await own.publish();
    own.as(reader);
    await look();
  });

  test('learns which grant is missing', async () => {
    const { own, reader, runner } = await asReader();
    const refused = async (): Promise<unknown> => (await faultsOf(own.query('select * from analytics.songs')))[0]?.hint;
    await onServer(runner, `revoke select on analytics.songs from ${reader.user}`);
    expect(await refused()).toBe(`needed: grant select on analytics.songs to ${reader.user}`);
    await onServer(runner, `revoke usage on schema analytics from ${reader.user}`);
    expect(await refused()).toBe(`needed: grant usage on schema analytics to ${reader.user}`);
  });

  test('may not change anything', async () => {
    const { own, reader, runner } = await asReader();
    expect(await faultsOf(own.run())).toMatchObject([
      { hint: `needed: grant select on sparkify_meta.runs to ${reader.user}` },
    ]);
    await onServer(runner, `grant select on all tables in schema sparkify_meta to ${reader.user}`);
    expect(await faultsOf(own.run())).toMatchObject([
      { message: 'permission denied for schema sparkify_meta', hint: expect.stringContaining('usage, create') },
    ]);
  });
});
