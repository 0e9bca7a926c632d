import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onServer, rowsOn } from '../support/postgres.ts';
import type { TestProject } from '../support/project.ts';
import { changesIn, faultsIn, project } from '../support/project.ts';
import { roads } from './shop-warehouse.ts';
import type { Road } from './shop-warehouse.ts';
import type { Sight, Warehouse } from './warehouse.ts';

const songs = (columns: string): string => `{{config unique_key="id"}}\nselect ${columns}\n`;
const runner: Sight = { isSuperuser: false, syslogAccess: 'RESTRICTED', roles: [] };

function warehouseOf({ redshift }: TestProject): Warehouse {
  if (redshift === undefined) throw new Error('this shop has no warehouse');
  return redshift.warehouse;
}

/** A project that is published, and a reader who was granted the table, and of the view one column. */
async function granted(road: Road): Promise<{ shop: TestProject; warehouse: Warehouse; reader: string }> {
  const shop = project(
    {
      'models/songs.sql': songs("1 as id, 'one' as title"),
      'models/titles.sql': '{{config materialized="view"}}\nselect id, title from {{ref "songs"}}\n',
    },
    road,
  );
  await shop.publish();
  const warehouse = warehouseOf(shop);
  const reader = `reader_${randomBytes(4).toString('hex')}`;
  await onServer(warehouse.address, `create role ${reader} login`);
  onTestFinished(() => onServer(warehouse.address, `drop owned by ${reader}; drop role ${reader}`));
  await shop.sql(`grant select, update on shop.songs to ${reader}; grant select (id) on shop.songs to public`);
  return { shop, warehouse, reader };
}

/** Who but the owner has which right on the table. */
async function rights({ address }: Warehouse): Promise<string[]> {
  const found = await rowsOn(
    address,
    `select coalesce(attname, '*'), coalesce(rolname, 'public'), privilege_type
     from (
        select null::name as attname, relowner, (aclexplode(relacl)).* from pg_class where oid = 'shop.songs'::regclass
        union all
        select attname, relowner, (aclexplode(attacl)).*
        from pg_attribute join pg_class on attrelid = pg_class.oid where attrelid = 'shop.songs'::regclass
     ) as acl left join pg_roles on grantee = pg_roles.oid
     where grantee <> relowner order by 1, 2, 3`,
  );
  return found.map((row) => row.join(' '));
}

/** The columns that are published. */
async function columns({ address }: Warehouse): Promise<string[]> {
  const found = await rowsOn(
    address,
    `select attname from pg_attribute where attrelid = 'shop.songs'::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  return found.map(([name]) => String(name));
}

const change = (shop: TestProject): void =>
  shop.write({
    'models/songs.sql': songs("1 as id, 'one' as name"),
    'models/titles.sql': '{{config materialized="view"}}\nselect id, name from {{ref "songs"}}\n',
  });

describe.each(roads)('on %s, a table that is replaced', (road) => {
  test.each([
    [
      'the permissions that docs/redshift.md names',
      { ...runner, syslogAccess: 'UNRESTRICTED', roles: ['sys:monitor'] },
    ],
    ['those of a superuser', { ...runner, isSuperuser: true }],
  ] as const)('keeps all grants when the user has %s', async (_, sight) => {
    const { shop, warehouse, reader } = await granted(road);
    const before = await rights(warehouse);
    expect(before).toEqual([`* ${reader} SELECT`, `* ${reader} UPDATE`, 'id public SELECT']);
    warehouse.sight = sight;
    change(shop);
    expect(changesIn(await shop.publish())['songs']).toMatch(/^recreate/);
    expect(await columns(warehouse)).toEqual(['id', 'name']);
    expect(await rights(warehouse)).toEqual(before);
  });

  test.each([
    [
      'SYSLOG ACCESS UNRESTRICTED',
      { ...runner, roles: ['sys:monitor'] },
      /^have a superuser run: alter user "\w+" syslog access unrestricted$/,
    ],
    [
      'ACCESS SYSTEM TABLE',
      { ...runner, syslogAccess: 'UNRESTRICTED', roles: ['sys:operator'] },
      /^have a superuser run: grant role sys:monitor to "\w+"$/,
    ],
  ] as const)('is refused before anything is published when the user lacks %s', async (permission, sight, hint) => {
    const { shop, warehouse } = await granted(road);
    const before = await rights(warehouse);
    warehouse.sight = sight;
    change(shop);
    const summary = await shop.run();
    expect(summary.outcome).toBe('held');
    expect(faultsIn(summary)).toEqual([
      {
        code: 'grants-hidden',
        message: expect.stringMatching(
          new RegExp(
            `^"songs".* would be replaced, and grants would be lost that the user \\w+ does not see without ${permission}$`,
          ),
        ) as string,
        hint: expect.stringMatching(hint) as string,
        nodes: ['model.shop.songs', 'model.shop.titles'],
      },
    ]);
    expect(await columns(warehouse)).toEqual(['id', 'title']);
    expect(await rights(warehouse)).toEqual(before);
  });

  test('needs neither permission while it stays in its place', async () => {
    const { shop, warehouse } = await granted(road);
    const before = await rights(warehouse);
    warehouse.sight = runner;
    shop.write({ 'models/songs.sql': songs("2 as id, 'two' as title") });
    expect(changesIn(await shop.publish())['songs']).toMatch(/^merge/);
    expect(await rights(warehouse)).toEqual(before);
  });
});
