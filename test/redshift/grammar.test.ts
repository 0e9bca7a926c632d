import pg from 'pg';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { testWarehouse } from './make-warehouse.ts';
import type { Warehouse } from './warehouse.ts';
import { openWire } from './wire.ts';

const refused = [
  'create table shop.x (id integer) diststyle key',
  'create table shop.x (id integer) interleaved sortkey(a,b,c,d,e,f,g,h,i)',
  'create table shop.x distkey(nope) as select 1 as id',
  'create table shop.x (u uuid)',
  'create table shop.x (u bytea)',
  'create table shop.x (u money)',
  'create table shop.x (u integer[])',
  'create table shop.x (u json)',
  'create table shop.x (u interval)',
  'create table shop.x (id integer, constraint c check (id > 1))',
  'create table shop.x (id integer, exclude (id with =))',
  'create table shop.x (id text collate "C")',
  'create sequence shop.s',
  'create trigger t before insert on shop.songs execute function f()',
  'create materialized view shop.v as select 1 as a',
  'select array_agg(id) from shop.songs',
  'select count(*) over (order by id) from shop.songs',
  'select first_value(id) over (order by id) from shop.songs',
  'select id from shop.songs qualify row_number() over (order by id) = 1',
  'merge into shop.songs s using shop.other o on s.id = o.id when matched then delete when not matched then insert (id) values (o.id)',
  'merge into shop.songs using (select 1 as id) o on shop.songs.id = o.id when matched then delete when not matched then insert (id) values (o.id)',
  'merge into shop.songs using shop.other o on shop.songs.id = o.id when matched and o.id > 1 then delete when not matched then insert (id) values (o.id)',
  'merge into shop.songs using shop.other o on shop.songs.id = o.id when matched then delete',
  'merge into shop.songs using shop.other o on shop.songs.id = o.id when not matched then insert (id) values (o.id)',
  'merge into shop.songs using shop.other o on shop.songs.id = o.id when not matched by source then delete',
  'create table if not exists shop.x distkey(id) as select 1 as id',
  'create table if not exists shop.x (id) as select 1',
  'create or replace table shop.x (id integer)',
  'create view shop.v as select a.id from shop.songs a join other on true with no schema binding',
  'create view shop.v as select a.id from shop.songs a, other with no schema binding',
  'alter table shop.songs add column a integer, add column b integer',
  'alter table shop.songs add a integer not null',
  'discard all',
  'savepoint a',
  'select pg_advisory_lock(1)',
  'select pg_advisory_xact_lock(1)',
  'values (1)',
  'insert into shop.songs select * from (values (1)) v',
  'with v as (values (1)) select * from v',
  'select 1; select 2',
  'select * from unnest(array[1])',
  'select * from shop.songs, lateral (select 1) x',
  'select application_name from pg_stat_activity',
  'select count(*) filter (where id > 1) from shop.songs',
  'select aclexplode(null)',
  'alter table shop.songs rename to shop.other2',
  'select sum(id) over w from shop.songs window w as (order by id)',
  "select '{}'::jsonb",
  'select cast(null as uuid)',
  'select array[1]',
  'alter table shop.songs alter column id set not null',
  'alter table shop.songs set (fillfactor = 70)',
  'create table shop.x (id integer) partition by range (id)',
  'create table shop.x (id integer) inherits (shop.songs)',
  'create table shop.x (id integer) tablespace pg_default',
  'create unlogged table shop.x (id integer)',
  'set lock_timeout to 1',
  'insert into shop.songs default values on conflict do nothing',
  'delete from shop.songs s using shop.other o where s.id = o.id returning s.id',
  'update shop.songs set id = 1 returning *',
  'create table shop.x (id integer generated always as identity)',
  'create table shop.x (a integer, b integer generated always as (a) stored)',
  'select gen_random_uuid()',
  "select now() at time zone 'UTC', to_regclass('a')",
  "comment on column shop.late.id is 'a'",
  'select make_date(2018,1,1)',
  'create extension pg_trgm',
  'explain (analyze) select 1',
  'copy (select 1) to stdout',
  'select 1 from shop.songs for update skip locked',
  'select id from shop.songs fetch first 1 rows only',
  'select * from shop.songs tablesample system (10)',
  'select num_nonnulls(1)',
  'alter table shop.songs add constraint c check (id > 1)',
  'create table shop.x (v varchar(65536))',
  'create table shop.x (v char(5000))',
  'notify a',
  'create domain shop.d as integer',
];

const taken = [
  'create table shop.y (id bigint identity(0,1) encode az64, primary key (id))',
  'create table shop.y (id bigint not null encode raw distkey sortkey, name varchar(max), t text, d decimal, s super, foreign key (id) references shop.songs (id))',
  'create table shop.y (id integer primary key references shop.songs (id), unique (id)) backup no diststyle all compound sortkey (id)',
  'create table shop.y (id integer) sortkey auto encode auto',
  'create table shop.y distkey(id) interleaved sortkey(id) as select 1 as id',
  'create table shop.y (a, b) distkey(a) as select 1, 2',
  'create temp table y (id integer) distkey(id)',
  'create temporary table y as select 1 as id',
  'create table shop.y (like shop.songs)',
  'create table shop.y (id integer generated by default as identity(1,1))',
  'create table shop.y as (select 1 as id)',
  'create table shop.y diststyle even as with a as (select 1 as id) select * from a',
  'alter table shop.songs add column a varchar(10) encode zstd',
  "alter table shop.songs add column a varchar(max) default 'a' not null",
  'alter table shop.songs alter distkey id',
  'alter table shop.songs alter diststyle all',
  'alter table shop.songs alter sortkey (id)',
  'alter table shop.songs rename column id to id2',
  'alter table shop.songs rename to songs2',
  'alter table shop.late rename to late2',
  'alter table shop.songs drop column name',
  'alter table shop.songs owner to tester',
  'create view shop.v as with a as (select id from shop.songs), b as (select * from a) select * from b with no schema binding',
  "create or replace view shop.v as select extract(day from timestamp '2018-01-01') as d with no schema binding",
  'create view shop.v as select a.id from shop.songs as a, shop.other as o with no schema binding',
  'create view shop.v as select id from nowhere.songs with no schema binding',
  'create view shop.v as select nowhere from shop.songs with no schema binding',
  'create view shop.v (a) as select id from shop.songs with no schema binding',
  'create view shop.v as select "Id" from shop."Songs" with no schema binding',
  "create view shop.v as select 'x' as a from shop.songs with no schema binding;",
  'create or replace view shop.late as select id from shop.other with no schema binding',
  'drop view shop.late',
  'drop view if exists shop.nope',
  'drop table if exists shop.songs',
  'drop table shop.songs',
  'drop table shop.songs cascade',
  'drop table shop.songs, shop.other',
  'drop schema shop cascade',
  "comment on table shop.songs is 'songs'",
  "comment on view shop.late is 'x'",
  'analyze shop.songs',
  'analyze shop.songs predicate columns',
  "select listagg(name, ',') within group (order by id) from shop.songs",
  "select listagg(name, ',') from shop.songs",
  'select median(id) from shop.songs',
  'select approximate count(distinct id) from shop.songs',
  "select sysdate, getdate(), nvl(null, 1), nvl2(1, 2, 3), len('a'), charindex('a', 'ba')",
  "select decode(1, 1, 'one', 'other')",
  "select datediff(day, '2018-01-01'::timestamp, '2018-01-02'::timestamp), date_part(dow, timestamp '2018-01-01')",
  "select datediff(day, date '2018-01-01', date '2018-01-02')",
  "select dateadd(day, 1, date '2018-01-01')",
  "select cast('a' as varchar(max)), 1.5::decimal",
  `select json_parse('{"a":1}')`,
  'select uuid from (select 1 as uuid) x',
  'select x.json from (select 1 as json) x',
  'select money as json from (select 1 as money) x',
  'select "check" from (select 1 as "check") x',
  'select sum(id) over (order by id rows unbounded preceding) from shop.songs',
  'select sum(id) over (partition by id) from shop.songs',
  'select row_number() over (order by sum(id)) from shop.songs',
  'select rank() over (order by id) from shop.songs',
  'select lag(id) over (order by id) from shop.songs',
  "select timestamp 'epoch' + 1 * interval '1 second'",
  "insert into shop.songs values (1, 'a'), (2, 'b')",
  'insert into shop.songs (id) (select 1)',
  'delete from shop.songs using shop.other where shop.songs.id = shop.other.id',
  "merge into shop.songs using shop.other o on shop.songs.id = o.id when matched then update set name = 'x' when not matched then insert (id) values (o.id)",
  "merge into shop.songs using shop.other on shop.songs.id = other.id when matched then delete when not matched then insert values (other.id, 'a')",
  "set query_group to 'run:1'",
  "set query_group = 'x'",
  'reset query_group',
  'show query_group',
  'set statement_timeout to 1000',
  'set search_path to shop, public',
  'set search_path = "shop"',
  'show search_path',
  'select current_schema()',
  'select current_user',
  'select pg_backend_pid(), pg_last_copy_id(), pg_last_copy_count()',
  'lock shop.songs',
  'lock table shop.songs in exclusive mode',
  'select * from sys_load_error_detail',
  'select * from sys_query_history',
  'select * from sys_session_history',
  'select * from svv_transactions',
  'select * from svv_user_info',
  'select * from svv_user_grants',
  'select * from svv_system_privileges',
  'select * from svv_column_privileges',
  'select * from svv_relation_privileges',
  'select "schema", "table", diststyle, sortkey1 from svv_table_info',
  'select version()',
  'grant select on shop.songs to public',
  'grant select on shop.late to public',
  'grant select on all tables in schema shop to public',
  'revoke select on shop.songs from public',
  'grant usage on schema shop to public',
  'explain select 1',
  'select $$a$$',
  "select 'it''s', 'a\\nb'",
  'select /* a /* b */ c */ 1',
  "select 1 -- it's",
  'select id from shop.songs limit 1',
  "select convert_timezone('UTC', timestamp '2018-01-01')",
  "select 'a ' = 'a'",
  "select to_char(timestamp '2018-01-01', 'YYYY'), date_trunc('month', timestamp '2018-01-01'), last_day(date '2018-01-01')",
  'select a.id from shop.songs a minus select 1',
  'select * into shop.y from shop.songs',
  "insert into shop.songs select 1, 'a' from shop.other",
  'update shop.songs set name = o.id::varchar from shop.other o where o.id = shop.songs.id',
  'with a as (select 1 as id) delete from shop.songs using a where shop.songs.id = a.id',
  "create table shop.y (a varchar(10) default 'distkey' encode lzo, b integer default 1 + (2 * 3) not null)",
  'create table shop.y (a timestamp without time zone, b double precision, c character varying(5), d timestamp with time zone)',
  "select id from shop.songs where name like 'a%' escape '!'",
  'select 1 as "Amount USD"',
  'select round(1.0 * 1 / 3, 2), 7 / 2',
];

const outside = [
  'alter table shop.songs alter column name type varchar(20)',
  'vacuum shop.songs',
  'vacuum full shop.songs to 99 percent',
  'vacuum sort only shop.songs',
];

let client: pg.Client;
let warehouse: Warehouse;

beforeAll(async () => {
  const { warehouse: own, made } = testWarehouse(afterAll);
  warehouse = own;
  await made;
  warehouse.logins.set('runner', { password: 'right' });
  const { host, port, close } = await openWire(warehouse);
  afterAll(close);
  client = new pg.Client({ host, port, user: 'runner', password: 'right', database: 'dev' });
  await client.connect();
  afterAll(() => client.end());
  await client.query('create schema shop');
  await client.query('create table shop.songs (id integer, name varchar(10))');
  await client.query('create table shop.other (id integer)');
  await client.query('create view shop.late as select id from shop.songs with no schema binding');
});

describe('in a transaction, the stand-in', () => {
  beforeEach(() => client.query('begin'));
  afterEach(() => client.query('rollback'));

  test.each([...refused, ...outside])('refuses %s', async (statement) => {
    await expect(client.query(statement)).rejects.toBeInstanceOf(pg.DatabaseError);
  });

  test.each(taken)('takes %s', async (statement) => {
    await client.query(statement);
  });
});

test.each(outside)('outside of a transaction it takes %s', async (statement) => {
  await client.query(statement);
});

/** System tables that only a provisioned cluster has. */
const provisionedOnly = [
  'select * from stv_sessions',
  'select "userid" from STL_LOAD_ERRORS',
  'select 1 from (select * from "stl_load_errors") as errors',
];

test.each(provisionedOnly)(
  'a serverless warehouse refuses %s, and a provisioned cluster takes it',
  async (statement) => {
    warehouse.kind = 'serverless';
    await expect(client.query(statement)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringMatching(/^permission denied for relation st[lv]_/) as string,
    });
    warehouse.kind = 'provisioned';
    await client.query(statement);
  },
);

test('a serverless warehouse refuses a view that is not on the list of AWS, and takes texts that name one', async () => {
  warehouse.kind = 'serverless';
  await expect(client.query('select * from svv_diskusage')).rejects.toMatchObject({ code: '42501' });
  await client.query("select 'stv_sessions'");
});
