/** The bytes that JSON is written with. */
export const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
export const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
export const [tab, newline, carriageReturn, space] = [0x09, 0x0a, 0x0d, 0x20];
export const [minus, plus, point, zero, nine] = [0x2d, 0x2b, 0x2e, 0x30, 0x39];

/** What may follow a backslash, but for the `u` of four digits. */
export const shortEscapes: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

export function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === newline || byte === carriageReturn || byte === tab;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

/** Whether a byte begins an object or an array. */
export function isOpening(byte: number | undefined): boolean {
  return byte === openBrace || byte === openBracket;
}
