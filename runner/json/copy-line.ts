const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A row as a line of PostgreSQL's COPY text format (PostgreSQL, "COPY", File Formats). */
export function copyLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => (value === null ? '\\N' : copyEscaped(value))).join('\t')}\n`;
}

/** A text as COPY's text format has it. */
export function copyEscaped(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? char);
}

/** How a line of a row is written: values between tabs, null as \\N. */
export interface LineFormat {
  /** What every line begins with. */
  readonly lead: string;
  /** A text as it is written; the escapes of JSON strings are left as they are. */
  escaped(text: string): string;
}

/** COPY's text format: the escapes of JSON mean the same in it. */
export const copyFormat: LineFormat = { lead: '', escaped: copyEscaped };

/**
 * Values as in a JSON string. The first column of a line is empty: a CSV reader takes an empty line for none, and drops a
 * byte order mark at the beginning of a file.
 */
export const jsonFormat: LineFormat = { lead: '\t', escaped: (text) => JSON.stringify(text).slice(1, -1) };
