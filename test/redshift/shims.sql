-- What Redshift has and PostgreSQL does not, in a schema that stands first on the search path of each session.

create table redshift_stand_in.late_views (
    id bigint generated always as identity,
    schema_name text not null,
    view_name text not null,
    query text not null,
    rights aclitem[],
    primary key (schema_name, view_name)
);

create table redshift_stand_in.table_info (
    schema_name text not null,
    table_name text not null,
    diststyle text not null,
    distkey text,
    sortkey text not null
);

create table redshift_stand_in.load_errors (
    user_id integer,
    query_id bigint,
    transaction_id bigint,
    session_id integer,
    database_name text,
    table_id bigint,
    start_time timestamp,
    file_name varchar(256),
    line_number bigint,
    column_name text,
    column_type text,
    column_length text,
    "position" integer,
    error_code integer,
    error_message varchar(512)
);

create view redshift_stand_in.sys_load_error_detail as select * from redshift_stand_in.load_errors;

create view redshift_stand_in.stl_load_errors as
select
    user_id as userid, table_id as tbl, start_time as starttime, session_id as session, query_id as query,
    file_name as filename, line_number, column_name as colname, column_type as type, column_length as col_length,
    "position", error_code as err_code, error_message as err_reason
from redshift_stand_in.load_errors;

create view redshift_stand_in.stv_sessions as
select backend_start at time zone 'UTC' as starttime, pid as process, usename as user_name, datname as db_name
from pg_catalog.pg_stat_activity
where datname = current_database();

-- Sessions that have ended, and that the history may still call active.
create table redshift_stand_in.ended_sessions (
    session_id integer not null,
    query_label text not null,
    status text not null
);

create view redshift_stand_in.sys_session_history as
select
    usesysid::text as user_id,
    pid as session_id,
    datname::text as database_name,
    'active'::text as status,
    0 as session_timeout,
    backend_start at time zone 'UTC' as start_time,
    null::timestamp as end_time
from pg_catalog.pg_stat_activity
where datname = current_database()
union all
select '100', session_id, current_database(), status, 0, timestamp '2018-01-01', null::timestamp
from redshift_stand_in.ended_sessions;

create view redshift_stand_in.svv_transactions as
select
    usename::text as txn_owner,
    datname::text as txn_db,
    coalesce(backend_xid, backend_xmin)::text::bigint as xid,
    activity.pid,
    xact_start at time zone 'UTC' as txn_start,
    coalesce(lock.mode, 'ExclusiveLock') as lock_mode,
    coalesce(lock.locktype, 'transactionid') as lockable_object_type,
    lock.relation::bigint::integer as relation,
    coalesce(lock.granted, true) as granted
from pg_catalog.pg_stat_activity as activity
left join pg_catalog.pg_locks as lock
    on activity.pid = lock.pid
    and lock.locktype = 'relation'
where datname = current_database()
    and xact_start is not null;

-- A session of the stand-in keeps the label of its queries as its name.
create view redshift_stand_in.sys_query_history as
select
    pid as query_id,
    application_name as query_label,
    pid as session_id,
    query_start at time zone 'UTC' as start_time,
    query as query_text,
    case state when 'active' then 'running' else 'success' end as status
from pg_catalog.pg_stat_activity
where datname = current_database()
union all
select session_id, query_label, session_id, timestamp '2018-01-01', 'select 1', 'success'
from redshift_stand_in.ended_sessions;

-- What a test says of the user.
create function redshift_stand_in.is_superuser() returns boolean language sql stable as
'select coalesce(current_setting(''stand_in.is_superuser'', true), '''') = ''true''';

create function redshift_stand_in.has_role(name text) returns boolean language sql stable as
'select name = any (string_to_array(current_setting(''stand_in.roles'', true), '' ''))';

create view redshift_stand_in.svv_user_info as
select
    current_user::text as user_name,
    100 as user_id,
    false as createdb,
    redshift_stand_in.is_superuser() as superuser,
    false as catalog_update,
    'UNLIMITED'::text as connection_limit,
    coalesce(current_setting('stand_in.syslog_access', true), 'RESTRICTED') as syslog_access;

create view redshift_stand_in.svv_user_grants as
select
    100 as user_id,
    current_user::text as user_name,
    roles.id as role_id,
    roles.name as role_name,
    false as admin_option
from (values (1, 'sys:monitor'), (2, 'sys:operator')) as roles (id, name)
where redshift_stand_in.has_role(roles.name);

create view redshift_stand_in.svv_system_privileges as
select
    'ACCESS SYSTEM TABLE'::text as system_privilege,
    1 as identity_id,
    'sys:monitor'::text as identity_name,
    'role'::text as identity_type
where redshift_stand_in.is_superuser() or redshift_stand_in.has_role('sys:monitor');

create view redshift_stand_in.svv_relation_privileges as
select
    namespace.nspname as namespace_name,
    relation.relname as relation_name,
    acl.privilege_type,
    coalesce(grantee.rolname, 'public') as identity_name,
    case when acl.grantee = 0 then 'public' when grantee.rolcanlogin then 'user' else 'role' end as identity_type,
    acl.is_grantable as admin_option
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
cross join lateral aclexplode(relation.relacl) as acl
left join pg_catalog.pg_roles as grantee
    on acl.grantee = grantee.oid
-- Others see only identities that they own or may access.
where redshift_stand_in.is_superuser()
    or current_setting('stand_in.syslog_access', true) = 'UNRESTRICTED'
    or grantee.rolname = current_user;

create view redshift_stand_in.svv_column_privileges as
select
    namespace.nspname as namespace_name,
    relation.relname as relation_name,
    attribute.attname as column_name,
    acl.privilege_type,
    coalesce(grantee.rolname, 'public') as identity_name,
    case when acl.grantee = 0 then 'public' when grantee.rolcanlogin then 'user' else 'role' end as identity_type
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
inner join pg_catalog.pg_attribute as attribute
    on relation.oid = attribute.attrelid
cross join lateral aclexplode(attribute.attacl) as acl
left join pg_catalog.pg_roles as grantee
    on acl.grantee = grantee.oid
where redshift_stand_in.is_superuser()
    or redshift_stand_in.has_role('sys:monitor')
    or grantee.rolname = current_user;

create view redshift_stand_in.svv_redshift_tables as
select
    'dev'::text as database_name,
    namespace.nspname::text as schema_name,
    relation.relname::text as table_name,
    case when relation.relkind = 'v' then 'VIEW' else 'TABLE' end as table_type
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
where relation.relkind in ('r', 'v')
    and namespace.nspname <> 'redshift_stand_in'
    and namespace.nspname !~ '^pg_toast';

create table redshift_stand_in.sys_serverless_usage (
    start_time timestamp not null,
    charged_seconds bigint not null
);

create view redshift_stand_in.svv_table_info as
select schema_name as "schema", table_name as "table", diststyle, distkey, sortkey, split_part(sortkey, ',', 1) as sortkey1
from redshift_stand_in.table_info;

create function redshift_stand_in.version() returns text language sql immutable as
'select ''PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.12345''::text';

create function redshift_stand_in.pg_last_copy_id() returns bigint language sql stable as
'select coalesce(nullif(current_setting(''stand_in.last_copy_id'', true), '''')::bigint, -1)';

create function redshift_stand_in.pg_last_copy_count() returns bigint language sql stable as
'select coalesce(nullif(current_setting(''stand_in.last_copy_count'', true), '''')::bigint, 0)';

-- What the catalog says of views that are not bound: they are there, whatever they read, and have no columns.
create view redshift_stand_in.pg_class as
select
    oid, relname, relnamespace, reltype, relowner, relam, relfilenode, reltablespace, relpages, reltuples, relhasindex,
    relisshared, relkind, relnatts, relchecks, relhasrules, relacl
from pg_catalog.pg_class
union all
select
    (4000000000 + late.id)::oid, late.view_name::name, namespace.oid, 0, 10, 0, 0, 0, 0, 0, false,
    false, 'v', 0, 0, true, late.rights
from redshift_stand_in.late_views as late
inner join pg_catalog.pg_namespace as namespace
    on late.schema_name = namespace.nspname
where to_regclass(format('%I.%I', late.schema_name, late.view_name)) is null;

create view redshift_stand_in.late_relations as
select relation.oid
from redshift_stand_in.late_views as late
inner join pg_catalog.pg_namespace as namespace
    on late.schema_name = namespace.nspname
inner join pg_catalog.pg_class as relation
    on namespace.oid = relation.relnamespace
    and late.view_name = relation.relname;

-- They depend on nothing.
create view redshift_stand_in.pg_rewrite as
select oid, rulename, ev_class, ev_type, is_instead
from pg_catalog.pg_rewrite
where ev_class not in (select oid from redshift_stand_in.late_relations);

create view redshift_stand_in.pg_attribute as
select
    attrelid, attname, atttypid, attstattarget, attlen, attnum, attndims, atttypmod, attbyval, attstorage, attalign,
    attnotnull, atthasdef, attisdropped, attislocal, attinhcount
from pg_catalog.pg_attribute as attribute
where attribute.attrelid not in (select oid from redshift_stand_in.late_relations);

-- A super value is held as jsonb.
create function redshift_stand_in.format_type(type oid, modifier integer) returns text language sql stable as
    'select case type when ''jsonb''::regtype then ''super'' else pg_catalog.format_type(type, modifier) end';

create function redshift_stand_in.sysdate() returns timestamp language sql stable as
'select now() at time zone ''UTC''';

create function redshift_stand_in.json_parse(value text) returns jsonb language sql immutable as 'select value::jsonb';

create function redshift_stand_in.join_texts(joined text, value text) returns text language sql immutable as
'select coalesce(joined || value, joined, value)';

create aggregate redshift_stand_in.listagg(text) (sfunc = redshift_stand_in.join_texts, stype = text);

create function redshift_stand_in.last_day(day timestamp) returns date language sql immutable as
'select (date_trunc(''month'', day) + interval ''1 month - 1 day'')::date';

create function redshift_stand_in.convert_timezone(target text, moment timestamp) returns timestamp language sql immutable as
'select moment at time zone ''UTC'' at time zone target';

create function redshift_stand_in.convert_timezone(source text, target text, moment timestamp) returns timestamp
language sql immutable as 'select moment at time zone source at time zone target';

create function redshift_stand_in.decode(tested anyelement, one anyelement, then_one anycompatible) returns anycompatible
language sql immutable as 'select case when tested is not distinct from one then then_one end';

create function redshift_stand_in.decode(tested anyelement, one anyelement, then_one anycompatible, other anycompatible)
returns anycompatible language sql immutable as
'select case when tested is not distinct from one then then_one else other end';

create function redshift_stand_in.decode(
    tested anyelement, one anyelement, then_one anycompatible, two anyelement, then_two anycompatible
) returns anycompatible language sql immutable as
'select case when tested is not distinct from one then then_one when tested is not distinct from two then then_two end';

create function redshift_stand_in.decode(
    tested anyelement, one anyelement, then_one anycompatible, two anyelement, then_two anycompatible,
    other anycompatible
) returns anycompatible language sql immutable as
'select case when tested is not distinct from one then then_one when tested is not distinct from two then then_two else other end';

-- The design of a table, which PostgreSQL cannot hold. Lengths are counted in bytes in each of its columns.
create function redshift_stand_in.note_design(schema_of text, name_of text, style text, dist text, sort text)
returns void language plpgsql as
$note$
begin
    perform redshift_stand_in.check_keys(schema_of, name_of, dist, sort);
    perform redshift_stand_in.count_bytes(schema_of, name_of);
    -- It is there already where the table was made only if it was not there.
    if not exists (select 1 from redshift_stand_in.table_info where schema_name = schema_of and table_name = name_of) then
        insert into redshift_stand_in.table_info values (schema_of, name_of, style, dist, sort);
    end if;
end
$note$;

create function redshift_stand_in.alter_design(part text, schema_of text, name_of text, style text, dist text, sort text)
returns void language plpgsql as
$alter$
begin
    perform redshift_stand_in.check_keys(schema_of, name_of, dist, sort);
    if part = 'dist' then
        update redshift_stand_in.table_info set diststyle = style, distkey = dist
        where schema_name = schema_of and table_name = name_of;
    elsif part <> 'encode' then
        update redshift_stand_in.table_info set sortkey = sort where schema_name = schema_of and table_name = name_of;
    end if;
end
$alter$;

create function redshift_stand_in.check_keys(schema_of text, name_of text, dist text, sort text)
returns void language plpgsql as
$check$
declare
    key text;
begin
    foreach key in array array_remove(array_append(string_to_array(sort, ','), dist), null) loop
        if not exists (
            select 1
            from pg_catalog.pg_attribute
            where attrelid = format('%I.%I', schema_of, name_of)::regclass
                and attname = key
                and attnum > 0
        ) then
            raise undefined_column using message = format('column "%s" named in key does not exist', key);
        end if;
    end loop;
end
$check$;

create function redshift_stand_in.count_bytes(schema_of text, name_of text) returns void language plpgsql as
$count$
declare
    counted record;
    stale text;
begin
    for counted in
        select attribute.attrelid::regclass as relation, attname, attnum, atttypmod - 4 as bytes,
            format('%s_bytes_%s', left(attname, 40), atttypmod - 4) as rule
        from pg_catalog.pg_attribute as attribute
        where attrelid = format('%I.%I', schema_of, name_of)::regclass
            and attnum > 0
            and atttypmod > 4
            and atttypid in ('varchar'::regtype, 'bpchar'::regtype)
            and not attisdropped
    loop
        continue when exists (
            select 1 from pg_catalog.pg_constraint where conrelid = counted.relation and conname = counted.rule
        );
        for stale in
            select conname
            from pg_catalog.pg_constraint
            where conrelid = counted.relation and conkey = array[counted.attnum] and contype = 'c'
        loop
            execute format('alter table %s drop constraint %I', counted.relation, stale);
        end loop;
        execute format(
            'alter table %s add constraint %I check (octet_length(%I) <= %s)',
            counted.relation, counted.rule, counted.attname, counted.bytes
        );
    end loop;
end
$count$;

-- Views that are not bound follow the names of their tables. PostgreSQL's follow the tables: so they are dropped before a
-- table goes or changes its name, and made again where they can be.
create function redshift_stand_in.unbind(schema_of text, name_of text) returns void language plpgsql as
$unbind$
declare
    dependent record;
begin
    for dependent in
        with recursive reading as (
            select relation.oid
            from pg_catalog.pg_class as relation
            inner join pg_catalog.pg_namespace as namespace
                on relation.relnamespace = namespace.oid
            where namespace.nspname = schema_of
                and relation.relname = name_of
            union
            select rewrite.ev_class
            from reading
            inner join pg_catalog.pg_depend as depend
                on reading.oid = depend.refobjid
                and depend.classid = 'pg_catalog.pg_rewrite'::regclass
            inner join pg_catalog.pg_rewrite as rewrite
                on depend.objid = rewrite.oid
        )
        select late.id, late.schema_name, late.view_name, relation.relacl
        from reading
        inner join pg_catalog.pg_class as relation
            on reading.oid = relation.oid
            and relation.relkind = 'v'
        inner join pg_catalog.pg_namespace as namespace
            on relation.relnamespace = namespace.oid
        inner join redshift_stand_in.late_views as late
            on namespace.nspname = late.schema_name
            and relation.relname = late.view_name
        where (late.schema_name, late.view_name) is distinct from (schema_of, name_of)
        order by late.id desc
    loop
        update redshift_stand_in.late_views set rights = dependent.relacl where id = dependent.id;
        execute format('drop view if exists %I.%I', dependent.schema_name, dependent.view_name);
    end loop;
end
$unbind$;

create function redshift_stand_in.rebind() returns void language plpgsql as
$rebind$
declare
    late record;
    acl record;
begin
    for late in
        select *
        from redshift_stand_in.late_views as views
        where to_regclass(format('%I.%I', views.schema_name, views.view_name)) is null
        order by views.id
    loop
        begin
            execute format('create view %I.%I as ', late.schema_name, late.view_name) || late.query;
            for acl in select * from aclexplode(late.rights) loop
                execute format(
                    'grant %s on %I.%I to %s', acl.privilege_type, late.schema_name, late.view_name,
                    case when acl.grantee = 0 then 'public' else acl.grantee::regrole::text end
                );
            end loop;
        exception when undefined_table or undefined_column or undefined_function or invalid_schema_name then
            -- What it reads is not there yet.
            null;
        end;
    end loop;
end
$rebind$;

create function redshift_stand_in.bind_late(schema_of text, name_of text, query_of text, replacing boolean)
returns void language plpgsql as
$bind$
begin
    if to_regnamespace(quote_ident(schema_of)) is null then
        raise invalid_schema_name using message = format('schema "%s" does not exist', schema_of);
    end if;
    if not replacing and (
        to_regclass(format('%I.%I', schema_of, name_of)) is not null
        or exists (select 1 from redshift_stand_in.late_views where schema_name = schema_of and view_name = name_of)
    ) then
        raise duplicate_table using message = format('Relation "%s" already exists', name_of);
    end if;
    begin
        execute format('create %s view %I.%I as ', case when replacing then 'or replace' else '' end, schema_of, name_of) || query_of;
    exception when undefined_table or undefined_column or undefined_function or invalid_schema_name then
        -- Nobody looks before it is queried. What it said before, it says no more.
        perform redshift_stand_in.unbind(schema_of, name_of);
        execute format('drop view if exists %I.%I', schema_of, name_of);
    end;
    insert into redshift_stand_in.late_views (schema_name, view_name, query) values (schema_of, name_of, query_of)
    on conflict (schema_name, view_name) do update set query = excluded.query;
end
$bind$;

create function redshift_stand_in.forget_late(schema_of text, name_of text, may_lack boolean)
returns void language plpgsql as
$forget$
begin
    delete from redshift_stand_in.late_views where schema_name = schema_of and view_name = name_of;
    execute format('drop view %s %I.%I', case when found or may_lack then 'if exists' else '' end, schema_of, name_of);
end
$forget$;

create function redshift_stand_in.forget_schema(name_of text) returns void language sql as
'delete from redshift_stand_in.late_views where schema_name = name_of;
delete from redshift_stand_in.table_info where schema_name = name_of';

-- A view is renamed as a table is.
create function redshift_stand_in.rename_noted(schema_of text, name_of text, new_name text) returns void language sql as
'update redshift_stand_in.late_views set view_name = new_name where schema_name = schema_of and view_name = name_of;
update redshift_stand_in.table_info set table_name = new_name where schema_name = schema_of and table_name = name_of';

create function redshift_stand_in.refuse_late(schema_of text, name_of text) returns void language plpgsql as
$refuse$
begin
    if exists (select 1 from redshift_stand_in.late_views where schema_name = schema_of and view_name = name_of) then
        raise wrong_object_type using message = format('"%s" is not a table, composite type, or view', name_of);
    end if;
end
$refuse$;
