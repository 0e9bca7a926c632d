/** What stands at the head of every artifact. */
export interface Metadata {
  readonly dbt_schema_version: string;
  /** The version of the program that wrote it. */
  readonly dbt_version: string;
  readonly generated_at: string;
  readonly invocation_id: string;
  readonly env: Readonly<Record<string, string>>;
}

export function metadata(
  schema: 'manifest/v12' | 'run-results/v6',
  version: string,
  invocationId: string,
  now: Date,
): Metadata {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${schema}.json`,
    dbt_version: version,
    generated_at: now.toISOString(),
    invocation_id: invocationId,
    env: {},
  };
}
