import { describe, expect, test } from 'vitest';
import type { PostgresAddress } from '../support/postgres-server.ts';
import { anotherUser, asAdministrator, onServer, rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, project } from '../support/project.ts';

const songs = (id: string) => `select cast(1 as ${id}) as id, cast('one' as text) as title\n`;
const titles = '{{config materialized="view"}}\nselect id, title from {{ref "songs"}}\n';

/** A table, a view of ours and two of others above it, and a guest that may use the schema. */
async function published(): Promise<{ shop: TestProject; address: PostgresAddress; guest: PostgresAddress }> {
  const shop = project({ 'models/songs.sql': songs('integer'), 'models/titles.sql': titles }, 'postgres');
  await shop.publish();
  const address = shop.database;
  if (address === undefined) throw new Error('this shop has no server');
  const guest = await anotherUser(address, 'guest');
  await shop.sql(`grant usage on schema shop to ${guest.user}`);
  await shop.sql('create view shop.theirs as select id, title from shop.songs');
  await shop.sql('create materialized view shop.stored as select id, title from shop.songs');
  return { shop, address, guest };
}

/** Every privilege on the relations of the schema and on their columns, with who granted it. */
async function privileges(address: PostgresAddress): Promise<string[]> {
  const found = await rowsOn(
    address,
    `select relname, attname, grantee::regrole, privilege_type, is_grantable, grantor::regrole
     from (
       select relname, null::name as attname, (aclexplode(coalesce(relacl, acldefault('r', relowner)))).*
       from pg_class where relnamespace = 'shop'::regnamespace and relkind in ('r', 'v', 'm')
       union all
       select relname, attname, (aclexplode(attacl)).*
       from pg_attribute join pg_class on attrelid = pg_class.oid where relnamespace = 'shop'::regnamespace
     ) as acl order by 1, 2, 3, 4, 5, 6`,
  );
  return found.map((row) => row.join(' '));
}

async function keepsPrivileges(shop: TestProject, address: PostgresAddress): Promise<void> {
  const before = await privileges(address);
  shop.write({ 'models/songs.sql': songs('bigint') });
  expect(changesIn(await shop.publish({ replaceDependents: true }))).toMatchObject({ songs: 'recreate' });
  expect(await privileges(address)).toEqual(before);
}

const relations = ['shop.songs', 'shop.titles', 'shop.theirs', 'shop.stored'];

describe('a relation that is created again has the privileges that it had:', () => {
  test.each([
    ['without some that its owner revoked from itself', ['revoke insert, truncate on $ from current_user']],
    ['without any', ['revoke all on $ from current_user']],
    [
      'on columns, those of its owner too',
      ['revoke select, update on $ from current_user', 'grant update (id) on $ to current_user'],
    ],
    [
      'with grant options, of its owner too',
      ['grant select on $ to current_user with grant option', 'grant select, update (title) on $ to public'],
    ],
    ['all, where new ones have fewer', ['alter default privileges revoke insert, delete on tables from current_user']],
    [
      'fewer, where new ones have others',
      [
        'revoke delete on $ from current_user',
        'alter default privileges revoke all on tables from current_user',
        'alter default privileges grant select on tables to public',
      ],
    ],
  ])('%s', async (_, statements) => {
    const { shop, address } = await published();
    for (const statement of statements)
      for (const relation of statement.includes('$') ? relations : [''])
        await shop.sql(statement.replace('$', relation));
    await keepsPrivileges(shop, address);
  });

  test('no entry where it had none', async () => {
    const { shop, address } = await published();
    await keepsPrivileges(shop, address);
    const explicit = "select relname from pg_class where relnamespace = 'shop'::regnamespace and relacl is not null";
    expect(await rowsOn(address, explicit)).toEqual([]);
  });

  test('from the role that granted them, also where that is not the owner', async () => {
    const { shop, address, guest } = await published();
    const other = await anotherUser(address, 'other');
    const owner = `${address.database}_owner`;
    await asAdministrator(address, `create role ${owner}`);
    await asAdministrator(address, `grant ${owner}, ${guest.user} to ${address.user}`);
    await shop.sql(`grant usage, create on schema shop to ${owner}`);
    await shop.sql(`grant usage on schema shop to ${other.user}`);
    await shop.sql(`grant select on shop.songs to ${guest.user} with grant option`);
    await shop.sql(`grant select (id) on shop.theirs to ${guest.user} with grant option`);
    await onServer(guest, `grant select on shop.songs to ${other.user} with grant option`);
    await onServer(guest, `grant select (id) on shop.theirs to ${other.user}`);
    await shop.sql(`grant select on shop.songs to ${owner}`);
    await shop.sql(`alter view shop.theirs owner to ${owner}`);
    await asAdministrator(
      address,
      `set role ${owner}; grant select on shop.theirs to ${address.user} with grant option; revoke delete on shop.theirs from ${owner}`,
    );
    await keepsPrivileges(shop, address);
  });
});

test('a publish is refused, by name, that could not grant in the name of somebody else', async () => {
  const { shop, address, guest } = await published();
  await shop.sql(`grant select on shop.songs to ${guest.user} with grant option`);
  await onServer(guest, 'grant select (title) on shop.songs to public');
  const before = await privileges(address);
  shop.write({ 'models/songs.sql': songs('bigint') });
  const summary = await shop.run({ replaceDependents: true });
  expect(summary.outcome).toBe('held');
  expect(faultsIn(summary)).toMatchObject([
    {
      code: 'dependent-objects',
      message: expect.stringContaining(`select (title) on shop.songs to public, granted by ${guest.user}`) as string,
      hint: expect.stringContaining('set role') as string,
    },
  ]);
  expect(await privileges(address)).toEqual(before);
});

test('a table that its owner may not insert into is replaced, and not altered in place', async () => {
  const shop = project({ 'models/songs.sql': songs('integer') }, 'postgres');
  await shop.publish();
  await shop.sql('revoke insert on shop.songs from current_user');
  shop.write({ 'models/songs.sql': songs('bigint') });
  expect(changesIn(await shop.publish())).toEqual({ songs: 'recreate' });
});
