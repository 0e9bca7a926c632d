import pg from 'pg';
import type { Cell } from '../driver.ts';

const { builtins } = pg.types;

/** The names of the types that queries of a warehouse give. Others keep their number. */
const names: ReadonlyMap<number, string> = new Map([
  [builtins.BOOL, 'boolean'],
  [builtins.INT2, 'smallint'],
  [builtins.INT4, 'integer'],
  [builtins.INT8, 'bigint'],
  [builtins.FLOAT4, 'real'],
  [builtins.FLOAT8, 'double precision'],
  [builtins.NUMERIC, 'numeric'],
  [builtins.TEXT, 'text'],
  [builtins.VARCHAR, 'varchar'],
  [builtins.BPCHAR, 'char'],
  [builtins.DATE, 'date'],
  [builtins.TIMESTAMP, 'timestamp'],
  [builtins.TIMESTAMPTZ, 'timestamptz'],
  [builtins.TIME, 'time'],
  [builtins.INTERVAL, 'interval'],
  [builtins.JSON, 'json'],
  [builtins.JSONB, 'jsonb'],
  [builtins.UUID, 'uuid'],
]);

/** A column's type as SQL writes it, such as `numeric(9,5)`. The modifier is -1 where there is none. */
export function typeName(oid: number, modifier: number): string {
  const name = names.get(oid) ?? `type ${oid}`;
  if (modifier < 0) return name;
  // How PostgreSQL packs lengths, and precision and scale (src/include/utils/builtins.h, numeric.c: numeric_typmod).
  if (oid === builtins.VARCHAR || oid === builtins.BPCHAR) return `${name}(${modifier - 4})`;
  return oid === builtins.NUMERIC ? `${name}(${((modifier - 4) >> 16) & 0xffff},${(modifier - 4) & 0x7ff})` : name;
}

/** How the text of a value becomes a cell: numbers that JavaScript holds exactly, and else the text itself. */
export function cellParser(oid: number): (text: string) => Cell {
  switch (oid) {
    case builtins.BOOL:
      return (text) => text === 't';
    case builtins.INT2:
    case builtins.INT4:
    case builtins.FLOAT4:
    case builtins.FLOAT8:
      return Number;
    case builtins.INT8:
      return BigInt;
    default:
      return (text) => text;
  }
}
