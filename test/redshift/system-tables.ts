import { RedshiftError } from './warehouse.ts';
import type { Token } from './tokens.ts';

/**
 * The SVV views that serverless and Multi-AZ warehouses let people query. No table or view of STL, STV, SVCS or SVL is on
 * the list (Amazon Redshift Management Guide, "Monitoring queries and workloads with Amazon Redshift Serverless").
 */
const allowed = new Set(
  `all_columns all_schemas all_tables alter_table_recommendations columns column_privileges database_privileges datashares
   datashare_consumers datashare_objects datashare_privileges default_privileges external_columns external_databases
   external_partitions external_schemas external_tables mv_dependency mv_info function_privileges identity_providers
   interleaved_columns language_privileges ml_model_privileges ml_model_info redshift_columns redshift_databases
   redshift_functions redshift_schemas redshift_tables relation_privileges rls_attached_policy rls_policy rls_relation
   role_grants roles schema_privileges system_privileges tables table_info transactions user_info user_grants`
    .split(/\s+/)
    .map((name) => `svv_${name}`),
);

const provisionedOnly = /^(?:stl|stv|svcs|svl|svv)_/;

/** Throws what a serverless warehouse says against a statement that reads a system table of provisioned clusters. */
export function refuseSystemTables(tokens: readonly Token[]): void {
  for (const { kind, text } of tokens) {
    if (kind !== 'word' && kind !== 'name') continue;
    const name = text.replaceAll('"', '').toLowerCase();
    if (provisionedOnly.test(name) && !allowed.has(name))
      throw new RedshiftError(`permission denied for relation ${name}`, '42501');
  }
}
