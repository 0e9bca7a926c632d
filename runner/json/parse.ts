/**
 * Reads one JSON value strictly (RFC 8259), keeping where each part begins and ends and numbers as they are written: a
 * bigint must not pass through a JavaScript number. Nesting may be of any depth: nothing here is recursive.
 */

export type JsonNode = JsonScalar | JsonArray | JsonObject;

export interface JsonScalar {
  readonly kind: 'null' | 'boolean' | 'number' | 'string';
  readonly start: number;
  readonly end: number;
  /** For a string what it means; for the others what is written. */
  readonly text: string;
}

export interface JsonArray {
  readonly kind: 'array';
  readonly start: number;
  readonly end: number;
  readonly items: readonly JsonNode[];
}

export interface JsonObject {
  readonly kind: 'object';
  readonly start: number;
  readonly end: number;
  /** The first value of each key. */
  readonly fields: ReadonlyMap<string, JsonNode>;
  /** The keys that occur more than once, with the offset of the second occurrence. */
  readonly repeated: ReadonlyMap<string, number>;
}

/** What is wrong with a JSON text, and at which offset of it. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface OpenArray {
  readonly kind: 'array';
  readonly start: number;
  readonly items: JsonNode[];
}

interface OpenObject {
  readonly kind: 'object';
  readonly start: number;
  readonly fields: Map<string, JsonNode>;
  readonly repeated: Map<string, number>;
  /** The key whose value is being read. */
  key: string;
  keyAt: number;
}

type Open = OpenArray | OpenObject;

/** The value that `text` holds, and nothing else. Throws a JsonError at the first thing that is not JSON. */
export function parseJson(text: string): JsonNode {
  const open: Open[] = [];
  let at = skipBlanks(text, 0);
  for (;;) {
    const inner = openContainer(text, at);
    if (inner !== undefined) {
      open.push(inner.container);
      at = inner.container.kind === 'object' ? readKey(text, inner.at, inner.container) : inner.at;
      continue;
    }
    const next = closeContainers(text, readWhole(text, at), open);
    if (typeof next !== 'number') return next;
    at = next;
  }
}

/** The value that `text` holds; undefined when it is not JSON. */
export function parseJsonIf(text: string): JsonNode | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** The text of a node as it is written in `text`, without the blanks between its parts. */
export function rawText(text: string, node: JsonNode): string {
  const parts: string[] = [];
  for (let at = node.start; at < node.end;) {
    const quoteAt = text.indexOf('"', at);
    const stringAt = quoteAt === -1 || quoteAt >= node.end ? node.end : quoteAt;
    const stringEnd = stringAt === node.end ? node.end : closingQuote(text, stringAt) + 1;
    parts.push(text.slice(at, stringAt).replace(/[ \n\r\t]+/g, ''), text.slice(stringAt, stringEnd));
    at = stringEnd;
  }
  return parts.join('');
}

const wordOrNumber = /null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Where the string that begins at `start` is closed, or -1: at the first quote behind an even number of backslashes. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** What a string in its quotes means; undefined when it is not JSON, or has half of a surrogate pair. */
export function stringMeaning(raw: string): string | undefined {
  try {
    const meaning = JSON.parse(raw) as string;
    return meaning.isWellFormed() ? meaning : undefined;
  } catch {
    return undefined;
  }
}

/** An object or array that begins at `at` and is not empty, and where its content begins. */
function openContainer(text: string, at: number): { container: Open; at: number } | undefined {
  const char = text[at];
  if (char !== '{' && char !== '[') return undefined;
  const inside = skipBlanks(text, at + 1);
  if (text[inside] === (char === '{' ? '}' : ']')) return undefined;
  const container: Open =
    char === '[' ? { kind: 'array', start: at, items: [] } : { ...emptyObject(at), key: '', keyAt: 0 };
  return { container, at: inside };
}

function emptyObject(start: number): Omit<OpenObject, 'key' | 'keyAt'> {
  return { kind: 'object', start, fields: new Map(), repeated: new Map() };
}

/** A value that holds no other: a scalar, or an empty object or array. */
function readWhole(text: string, at: number): JsonNode {
  switch (text[at]) {
    case '{':
      return { ...emptyObject(at), end: skipBlanks(text, at + 1) + 1 };
    case '[':
      return { kind: 'array', start: at, end: skipBlanks(text, at + 1) + 1, items: [] };
    case '"':
      return readString(text, at);
    default:
      return readWordOrNumber(text, at);
  }
}

/** Puts a whole value into what is open, closing what ends after it. Gives where the next value begins, or the root. */
function closeContainers(text: string, value: JsonNode, open: Open[]): number | JsonNode {
  for (let node = value; ;) {
    const at = skipBlanks(text, node.end);
    const container = open.at(-1);
    if (container === undefined) {
      if (at < text.length) throw unexpected(text, at, 'the end of the value');
      return node;
    }
    addTo(container, node);
    if (text[at] === ',') {
      const next = skipBlanks(text, at + 1);
      return container.kind === 'object' ? readKey(text, next, container) : next;
    }
    if (text[at] !== (container.kind === 'object' ? '}' : ']'))
      throw unexpected(text, at, container.kind === 'object' ? '"," or "}"' : '"," or "]"');
    open.pop();
    node = { ...container, end: at + 1 };
  }
}

function addTo(container: Open, node: JsonNode): void {
  if (container.kind === 'array') container.items.push(node);
  else if (!container.fields.has(container.key)) container.fields.set(container.key, node);
  else if (!container.repeated.has(container.key)) container.repeated.set(container.key, container.keyAt);
}

/** Reads a key and its colon. Gives where its value begins. */
function readKey(text: string, at: number, object: OpenObject): number {
  if (text[at] !== '"') throw unexpected(text, at, 'a key in double quotes');
  const key = readString(text, at);
  const after = skipBlanks(text, key.end);
  if (text[after] !== ':') throw unexpected(text, after, '":"');
  object.key = key.text;
  object.keyAt = at;
  return skipBlanks(text, after + 1);
}

function readString(text: string, start: number): JsonScalar {
  const end = closingQuote(text, start) + 1;
  const raw = text.slice(start, end);
  const meaning = end === 0 ? undefined : stringMeaning(raw);
  if (meaning === undefined) throw stringError(text, start);
  return { kind: 'string', start, end, text: meaning };
}

function readWordOrNumber(text: string, start: number): JsonScalar {
  wordOrNumber.lastIndex = start;
  const found = wordOrNumber.exec(text)?.[0];
  const end = wordOrNumber.lastIndex;
  // It must end there: 01 and nullable are no values.
  if (found === undefined || /[\w.+-]/.test(text[end] ?? '')) throw unexpected(text, start, 'a value');
  const kind = found === 'null' ? 'null' : found === 'true' || found === 'false' ? 'boolean' : 'number';
  return { kind, start, end, text: found };
}

/** Finds what is wrong with a string: a control character, a wrong escape, half a surrogate pair, or no end. */
function stringError(text: string, start: number): JsonError {
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '"') return new JsonError('a \\u escape is half of a surrogate pair', start);
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
