import type { Answer, RedshiftError } from './warehouse.ts';

/** Messages of the server's side of PostgreSQL's protocol, version 3 (PostgreSQL, "Message Formats"). */

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`);

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export const askPassword = message('R', int32(3));
export const authenticated = message('R', int32(0));

export const parseComplete = message('1');
export const bindComplete = message('2');
export const noData = message('n');

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', text(name), text(value));
}

export function backendKey(pid: number, secret: number): Buffer {
  return message('K', int32(pid), int32(secret));
}

export function ready(status: 'I' | 'T' | 'E'): Buffer {
  return message('Z', Buffer.from(status));
}

export function errorResponse({ message: said, code, detail, position }: RedshiftError): Buffer {
  const fields = [`SERROR`, `VERROR`, `C${code}`, `M${said}`];
  if (detail !== undefined) fields.push(`D${detail}`);
  if (position !== undefined) fields.push(`P${position}`);
  return message('E', ...fields.map(text), Buffer.alloc(1));
}

/** All that a statement gave, up to the end of its answer; `withoutRows` is said in place of a description where there are none. */
export function answerMessages({ columns, rows, tag, notices }: Answer, withoutRows: Buffer = Buffer.alloc(0)): Buffer {
  const told = notices.map(({ severity, message: said }) =>
    message('N', ...[`S${severity}`, `V${severity}`, 'C00000', `M${said}`].map(text), Buffer.alloc(1)),
  );
  const described = columns.map(({ name, typeOid, typeModifier }) =>
    Buffer.concat([text(name), int32(0), int16(0), int32(typeOid), int16(-1), int32(typeModifier), int16(0)]),
  );
  const description = columns.length === 0 ? [withoutRows] : [message('T', int16(columns.length), ...described)];
  const data = columns.length === 0 ? [] : rows.map(dataRow);
  return Buffer.concat([...told, ...description, ...data, message('C', text(tag))]);
}

function dataRow(row: readonly (string | null)[]): Buffer {
  const cells = row.map((value) => {
    if (value === null) return int32(-1);
    const bytes = Buffer.from(value);
    return Buffer.concat([int32(bytes.length), bytes]);
  });
  return message('D', int16(row.length), ...cells);
}
