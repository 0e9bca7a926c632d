const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A row as a line of PostgreSQL's COPY text format (PostgreSQL, "COPY", File Formats). */
export function copyLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => (value === null ? '\\N' : copyEscaped(value))).join('\t')}\n`;
}

/** A text as COPY's text format has it. */
export function copyEscaped(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? char);
}
