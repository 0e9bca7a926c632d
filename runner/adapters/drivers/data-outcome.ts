import type { DescribeStatementResponse, StatementStatusString, StatusString } from '@aws-sdk/client-redshift-data';
import { DatabaseError } from '../driver.ts';
import { statementError } from './data-fault.ts';

/** A statement that has come to its good end. */
export interface Finished {
  readonly id: string;
  /** Rows that it returned or changed. */
  readonly rows: number;
  readonly hasResult: boolean;
}

/** What the service says of a statement. */
export type Described = Pick<
  DescribeStatementResponse,
  'Status' | 'Error' | 'ResultRows' | 'HasResultSet' | 'SubStatements'
>;

/** The states in which a statement stays. */
export const ended: ReadonlySet<string | undefined> = new Set(['FINISHED', 'FAILED', 'ABORTED']);

/** The good end of a statement. Throws a DatabaseError for another one. */
export function finished(
  id: string,
  { Status, Error: message, ResultRows = 0, HasResultSet = false }: Described,
): Finished {
  if (Status !== 'FINISHED') throw failure(message, Status);
  return { id, rows: Math.max(0, ResultRows), hasResult: HasResultSet };
}

/** What a statement failed with. */
export function failure(
  message: string | undefined,
  status: StatementStatusString | StatusString | undefined,
): DatabaseError {
  return statementError(message ?? (status === 'ABORTED' ? 'the statement was cancelled' : 'the statement failed'));
}

/** An error after which nobody knows how far the statement came. */
export function lostSight(error: Error): Error {
  return error instanceof DatabaseError && error.trouble === 'transient'
    ? new DatabaseError(error.message, { trouble: 'lost', cause: error })
    : error;
}
