import { DatabaseError } from '../driver.ts';
import type { PgServer, Refused, ServerError } from './pg-server.ts';

/** The error that refused a statement as a DatabaseError; `warnings` are those that came while it ran. */
export function databaseError(
  server: PgServer,
  refused: Refused,
  cause: unknown,
  warnings: readonly string[] = [],
): DatabaseError {
  const error: ServerError = cause instanceof Error ? cause : new Error(String(cause));
  const { detail, hint, position, where } = error;
  return new DatabaseError(error.message, {
    trouble: server.trouble(error),
    offset: position === undefined ? undefined : offsetOfCharacter(refused.statement, Number(position)),
    details: [detail, where, ...warnings].filter((line) => line !== undefined),
    hint: hint ?? server.hint(error, refused),
    cause,
  });
}

/** PostgreSQL counts characters from 1, where one above U+FFFF counts once. */
function offsetOfCharacter(statement: string, position: number): number {
  let offset = 0;
  for (let character = 1; character < position && offset < statement.length; character++)
    offset += (statement.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}
