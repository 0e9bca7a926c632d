/**
 * Reads one JSON value strictly (RFC 8259), keeping where each part stands and numbers as they are written: a bigint
 * must not pass through a JavaScript number.
 */

export type JsonNode =
  | {
      readonly kind: 'null' | 'boolean' | 'number';
      readonly start: number;
      readonly end: number;
      readonly text: string;
    }
  | { readonly kind: 'string'; readonly start: number; readonly end: number; readonly text: string }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly JsonNode[] }
  | {
      readonly kind: 'object';
      readonly start: number;
      readonly end: number;
      readonly fields: ReadonlyMap<string, JsonNode>;
    };

/** What is wrong with a JSON text, and at which offset of it. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * The value that `text` holds, and nothing else. For strings `text` is what they mean; for numbers and words what is
 * written. Throws a JsonError at the first thing that is not JSON, and for a key that an object has twice.
 */
export function parseJson(text: string): JsonNode {
  const value = parseValue(text, skipBlanks(text, 0), 0);
  const rest = skipBlanks(text, value.end);
  if (rest < text.length) throw unexpected(text, rest, 'the end of the value');
  return value;
}

/** The text of a node as it stands in `text`, without the blanks between its parts. */
export function rawText(text: string, node: JsonNode): string {
  return text.slice(node.start, node.end).replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

const maxDepth = 500;
const wordOrNumber = /null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// A string up to its closing quote, with the escapes that JSON knows and no bare control characters.
// oxlint-disable-next-line no-control-regex
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** What a string in its quotes means; undefined when it is not JSON, or stands for half a character. */
export function stringMeaning(raw: string): string | undefined {
  try {
    const meaning = JSON.parse(raw) as string;
    return meaning.isWellFormed() ? meaning : undefined;
  } catch {
    return undefined;
  }
}

function parseValue(text: string, at: number, depth: number): JsonNode {
  if (depth > maxDepth) throw new JsonError(`values are nested more than ${maxDepth} deep`, at);
  switch (text[at]) {
    case '{':
      return parseObject(text, at, depth);
    case '[':
      return parseArray(text, at, depth);
    case '"':
      return parseString(text, at);
    default:
      return parseWordOrNumber(text, at);
  }
}

function parseObject(text: string, start: number, depth: number): JsonNode {
  const fields = new Map<string, JsonNode>();
  let at = skipBlanks(text, start + 1);
  if (text[at] === '}') return { kind: 'object', start, end: at + 1, fields };
  for (;;) {
    if (text[at] !== '"') throw unexpected(text, at, 'a key in double quotes');
    const key = parseString(text, at);
    if (fields.has(key.text)) throw new JsonError(`the key "${key.text}" stands twice in one object`, at);
    at = skipBlanks(text, key.end);
    if (text[at] !== ':') throw unexpected(text, at, '":"');
    const value = parseValue(text, skipBlanks(text, at + 1), depth + 1);
    fields.set(key.text, value);
    at = skipBlanks(text, value.end);
    if (text[at] === '}') return { kind: 'object', start, end: at + 1, fields };
    if (text[at] !== ',') throw unexpected(text, at, '"," or "}"');
    at = skipBlanks(text, at + 1);
  }
}

function parseArray(text: string, start: number, depth: number): JsonNode {
  const items: JsonNode[] = [];
  let at = skipBlanks(text, start + 1);
  if (text[at] === ']') return { kind: 'array', start, end: at + 1, items };
  for (;;) {
    const value = parseValue(text, at, depth + 1);
    items.push(value);
    at = skipBlanks(text, value.end);
    if (text[at] === ']') return { kind: 'array', start, end: at + 1, items };
    if (text[at] !== ',') throw unexpected(text, at, '"," or "]"');
    at = skipBlanks(text, at + 1);
  }
}

function parseString(text: string, start: number): JsonNode & { kind: 'string' } {
  string.lastIndex = start;
  const match = string.exec(text);
  if (match === null) throw stringError(text, start);
  const meaning: unknown = JSON.parse(match[0]);
  if (typeof meaning !== 'string' || !meaning.isWellFormed()) {
    throw new JsonError('a \\u escape stands for half a character', start);
  }
  return { kind: 'string', start, end: string.lastIndex, text: meaning };
}

function parseWordOrNumber(text: string, start: number): JsonNode {
  wordOrNumber.lastIndex = start;
  const found = wordOrNumber.exec(text)?.[0];
  const end = wordOrNumber.lastIndex;
  // What follows must not go on with it, as in 01 or nullable.
  if (found === undefined || /[\w.+-]/.test(text[end] ?? '')) throw unexpected(text, start, 'a value');
  const kind = found === 'null' ? 'null' : found === 'true' || found === 'false' ? 'boolean' : 'number';
  return { kind, start, end, text: found };
}

/** Finds what ends a string too early: a control character, a wrong escape, or the end of the text. */
function stringError(text: string, start: number): JsonError {
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char < ' ') return new JsonError('a line break or other control character inside a string must be escaped', i);
    if (char === '\\') {
      if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(i, i + 6)))
        return new JsonError('this escape does not exist in JSON', i);
      i++;
    }
  }
  return new JsonError('the string that begins here is never closed', start);
}

function unexpected(text: string, at: number, wanted: string): JsonError {
  const found =
    at >= text.length ? 'the text ends' : `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`;
  return new JsonError(`expected ${wanted}, ${found}`, at);
}

function skipBlanks(text: string, from: number): number {
  let i = from;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return i;
}
