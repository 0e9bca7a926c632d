import { DatabaseError } from '../driver.ts';
import type { Trouble } from '../driver.ts';

/** What PostgreSQL says in an error, as far as it is of use (PostgreSQL, "Error and Notice Message Fields"). */
interface ServerError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
  readonly where?: string;
}

/** SQLSTATE classes and codes (PostgreSQL, appendix A), and what the system says of a socket. */
const transientCodes = new Set(['40001', '40P01', '53300', '55P03', '57P03']);
const lostCodes = /^(?:08...|57P01|57P02|57P05|25P03|ECONNRESET|EPIPE|ETIMEDOUT|ECONNREFUSED)$/;

/** What to do about it, where the server itself gives no hint. */
const hints: Readonly<Record<string, string>> = {
  '42501': 'the user of the target needs that right: see docs/targets.md for what to grant',
  '53100': 'the disk of the server is full: make room there, and run again',
  '53200': 'the server has no memory left for it: lower --threads, or raise work_mem and shared memory there',
  '53300': 'the server has no connection left: lower --threads, or raise max_connections there',
  '55P03': 'somebody holds a lock on it',
};

/** The error of a statement as a DatabaseError; `warnings` are those that came while it ran. */
export function databaseError(statement: string, cause: unknown, warnings: readonly string[] = []): DatabaseError {
  const error: ServerError = cause instanceof Error ? cause : new Error(String(cause));
  const { code = '', detail, hint, position, where } = error;
  return new DatabaseError(error.message, {
    trouble: troubleOf(error),
    offset: position === undefined ? undefined : offsetOfCharacter(statement, Number(position)),
    details: [detail, where, ...warnings].filter((line) => line !== undefined),
    hint: hint ?? hints[code],
    cause,
  });
}

function troubleOf({ code = '', message }: ServerError): Trouble {
  if (transientCodes.has(code)) return 'transient';
  // pg's own words when a socket closes under it have no code.
  return lostCodes.test(code) || /^(?:Connection terminated|Client has encountered a connection error)/.test(message)
    ? 'lost'
    : 'refused';
}

/** PostgreSQL counts characters from 1, where one above U+FFFF counts once. */
function offsetOfCharacter(statement: string, position: number): number {
  let offset = 0;
  for (let character = 1; character < position && offset < statement.length; character++)
    offset += (statement.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}
