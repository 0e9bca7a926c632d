import type { ColumnType } from '../core/column-type.ts';
import { fit } from './fit.ts';
import type { Fit } from './fitted.ts';

/** More digits than any number of a range is written with. */
const anyScale = 400;

/**
 * An end of a range as a text that every engine takes for a value of the column's type, or why it is none. Digits of a
 * decimal that a raw value would lose are not left out: the range would be another one.
 */
export function fitRangeEnd(written: string | number, type: ColumnType): { text: string } | { problem: string } {
  const fitted = notNull(fit(String(written), { name: '', type, notNull: true }));
  if (type.kind !== 'decimal' || 'problem' in fitted) return fitted;
  const exact = notNull(
    fit(String(written), { name: '', type: { ...type, precision: 2 * anyScale, scale: anyScale }, notNull: true }),
  );
  const isCut = 'text' in exact && /[1-9]/.test(exact.text.slice(fitted.text.length));
  return isCut ? { problem: `has more than ${type.scale} digits after the point` } : fitted;
}

function notNull(fitted: Fit): { text: string } | { problem: string } {
  if ('problem' in fitted) return fitted;
  return fitted.text === null ? { problem: 'is empty' } : { text: fitted.text };
}
