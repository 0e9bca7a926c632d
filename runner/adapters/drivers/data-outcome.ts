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

/** The good end of each statement of a batch. Throws a DatabaseError that says which one failed. */
export function finishedParts({ Status: status, Error: message, SubStatements: parts = [] }: Described): Finished[] {
  if (status === 'FINISHED') return parts.map((part) => finished(part.Id ?? '', part));
  const failed = parts.findIndex(({ Status, Error: said }) => Status === 'FAILED' || said !== undefined);
  const at = failed < 0 ? parts.findIndex(({ Status }) => Status !== 'FINISHED') : failed;
  throw failure(parts[at]?.Error ?? message, status).inTransaction(Math.max(0, at));
}

/** What a statement failed with. */
function failure(message: string | undefined, status: StatementStatusString | StatusString | undefined): DatabaseError {
  return statementError(message ?? (status === 'ABORTED' ? 'the statement was cancelled' : 'the statement failed'));
}

/** An error after which it is not known how far the statement came: one that may pass, and any when the service was left. */
export function lostSight(error: Error, isLeft: boolean): Error {
  return error instanceof DatabaseError && (isLeft || error.trouble === 'transient')
    ? new DatabaseError(error.message, { trouble: 'lost', cause: error })
    : error;
}
