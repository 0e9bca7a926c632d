/** Default privileges of the user that creates relations are for the whole database or for one schema (pg_default_acl). */
const defaultAcls = `pg_catalog.pg_default_acl as default_acl
        where default_acl.defaclobjtype = 'r'
            and default_acl.defaclrole = current_user::regrole
            and default_acl.defaclnamespace in (0, relation.relnamespace)`;

/**
 * The access privileges of a relation where its successor would not have the same by itself: it has none in the catalog
 * where neither the relation nor the default privileges say anything, which means all of them for its owner.
 */
const acl = `case
        when relation.relacl is not null or exists (
            select 1
            from ${defaultAcls}
        )
        then coalesce(relation.relacl, acldefault('r', relation.relowner))
    end`;

/** Whether this user may grant as the role `acl.grantor` does: the server takes the current role for the grantor. */
const canGrant = `acl.grantor = current_user::regrole
    or pg_has_role(acl.grantor, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)
    and has_schema_privilege(acl.grantor, relation.relnamespace, 'usage')`;

/** A query for the privileges on relations and their columns, their owners' too, as `ReaderQueries.grants` has it. */
export function grants(relations: string): string {
  return `select
    namespace.nspname as schema_name,
    relation.relname as relation_name,
    null as column_name,
    acl.privilege_type,
    grantee.rolname as grantee,
    acl.is_grantable,
    '' as grantee_kind,
    nullif(pg_get_userbyid(acl.grantor), current_user) as grantor,
    ${canGrant} as can_grant,
    acl.grantor = relation.relowner as is_by_owner
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
cross join lateral aclexplode(${acl}) as acl
left join pg_catalog.pg_roles as grantee
    on acl.grantee = grantee.oid
where (namespace.nspname, relation.relname) in (${relations})

union all

select
    namespace.nspname,
    relation.relname,
    attribute.attname,
    acl.privilege_type,
    grantee.rolname,
    acl.is_grantable,
    '',
    nullif(pg_get_userbyid(acl.grantor), current_user),
    ${canGrant},
    acl.grantor = relation.relowner
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
inner join pg_catalog.pg_attribute as attribute
    on relation.oid = attribute.attrelid
    and not attribute.attisdropped
cross join lateral aclexplode(attribute.attacl) as acl
left join pg_catalog.pg_roles as grantee
    on acl.grantee = grantee.oid
where (namespace.nspname, relation.relname) in (${relations})

order by 1, 2, 10 desc, 8, 3, 4, 5`;
}

/** A query for who has privileges on a new relation: its owner, and others by default privileges. */
export function defaultGrants(relations: string): string {
  return `select
    namespace.nspname as schema_name,
    relation.relname as relation_name,
    pg_get_userbyid(relation.relowner) as grantee
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
where (namespace.nspname, relation.relname) in (${relations})
    and ${acl} is not null

union

select
    namespace.nspname,
    relation.relname,
    grantee.rolname
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
inner join pg_catalog.pg_default_acl as default_acl
    on default_acl.defaclobjtype = 'r'
    and default_acl.defaclrole = current_user::regrole
    and default_acl.defaclnamespace in (0, namespace.oid)
cross join lateral aclexplode(default_acl.defaclacl) as acl
left join pg_catalog.pg_roles as grantee
    on acl.grantee = grantee.oid
where (namespace.nspname, relation.relname) in (${relations})
    and relation.relkind in ('r', 'p', 'v', 'm', 'f')
    and acl.grantee not in (relation.relowner, current_user::regrole)

order by 1, 2, 3`;
}
