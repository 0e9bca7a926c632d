import type { TargetType } from '../config/schema.ts';

/** What a road to a warehouse cannot carry. */
export interface Limits {
  /** How many statements one transaction has that is sent at once; more of them need a session. */
  readonly statements: number;
  /** How long a statement is, in bytes of UTF-8. */
  readonly statementBytes: number;
}

/** Amazon Redshift Data API reference, BatchExecuteStatement; Management Guide, "Considerations when calling the Data API". */
export const dataApiLimits: Limits = { statements: 40, statementBytes: 100 * 1024 };

/** The limits of the road that a type of target takes; undefined where nobody meets any. */
export function limitsOf(type: TargetType): Limits | undefined {
  return type === 'redshift-data' ? dataApiLimits : undefined;
}
