import type { Relation } from '../../core/relation.ts';
import type { Dialect, GrantSight, ReaderQueries } from '../dialect.ts';

type Text = Pick<Dialect, 'literal'>;

/**
 * Looks up in Redshift's catalog who reads a relation and by which right. Views that are not bound depend on nothing; of
 * others, those are found that read the relation itself.
 */
export function redshiftReaders(dialect: Text): ReaderQueries {
  const among = (relations: readonly Relation[], schema: string, name: string): string =>
    relations
      .map(
        (relation) =>
          `${schema} = ${dialect.literal(relation.schema)} and ${name} = ${dialect.literal(relation.identifier)}`,
      )
      .join('\n        or ');
  return {
    dependents: (relations) => dependents(among(relations, 'namespace.nspname', 'relation.relname')),
    properties: undefined,
    grants: (relations) => grants(among(relations, 'namespace_name', 'relation_name')),
    defaultGrants: undefined,
    sideEffects: undefined,
    sights: [relationSight, columnSight],
  };
}

/**
 * Users who are no superusers and lack this permission see only identities that they own or may access (Amazon Redshift
 * Database Developer Guide, "SVV_RELATION_PRIVILEGES"), and SHOW GRANTS shows no more. Each user sees its own row of
 * svv_user_info ("SVV_USER_INFO").
 */
const relationSight: GrantSight = {
  query: `select
    current_user as user_name,
    count(*) as sees_all_grants
from svv_user_info
where user_name = current_user
    and (superuser or syslog_access = 'UNRESTRICTED')`,
  permission: 'SYSLOG ACCESS UNRESTRICTED',
  grant: (user) => `alter user ${user} syslog access unrestricted`,
};

/**
 * For grants on single columns it is another permission ("SVV_COLUMN_PRIVILEGES"), which a role gives: sys:monitor has it
 * ("Amazon Redshift system-defined roles").
 */
const columnSight: GrantSight = {
  query: `select
    current_user as user_name,
    count(*) as sees_all_grants
from (
    select user_name
    from svv_user_info
    where user_name = current_user
        and superuser

    union all

    select user_name
    from svv_user_grants
    where user_name = current_user
        and role_name in ('sys:monitor', 'sys:superuser')

    union all

    select granted.user_name
    from svv_user_grants as granted
    inner join svv_system_privileges as permitted
        on granted.role_name = permitted.identity_name
    where granted.user_name = current_user
        and permitted.identity_type = 'role'
        and permitted.system_privilege = 'ACCESS SYSTEM TABLE'
) as sights`,
  permission: 'ACCESS SYSTEM TABLE',
  grant: (user) => `grant role sys:monitor to ${user}`,
};

function dependents(isWanted: string): string {
  return `select
    0 as depth,
    case relation.relkind when 'v' then 'view' else 'table' end as kind,
    namespace.nspname as schema_name,
    relation.relname as relation_name,
    namespace.nspname || '.' || relation.relname as description,
    null as definition
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
where ${isWanted}

union

select
    1 as depth,
    'view' as kind,
    reader_namespace.nspname as schema_name,
    reader.relname as relation_name,
    'view ' || reader_namespace.nspname || '.' || reader.relname as description,
    pg_get_viewdef(reader.oid) as definition
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
inner join pg_catalog.pg_depend as depend
    on relation.oid = depend.refobjid
inner join pg_catalog.pg_rewrite as rewrite
    on depend.objid = rewrite.oid
    and rewrite.ev_class <> relation.oid
inner join pg_catalog.pg_class as reader
    on rewrite.ev_class = reader.oid
inner join pg_catalog.pg_namespace as reader_namespace
    on reader.relnamespace = reader_namespace.oid
where ${isWanted}

order by depth desc, description`;
}

function grants(isWanted: string): string {
  return `select
    namespace_name,
    relation_name,
    null as column_name,
    privilege_type,
    case when identity_type = 'public' then null else identity_name end as grantee,
    admin_option,
    case when identity_type in ('group', 'role') then identity_type else '' end as grantee_kind
from svv_relation_privileges
where (
        ${isWanted}
    )
    and (identity_type <> 'user' or identity_name <> current_user)

union all

select
    namespace_name,
    relation_name,
    column_name,
    privilege_type,
    case when identity_type = 'public' then null else identity_name end as grantee,
    false as admin_option,
    case when identity_type in ('group', 'role') then identity_type else '' end as grantee_kind
from svv_column_privileges
where (
        ${isWanted}
    )
    and (identity_type <> 'user' or identity_name <> current_user)

order by 1, 2, 3, 4, 5`;
}

/** A query for all tables and views that people have made, in all databases of a warehouse: database, schema, name. */
export const tablesQuery = `select
    database_name,
    schema_name,
    table_name
from svv_redshift_tables
where schema_name not in ('pg_catalog', 'pg_internal', 'pg_automv', 'information_schema', 'catalog_history')
    and database_name not like 'sys:%'
order by database_name, schema_name, table_name`;

/** A query for what a serverless warehouse has used up since midnight UTC, in seconds of an RPU that are paid for. */
export const usageTodayQuery = `select coalesce(sum(charged_seconds), 0) as rpu_seconds
from sys_serverless_usage
where start_time >= date_trunc('day', getdate())`;
