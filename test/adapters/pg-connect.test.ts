import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../runner/core/fault.ts';
import { faultsText } from '../../runner/terminal/fault-text.ts';
import { styleFor } from '../../runner/terminal/style.ts';
import { anotherUser } from '../support/postgres.ts';
import { tlsFolder } from '../support/postgres-server.ts';
import type { TestProject } from '../support/project.ts';
import { faultsOf, project } from '../support/project.ts';

/** A shop on a server, with one setting of its target replaced. */
function shopWith(setting: string, value: string): TestProject {
  const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
  const yaml = shop.read('dwh.yaml');
  const mended = yaml.replace(new RegExp(`${setting}: ('[^']*'|[^,}]+)`), `${setting}: ${value}`);
  shop.write({ 'dwh.yaml': mended });
  return shop;
}

/** What the main job says, and where it points. */
async function said(shop: TestProject): Promise<{ fault: Fault | undefined; setting: unknown }> {
  const [fault, ...others] = await faultsOf(shop.run());
  expect(others).toEqual([]);
  const at = fault?.at;
  return { fault, setting: at !== undefined && 'keys' in at ? at.keys.join('.') : at };
}

describe('a setting that is wrong is named', () => {
  test.each([
    ['host', 'nobody.invalid', 'there is no host nobody.invalid'],
    ['port', '1', 'no PostgreSQL server answers at 127.0.0.1:1'],
    ['user', 'nobody', 'the server does not let "nobody" in: password authentication failed for user "nobody"'],
    ['database', 'nowhere', expect.stringMatching(/^there is no database "nowhere" on 127\.0\.0\.1:\d+$/)],
  ])('%s: %s', async (key, value, message) => {
    const { fault, setting } = await said(shopWith(key, value));
    expect(fault).toMatchObject({ code: 'database-unavailable', message, hint: expect.any(String) });
    expect(setting).toBe(`targets.local.${{ port: 'host', user: 'password' }[key] ?? key}`);
  });

  test('a password, which is never shown', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
    const faults = await faultsOf(shop.run({ env: { SHOP_PASSWORD: 'not-the-right-one' } }));
    expect(faults).toMatchObject([{ code: 'database-unavailable', at: { keys: ['targets', 'local', 'password'] } }]);
    expect(JSON.stringify(faults)).not.toContain('not-the-right-one');
  });

  test('a password that the server asks for and nobody gives', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
    shop.write({ 'dwh.yaml': shop.read('dwh.yaml').replace("password: '${SHOP_PASSWORD}', ", '') });
    expect(await faultsOf(shop.run())).toMatchObject([
      { code: 'database-unavailable', message: 'the server asks for a password', at: { keys: ['targets', 'local'] } },
    ]);
  });

  test('a password that is not set', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
    expect(await faultsOf(shop.run({ env: {} }))).toMatchObject([
      {
        code: 'env-missing',
        message: 'the environment variable SHOP_PASSWORD is not set',
        hint: 'set it: export SHOP_PASSWORD=…',
      },
    ]);
  });

  test('a password that stands in dwh.yaml, without repeating it', async () => {
    const shop = shopWith('password', 'secret123');
    const faults = await faultsOf(shop.run());
    expect(faults).toMatchObject([{ code: 'config-invalid', at: { keys: ['targets', 'local', 'password'] } }]);
    expect(JSON.stringify(faults)).not.toContain('secret123');
    const shown = await faultsText(shop.dir, faults, styleFor({ isTTY: false }, {}));
    expect(shown).toContain('password: …');
    expect(shown).not.toContain('secret123');
  });

  test('a port that is none, also when it comes from the environment', async () => {
    expect(
      await faultsOf(shopWith('port', "'${PORT}'").run({ env: { PORT: '70000', SHOP_PASSWORD: 'x' } })),
    ).toMatchObject([{ code: 'config-invalid', at: { keys: ['targets', 'local', 'port'] } }]);
  });

  test('a permission that the user lacks', async () => {
    const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
    await shop.ready();
    if (shop.database === undefined) throw new Error('this shop has no server');
    const guest = await anotherUser(shop.database, 'guest');
    expect(await faultsOf(shop.as(guest).run())).toMatchObject([
      {
        code: 'database-error',
        message: `permission denied for database ${guest.database}`,
        hint: `needed: grant connect, create on database ${guest.database} to ${guest.user}`,
      },
    ]);
  });
});

describe('a connection is encrypted', () => {
  const ca = join(tlsFolder, 'ca.pem');
  const withTls = (host: string, more: string) => {
    const shop = shopWith('host', host);
    shop.write({ 'dwh.yaml': shop.read('dwh.yaml').replace('sslmode: disable', more) });
    return shop;
  };
  const answer = async (shop: TestProject) => {
    const { rows } = await shop.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows;
  };

  test('unless it is told not to be: a certificate that nobody vouches for is refused', async () => {
    const { fault, setting } = await said(withTls('localhost', 'schema_prefix: a_'));
    expect(fault).toMatchObject({ code: 'database-unavailable', hint: expect.stringContaining('sslrootcert') });
    expect(fault?.message).toContain('the certificate of localhost:');
    expect(setting).toBe('targets.local');
  });

  test('and the certificate is that of the host', async () => {
    expect(await answer(withTls('localhost', `sslrootcert: ${ca}`))).toEqual([[true]]);
    const { fault } = await said(withTls('127.0.0.1', `sslrootcert: ${ca}`));
    expect(fault?.message).toContain('is not trusted');
  });

  test('or only vouched for, with verify-ca', async () => {
    expect(await answer(withTls('127.0.0.1', `sslmode: verify-ca, sslrootcert: ${ca}`))).toEqual([[true]]);
    const { fault } = await said(withTls('127.0.0.1', 'sslmode: verify-ca'));
    expect(fault?.message).toContain('is not trusted');
  });

  test('or neither, with require', async () => {
    expect(await answer(withTls('127.0.0.1', 'sslmode: require'))).toEqual([[true]]);
  });

  test('and a server that offers no TLS is not talked to', async () => {
    const plain = createServer((socket) => socket.on('data', () => socket.write('N')).on('error', () => undefined));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    onTestFinished(() => void plain.close());
    const { port } = plain.address() as AddressInfo;
    const shop = shopWith('port', String(port));
    shop.write({ 'dwh.yaml': shop.read('dwh.yaml').replace('sslmode: disable', 'sslmode: verify-full') });
    const { fault, setting } = await said(shop);
    expect(fault?.message).toBe(`127.0.0.1:${port} offers no TLS`);
    expect(setting).toBe('targets.local.sslmode');
  });

  test('with a mode that exists', async () => {
    expect(await faultsOf(shopWith('sslmode', 'verify-ful').run())).toMatchObject([
      { code: 'config-invalid', at: { keys: ['targets', 'local', 'sslmode'] } },
    ]);
  });
});

describe('what the server says', () => {
  test('is shown at the line of the template, with its detail and hint, and in whole characters', async () => {
    const shop = project(
      {
        'models/songs.sql': "select\n    '𝄞𝄞' as clef,\n    titel\nfrom (select 1 as title) as v\n",
        'models/dated.sql': "select\n    1 as id,\n    cast('2018-13-01' as date) as day\n",
      },
      'postgres',
    );
    const summary = await shop.run();
    const faults = summary.results.flatMap((result) => result.faults);
    expect(await shop.places(faults)).toEqual([
      'models/dated.sql:3:10 database-error',
      'models/songs.sql:3:5 database-error',
    ]);
    expect(faults.find(({ message }) => message.includes('titel'))).toMatchObject({
      message: 'column "titel" does not exist',
      hint: 'Perhaps you meant to reference the column "v.title".',
    });
  });

  test('also when its disk is full', async () => {
    const shop = project({ 'models/songs.sql': 'select theirs.grow() as id' }, 'postgres');
    await shop.sql(
      `create schema theirs; create function theirs.grow() returns int language plpgsql as $$ begin
         raise exception 'could not extend file "base/1/2": No space left on device' using errcode = 'disk_full', hint = 'Check free disk space.';
       end $$`,
    );
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    expect(summary.results.flatMap((result) => result.faults)).toMatchObject([
      { message: expect.stringContaining('No space left on device'), hint: 'Check free disk space.' },
    ]);
  });

  test('as a warning is told while it runs, and stands with the error that follows it', async () => {
    const shop = project(
      { 'models/songs.sql': 'select theirs.warned(0) as id', 'models/fine.sql': 'select theirs.warned(1) as id' },
      'postgres',
    );
    await shop.sql(
      `create schema theirs; create function theirs.warned(by int) returns int language plpgsql as $$ begin
         raise warning 'this is slow';
         return 1 / by;
       end $$`,
    );
    const summary = await shop.run();
    const notes = shop.events.flatMap((event) =>
      event.type === 'note' ? [`${event.uniqueId}: ${event.message}`] : [],
    );
    expect(notes).toContain('model.shop.fine: this is slow');
    const [fault] = summary.results.flatMap((result) => result.faults);
    expect(fault?.message).toContain('division by zero');
    expect(fault?.message).toContain('warning: this is slow');
  });
});

test('a question mark in a query is a question mark', async () => {
  const shop = project(
    { 'models/songs.sql': "select 'a?b' as title, '{\"a\": 1}'::jsonb ? 'a' as has_key" },
    'postgres',
  );
  await shop.publish();
  expect(await shop.rows('select * from songs')).toEqual([['a?b', true]]);
});

test('whoever only reads takes no lock, and waits for none', async () => {
  const shop = project({ 'models/songs.sql': 'select 1 as id' }, 'postgres');
  await shop.publish();
  let seen: Promise<unknown> | undefined;
  await shop.publish({
    report: (event) => {
      if (event.type === 'phase' && event.phase === 'build') seen = shop.rows('select * from songs');
    },
  });
  expect(await seen).toEqual([[1]]);
});
