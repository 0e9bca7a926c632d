import type { ColumnType } from '../core/column-type.ts';
import { columnTypeText } from '../core/column-type.ts';
import type { Fault } from '../core/fault.ts';
import type { KeyPath } from '../core/location.ts';
import type { ValueRange } from '../core/value-range.ts';
import { hasRange } from '../core/value-range.ts';
import { fitRangeEnd } from '../json/range-end.ts';
import type { ColumnProperties } from './properties.ts';

type PlaceOf = (...keys: (string | number)[]) => KeyPath;

/**
 * What the first test `accepted_range` of a column that holds the publish accepts, as values of its type; undefined where
 * there is none. Adds a fault for an end that is no value of the type, and for a type without an order.
 */
export function acceptedRange(
  { name, tests = [] }: ColumnProperties,
  type: ColumnType,
  place: PlaceOf,
  faults: Fault[],
): ValueRange | undefined {
  let accepted: ValueRange | undefined;
  for (const [i, test] of tests.entries()) {
    const range = typeof test === 'string' ? undefined : test.accepted_range;
    if (range === undefined) continue;
    const at = (key: string): KeyPath => place('tests', i, 'accepted_range', key);
    if (!hasRange(type)) {
      const message = `the column "${name}" is ${columnTypeText(type)}: a range is for numbers and times`;
      faults.push({ code: 'config-invalid', message, at: place('tests', i, 'accepted_range') });
      return undefined;
    }
    const end = (key: 'min_value' | 'max_value'): string | undefined => {
      const written = range[key];
      if (written === undefined) return undefined;
      const fitted = fitRangeEnd(written, type);
      if ('text' in fitted) return fitted.text;
      faults.push({
        code: 'config-invalid',
        message: `"${written}" ${fitted.problem}; column "${name}" is ${columnTypeText(type)}`,
        at: at(key),
      });
      return undefined;
    };
    const [least, most] = [end('min_value'), end('max_value')];
    if (range.severity === 'warn') continue;
    accepted ??= { ...(least !== undefined && { least }), ...(most !== undefined && { most }) };
  }
  return accepted;
}
