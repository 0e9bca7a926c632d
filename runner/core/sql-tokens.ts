/** A piece of a statement that means something: blanks and comments are left out. */
export interface SqlToken {
  /** A text is in quotes or between dollars, a name in double quotes; `end` is a semicolon. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol' | 'end';
  readonly text: string;
  /** Where it begins, in UTF-16 code units from 0. */
  readonly at: number;
}

const pieces = {
  blank: /\s+|--[^\n\r]*/uy,
  dollarText: /\$((?:[\p{L}_][\p{L}\p{N}_]*)?)\$[^]*?(?:\$\1\$|$)/uy,
  number: /\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?/uy,
  word: /[\p{L}_][\p{L}\p{N}_$]*/uy,
};

/**
 * The pieces of a statement, as PostgreSQL and the engines that took over its language read it (PostgreSQL, "Lexical
 * Structure"). `escapesInTexts` says that a backslash escapes in every text, and not only in one that begins with E.
 */
export function sqlTokens(sql: string, escapesInTexts: boolean): SqlToken[] {
  const tokens: SqlToken[] = [];
  // A text on a later line continues the one before it, and escapes as that one does.
  let wasEscaping = false;
  let isLater = false;
  for (let at = 0; at < sql.length;) {
    const skipped = matchAt(pieces.blank, sql, at) ?? commentAt(sql, at);
    if (skipped !== undefined) {
      isLater ||= /[\n\r]/.test(skipped);
      at += skipped.length;
      continue;
    }
    const token = tokenAt(sql, at, escapesInTexts || (wasEscaping && isLater));
    wasEscaping = /^e'/i.test(token.text) || (wasEscaping && isLater && token.text.startsWith("'"));
    isLater = false;
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(sql: string, at: number, escapes: boolean): SqlToken {
  const text = textAt(sql, at, escapes) ?? matchAt(pieces.dollarText, sql, at);
  if (text !== undefined) return { kind: 'text', text, at };
  if (sql[at] === '"') return { kind: 'name', text: sql.slice(at, endOfQuoted(sql, at, false)), at };
  for (const kind of ['number', 'word'] as const) {
    const found = matchAt(pieces[kind], sql, at);
    if (found !== undefined) return { kind, text: found, at };
  }
  const symbol = String.fromCodePoint(sql.codePointAt(at) ?? 0);
  return { kind: symbol === ';' ? 'end' : 'symbol', text: symbol, at };
}

/** A text between single quotes, with the E before it that lets a backslash escape. */
function textAt(sql: string, at: number, escapes: boolean): string | undefined {
  const hasPrefix = (sql[at] === 'e' || sql[at] === 'E') && sql[at + 1] === "'";
  const open = hasPrefix ? at + 1 : at;
  return sql[open] === "'" ? sql.slice(at, endOfQuoted(sql, open, escapes || hasPrefix)) : undefined;
}

/**
 * Where a text or name in quotes ends, the quote at `open` included. What is not closed is open to the end, as it is for
 * the engines. A pattern would need a place on the stack for each letter, and texts may be long.
 */
function endOfQuoted(sql: string, open: number, escapes: boolean): number {
  const quote = sql[open];
  for (let i = open + 1; i < sql.length; i++) {
    if (escapes && sql[i] === '\\') i++;
    else if (sql[i] === quote && sql[++i] !== quote) return i;
  }
  return sql.length;
}

function matchAt(piece: RegExp, sql: string, at: number): string | undefined {
  piece.lastIndex = at;
  return piece.exec(sql)?.[0];
}

/** A comment between slashes and stars, with those inside of it. */
function commentAt(sql: string, at: number): string | undefined {
  if (!sql.startsWith('/*', at)) return undefined;
  let depth = 0;
  for (let i = at; i < sql.length; i++) {
    if (sql.startsWith('/*', i)) depth++;
    else if (sql.startsWith('*/', i)) depth--;
    else continue;
    i++;
    if (depth === 0) return sql.slice(at, i + 1);
  }
  return sql.slice(at);
}
