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

create view redshift_stand_in.stv_sessions as
select backend_start at time zone 'UTC' as starttime, pid as process, usename as user_name, datname as db_name
from pg_catalog.pg_stat_activity
where datname = current_database();

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
where datname = current_database();

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
    on acl.grantee = grantee.oid;

create view redshift_stand_in.svv_table_info as
select schema_name as "schema", table_name as "table", diststyle, distkey, sortkey
from redshift_stand_in.table_info;

create function redshift_stand_in.version() returns text language sql immutable as
'select ''PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.12345''::text';

create function redshift_stand_in.pg_last_copy_id() returns bigint language sql stable as
'select coalesce(nullif(current_setting(''stand_in.last_copy_id'', true), '''')::bigint, -1)';

create function redshift_stand_in.pg_last_copy_count() returns bigint language sql stable as
'select coalesce(nullif(current_setting(''stand_in.last_copy_count'', true), '''')::bigint, 0)';

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
        exception when others then
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
    if not replacing and exists (
        select 1 from redshift_stand_in.late_views where schema_name = schema_of and view_name = name_of
    ) then
        raise duplicate_table using message = format('Relation "%s" already exists', name_of);
    end if;
    begin
        execute format('create %s view %I.%I as ', case when replacing then 'or replace' else '' end, schema_of, name_of) || query_of;
    exception when undefined_table then
        null;
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
