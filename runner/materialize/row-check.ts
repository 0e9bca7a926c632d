import { fitRangeEnd } from '../json/range-end.ts';
import type { Check } from '../project/manifest.ts';
import { buildableNamed } from '../project/manifest.ts';
import type { CompileContext } from './compile.ts';

/** The columns that are compared as text, by the name of their model or seed. */
export type ComparedAsText = ReadonlyMap<string, ReadonlySet<string>>;

/** A check that looks at each row on its own. */
export type RowCheck = Extract<Check, { kind: 'not_null' | 'accepted_values' | 'accepted_range' }>;

export function isRowCheck(check: Check): check is RowCheck {
  return check.kind === 'not_null' || check.kind === 'accepted_values' || check.kind === 'accepted_range';
}

/** What is true of the rows that a check should not find. */
export function rowCondition(check: RowCheck, context: CompileContext, asText: ComparedAsText): string {
  const { dialect } = context;
  switch (check.kind) {
    case 'not_null':
      return `${dialect.identifier(check.column)} is null`;
    case 'accepted_values': {
      const values = check.values.map((value) => dialect.literal(value)).join(', ');
      return `${compared(check.model, check.column, context, asText)} not in (${values})`;
    }
    case 'accepted_range':
      return outsideRange(check, context);
  }
}

/** A column as a check compares its values; `of` is the relation that it is of, with a dot. */
export function compared(
  model: string,
  column: string,
  { dialect }: CompileContext,
  asText: ComparedAsText,
  of = '',
): string {
  const value = `${of}${dialect.identifier(column)}`;
  return asText.get(model)?.has(column) === true ? `cast(${value} as text)` : value;
}

function outsideRange(check: Extract<Check, { kind: 'accepted_range' }>, context: CompileContext): string {
  const { dialect, manifest } = context;
  const { model, column, minValue, maxValue } = check;
  const value = dialect.identifier(column);
  const type = buildableNamed(manifest, model)?.contract?.find(({ name }) => name === column)?.type;
  // Compared as a value of the column's type: engines differ in what they make of other literals.
  const rangeEnd = (end: string | number): string => {
    const fitted = type && fitRangeEnd(end, type);
    if (type === undefined || fitted === undefined || 'problem' in fitted) return dialect.literal(end);
    return `cast(${dialect.literal(fitted.text)} as ${dialect.columnType(type)})`;
  };
  return [
    ...(minValue === undefined ? [] : [`${value} < ${rangeEnd(minValue)}`]),
    ...(maxValue === undefined ? [] : [`${value} > ${rangeEnd(maxValue)}`]),
  ].join(' or ');
}
