/** Bytes that a file of some format begins with, and what the format is called. */
const signatures: readonly { readonly format: string; readonly bytes: readonly number[] }[] = [
  { format: 'gzip', bytes: [0x1f, 0x8b] },
  { format: 'bzip2', bytes: [0x42, 0x5a, 0x68] },
  { format: 'Zstandard', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { format: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { format: 'lzop', bytes: [0x89, 0x4c, 0x5a, 0x4f] },
  { format: 'LZ4', bytes: [0x04, 0x22, 0x4d, 0x18] },
  { format: 'Snappy', bytes: [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50] },
  { format: 'compress (.Z)', bytes: [0x1f, 0x9d] },
  { format: 'ZIP', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { format: 'ZIP', bytes: [0x50, 0x4b, 0x05, 0x06] },
  { format: '7-Zip', bytes: [0x37, 0x7a, 0xbc, 0xaf] },
  { format: 'Parquet', bytes: [0x50, 0x41, 0x52, 0x31] },
  { format: 'Avro', bytes: [0x4f, 0x62, 0x6a, 0x01] },
  { format: 'ORC', bytes: [0x4f, 0x52, 0x43] },
  { format: 'UTF-32', bytes: [0xff, 0xfe, 0x00, 0x00] },
  { format: 'UTF-32', bytes: [0x00, 0x00, 0xfe, 0xff] },
  { format: 'UTF-16', bytes: [0xff, 0xfe] },
  { format: 'UTF-16', bytes: [0xfe, 0xff] },
];

/** So many bytes tell a format. */
export const headBytes = 8;

/** What the first bytes of a file say it is, where that can hold no UTF-8 text of JSON; undefined where it may. */
export function formatOf(head: Uint8Array): string | undefined {
  const signed = signatures.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
  return signed?.format ?? wideFormatOf(head);
}

/** UTF-16 or UTF-32 without a mark: its letters of ASCII are one byte and zeros. UTF-8 text of JSON has no zeros. */
function wideFormatOf(head: Uint8Array): 'UTF-16' | 'UTF-32' | undefined {
  const hasLetters = (width: number): boolean =>
    head.length >= 4 &&
    [0, width - 1].some((letter) => head.every((byte, i) => (byte === 0) === (i % width !== letter)));
  return hasLetters(2) ? 'UTF-16' : hasLetters(4) ? 'UTF-32' : undefined;
}
