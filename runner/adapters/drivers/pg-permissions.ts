import type { Refused, ServerError } from './pg-server.ts';

const ownership =
  'only its owner may change it: all who build a warehouse together do so as one role, see docs/targets.md';
const general = 'the user of the target needs that permission: see docs/targets.md for what to grant';

/**
 * What to grant after an error of the class 42501, insufficient_privilege. The server names the object in the words of
 * PostgreSQL's `aclcheck_error`, without its schema.
 */
export function permissionHint({ message }: ServerError, { statement, user }: Refused): string {
  const to = quoted(user ?? 'the user of the target');
  const reads = /^\s*(?:select|with)\b/i.test(statement);
  const grant = (permission: string, on: string): string => `needed: grant ${permission} on ${on} to ${to}`;
  const [, kind = '', name = ''] = /^permission denied for ([a-z ]+) (.+)$/.exec(message) ?? [];
  switch (kind) {
    case 'database':
      return grant('connect, create', `database ${quoted(name)}`);
    case 'schema':
      return reads
        ? grant('usage', `schema ${quoted(name)}`)
        : `${grant('usage', `schema ${quoted(name)}`)}; where a run builds in it: usage, create`;
    case 'table':
    case 'view':
    case 'materialized view':
    case 'foreign table':
      return /^\s*(?:select|with|create)\b/i.test(statement) ? grant('select', inSchema(statement, name)) : ownership;
    case 'sequence':
      return grant('usage', `sequence ${inSchema(statement, name)}`);
    case 'function':
      return `needed: grant execute on function ${quoted(name)} to ${to}`;
  }
  if (message.startsWith('must be owner of')) return ownership;
  if (/terminat|signal/.test(message))
    return `another user's session still works for a run that has ended: that user may end it, or grant pg_signal_backend to ${to}`;
  return general;
}

/** The name as the statement has it, with its schema. */
function inSchema(statement: string, name: string): string {
  const names = statement.matchAll(/((?:"[^"]+"|\w+)\.)("[^"]+"|\w+)/g);
  const schema = [...names].find(([, , relation]) => relation?.replaceAll('"', '') === name)?.[1] ?? '';
  return `${schema}${quoted(name)}`.replaceAll(/"([a-z_][a-z0-9_]*)"/g, '$1');
}

/** A name needs quotes unless it is a plain word in lower case. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_ ]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
