/**
 * What to do about a statement that the database refused at `rest`, the text from the place that it named on. What the
 * database advises is left out where it is of no use: DuckDB suggests whatever table has the most similar name, also
 * one of its own catalog or of the state of the project.
 */
export function databaseHint(rest: string, advice: string | undefined): string | undefined {
  if (rest.startsWith('{{'))
    return 'templates are rendered in the files of a project alone: name the table here, without ref';
  if (/^\{[%#]/.test(rest))
    return 'templates are Handlebars, not Jinja: {{#if is_incremental}} … {{/if}}, and {{! … }} for a comment';
  return advice !== undefined && /"(?:information_schema|pg_catalog|\w+_meta)\.\w+"/.test(advice) ? undefined : advice;
}
