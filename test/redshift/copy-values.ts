import type { CopyStatement } from './copy-statement.ts';

/** Why a value was not loaded, as sys_load_error_detail has it. */
export interface ValueError {
  readonly code: number;
  readonly message: string;
}

export interface TargetColumn {
  readonly name: string;
  /** As PostgreSQL writes it: `character varying(9)`. */
  readonly type: string;
  readonly notNull: boolean;
}

/** A number of a JSON text, as it is written there. */
export const numberMark = '\u0000';

/** The values that stand one after another in a file, each with the line that it ends in. */
export function* rootValues(text: string): Generator<{ text: string; lastLine: number }> {
  let [depth, start, line, inText] = [0, -1, 1, false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\n') line++;
    if (inText) {
      if (c === '\\') i++;
      else if (c === '"') inText = false;
      continue;
    }
    if (start < 0 && c !== undefined && !/\s/.test(c)) start = i;
    if (c === '"') inText = true;
    if (c === '{' || c === '[') depth++;
    if (c === '}' || c === ']') depth--;
    const isEnd = start >= 0 && (depth < 0 || (depth === 0 && /[}\]]/.test(c ?? '')));
    if (!isEnd) continue;
    yield { text: text.slice(start, i + 1), lastLine: line };
    [depth, start] = [0, -1];
  }
  if (start >= 0) yield { text: text.slice(start), lastLine: line };
}

/** A JSON value whose numbers are kept as they are written, behind a mark. Throws a SyntaxError. */
export function parseExact(text: string): unknown {
  const marked = text.replace(
    /("(?:[^"\\]|\\[\s\S])*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g,
    (whole, quoted: string | undefined) => quoted ?? `"\\u0000${whole}"`,
  );
  return JSON.parse(marked);
}

/** The text that COPY makes of a value: objects and lists are their JSON. */
export function written(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value.startsWith(numberMark) ? value.slice(1) : value;
  if (typeof value === 'boolean') return String(value);
  return JSON.stringify(value).replace(/"\\u0000([^"]*)"/g, '$1');
}

/** What is stored of a text in a column, or why nothing is. */
export function convert(
  text: string | null,
  column: TargetColumn,
  options: CopyStatement,
): { text: string | null } | ValueError {
  const given = text === null ? { text } : convertText(text, column.type, options);
  if ('text' in given && given.text === null && column.notNull)
    return { code: 1213, message: 'Missing data for not-null field' };
  return given;
}

function convertText(text: string, type: string, options: CopyStatement): { text: string | null } | ValueError {
  const [, kind = '', length] = /^(character varying|character)(?:\((\d+)\))?$/.exec(type) ?? [];
  if (kind !== '') return convertCharacters(text, Number(length ?? 65535), options);
  if (text.trim() === '') return { text: null };
  if (/^(?:smallint|integer|bigint)$/.test(type)) return wholeNumber(text, type);
  if (/^(?:real|double precision)$/.test(type))
    return Number.isFinite(Number(text)) ? { text } : invalidDigit(text, 'Double');
  if (type.startsWith('numeric')) return decimal(text, type, options);
  if (type === 'boolean')
    return /^(?:t|true|y|yes|1|f|false|n|no|0)$/i.test(text) ? { text } : { code: 1210, message: 'Invalid boolean' };
  if (type.startsWith('timestamp')) return time(text, type, options);
  if (type === 'date')
    return isDay(text) ? { text } : { code: 1205, message: 'Invalid Date Format - length must be 10 or more' };
  return { text };
}

function convertCharacters(
  text: string,
  bytes: number,
  { emptyAsNull, blanksAsNull, truncateColumns }: CopyStatement,
): { text: string | null } | ValueError {
  if (text.includes('\0')) return { code: 1221, message: 'Invalid null byte' };
  if ((emptyAsNull && text === '') || (blanksAsNull && /^\s+$/.test(text))) return { text: null };
  if (Buffer.byteLength(text) <= bytes) return { text };
  if (!truncateColumns) return { code: 1204, message: 'String length exceeds DDL length' };
  let cut = '';
  for (const character of text) {
    if (Buffer.byteLength(cut + character) > bytes) break;
    cut += character;
  }
  return { text: cut };
}

function wholeNumber(text: string, type: string): { text: string } | ValueError {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) return invalidDigit(text, type);
  const bits = { smallint: 15n, integer: 31n, bigint: 63n }[type] ?? 63n;
  const value = BigInt(text.trim().replace('+', ''));
  return value < -(2n ** bits) || value >= 2n ** bits ? { code: 1216, message: 'Overflow' } : { text };
}

function decimal(text: string, type: string, { roundDecimals }: CopyStatement): { text: string } | ValueError {
  const [, precision = '18', scale = '0'] = /\((\d+),(\d+)\)/.exec(type) ?? [];
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (match === null) return invalidDigit(text, 'Decimal');
  const plain = Number(match[4] ?? 0) === 0 ? text.trim() : Number(text).toFixed(20);
  const [whole = '', fraction = ''] = plain.replace(/^[+-]/, '').split('.');
  if (whole.replace(/^0+/, '').length > Number(precision) - Number(scale))
    return { code: 1209, message: 'Numeric data overflow' };
  return { text: roundDecimals ? text : `${match[1]}${whole || '0'}.${fraction.slice(0, Number(scale))}0` };
}

function time(text: string, type: string, { timeFormat }: CopyStatement): { text: string } | ValueError {
  const wrong = { code: 1206, message: `Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]` };
  if (timeFormat === 'epochsecs' || timeFormat === 'epochmillisecs') {
    if (!/^\d+$/.test(text)) return wrong;
    return { text: new Date(Number(text) * (timeFormat === 'epochsecs' ? 1000 : 1)).toISOString().replace('Z', '') };
  }
  const shape =
    timeFormat === 'auto'
      ? /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?$/
      : /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/;
  if (!shape.test(text) || !isDay(text.slice(0, 10))) return wrong;
  // PostgreSQL reads the offset of a timestamptz, and without one takes the zone of the session for it.
  if (type === 'timestamp with time zone')
    return { text: /(?:Z|[+-]\d\d(?::?\d\d)?)$/.test(text.slice(10)) ? text : `${text}Z` };
  return /[+-]/.test(text.slice(10)) ? wrong : { text: text.replace('Z', '') };
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function invalidDigit(text: string, type: string): ValueError {
  return { code: 1207, message: `Invalid digit, Value '${text[0] ?? ''}', Pos 0, Type: ${type}` };
}
