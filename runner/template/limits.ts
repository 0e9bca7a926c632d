/**
 * How deep blocks, `else if` branches and parentheses may be nested in one template. Handlebars' parser calls itself for
 * each level, and no query that a person wrote needs a tenth of it.
 */
export const maxNesting = 64;

/** How many tags one template may have: Handlebars' parser reads so many in less than a second. */
export const maxTags = 10_000;

/** How long one tag may be, from `{{` to `}}`: the parser's pattern for a text in quotes calls itself for each letter. */
export const maxTagLength = 65_536;

/** How many macros may be called one inside the other. */
export const maxMacroDepth = 64;

/**
 * How many steps rendering one template may take, those of the macros it calls included, each time they are called: a
 * piece of text, a tag, an argument or a parameter with a default is a step. Of a condition the longer branch counts.
 */
export const maxSteps = 500_000;

/** How long the SQL of one node may be, in UTF-16 code units: Redshift takes statements of up to 16 MB. */
export const maxSqlLength = 16 * 1024 * 1024;

/**
 * How many ephemeral models may read one another in a row: all of them become one statement, and DuckDB takes expressions
 * nested up to 1,000 deep.
 */
export const maxEphemeralDepth = 200;

/** A number as a message has it: 500,000. */
export function limitText(limit: number): string {
  return limit.toLocaleString('en-US');
}
