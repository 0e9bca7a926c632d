import type { ColumnType } from '../core/column-type.ts';

type Kind = ColumnType['kind'];

const whole: readonly Kind[] = ['smallint', 'integer', 'bigint'];
const fractions: readonly Kind[] = ['real', 'double'];
const text: readonly Kind[] = ['char', 'varchar'];
const times: readonly Kind[] = ['date', 'timestamp', 'timestamptz'];

/** Redshift's compression encodings, with the types that each is for (AWS, "Compression encodings"). */
export const encodings: Readonly<Record<string, 'any' | readonly Kind[]>> = {
  auto: 'any',
  raw: 'any',
  az64: [...whole, 'decimal', ...times],
  bytedict: [...whole, 'decimal', ...fractions, ...text, ...times],
  delta: [...whole, 'decimal', 'date', 'timestamp'],
  delta32k: ['integer', 'bigint', 'decimal', 'date', 'timestamp'],
  lzo: [...whole, 'decimal', ...text, ...times, 'super'],
  mostly8: [...whole, 'decimal'],
  mostly16: ['integer', 'bigint', 'decimal'],
  mostly32: ['bigint', 'decimal'],
  runlength: [...whole, 'decimal', ...fractions, 'boolean', ...text, ...times],
  text255: ['varchar'],
  text32k: ['varchar'],
  zstd: [...whole, 'decimal', ...fractions, 'boolean', ...text, ...times, 'super'],
};

/** The encodings that a column of this type may have. */
export function encodingsFor({ kind }: ColumnType): string[] {
  return Object.entries(encodings).flatMap(([name, kinds]) => (kinds === 'any' || kinds.includes(kind) ? [name] : []));
}
