import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat, plain } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import { fitRangeEnd } from '../json/range-end.ts';
import type { Test } from '../project/manifest.ts';
import { buildableNamed } from '../project/manifest.ts';
import type { CompileContext, NameMap } from './compile.ts';
import { compile } from './compile.ts';
import { fitted } from './names.ts';
import { Statements } from './statements.ts';

/** The columns that are compared as text, by the name of their model or seed. */
export type ComparedAsText = ReadonlyMap<string, ReadonlySet<string>>;

/** The query of a data test: the rows that should not be there. */
export function testQuery(
  test: Test,
  context: CompileContext,
  names: NameMap,
  asText: ComparedAsText = new Map(),
): MappedText {
  const { dialect } = context;
  const { check } = test;
  const id = (column: string): string => dialect.identifier(column);
  const compared = (model: string, column: string, of = ''): string => {
    const value = `${of}${id(column)}`;
    return asText.get(model)?.has(column) === true ? `cast(${value} as text)` : value;
  };
  const from = (name: string, alias: string): MappedText => concat(relationOf(name, context, names), ` as ${alias}`);
  switch (check.kind) {
    case 'sql':
      return compile(check.template, context, names);
    case 'not_null':
      return concat('select *\nfrom ', from(check.model, 'tested'), `\nwhere ${id(check.column)} is null`);
    case 'unique': {
      const columns = check.columns.map((column) => compared(check.model, column));
      const present = check.columns.map((column) => `${id(column)} is not null`).join(' and ');
      return concat(
        `select ${columns.join(', ')}, count(*) as row_count\nfrom `,
        from(check.model, 'tested'),
        `\nwhere ${present}\ngroup by ${columns.join(', ')}\nhaving count(*) > 1`,
      );
    }
    case 'accepted_values': {
      const values = check.values.map((value) => dialect.literal(value)).join(', ');
      const value = compared(check.model, check.column);
      return concat(
        `select ${value}, count(*) as row_count\nfrom `,
        from(check.model, 'tested'),
        `\nwhere ${value} not in (${values})\ngroup by ${value}`,
      );
    }
    case 'accepted_range': {
      const { minValue, maxValue } = check;
      const value = id(check.column);
      const type = columnOf(context, check.model, check.column)?.type;
      // Compared as a value of the column's type: engines differ in what they make of other literals.
      const rangeEnd = (end: string | number): string => {
        const fitted = type && fitRangeEnd(end, type);
        if (type === undefined || fitted === undefined || 'problem' in fitted) return dialect.literal(end);
        return `cast(${dialect.literal(fitted.text)} as ${dialect.columnType(type)})`;
      };
      const outside = [
        ...(minValue === undefined ? [] : [`${value} < ${rangeEnd(minValue)}`]),
        ...(maxValue === undefined ? [] : [`${value} > ${rangeEnd(maxValue)}`]),
      ];
      return concat('select *\nfrom ', from(check.model, 'tested'), `\nwhere ${outside.join(' or ')}`);
    }
    case 'relationships': {
      const child = compared(check.model, check.column, 'tested.');
      const parent = compared(check.to, check.toColumn, 'parent.');
      return concat(
        `select ${child}, count(*) as row_count\nfrom `,
        from(check.model, 'tested'),
        '\nleft join ',
        from(check.to, 'parent'),
        `\n    on ${child} = ${parent}\nwhere tested.${id(check.column)} is not null\n    and parent.${id(check.toColumn)} is null\ngroup by ${child}`,
      );
    }
  }
}

/** The relations of a data test in which it compares values, each with a query for its columns. */
export function comparedIn({ check }: Test, context: CompileContext, names: NameMap): Map<string, MappedText> {
  const found =
    check.kind === 'relationships'
      ? [check.model, check.to]
      : check.kind === 'unique' || check.kind === 'accepted_values'
        ? [check.model]
        : [];
  const sql = new Statements(context.dialect);
  return new Map(
    found
      .filter((name) => buildableNamed(context.manifest, name)?.contract === undefined)
      .map((name) => [name, sql.columnsOf(concat('select *\nfrom ', relationOf(name, context, names), ' as tested'))]),
  );
}

function columnOf({ manifest }: CompileContext, model: string, column: string): Column | undefined {
  return buildableNamed(manifest, model)?.contract?.find(({ name }) => name === column);
}

/** How many rows a test finds. */
export function countFailures(query: MappedText): MappedText {
  return concat('select count(*) as failures from (\n\n', query, '\n\n) as failing_rows');
}

/** The table that keeps the failing rows of a test when a run is held, until the test runs again. */
export function failuresRelation(test: Test, metaSchema: string, dialect: Dialect): Relation {
  return { schema: metaSchema, identifier: fitted(`failures_${test.name}`, '', dialect.maxIdentifierBytes) };
}

function relationOf(name: string, context: CompileContext, names: NameMap): MappedText {
  const node = buildableNamed(context.manifest, name);
  if (node === undefined) throw new Error(`a test of ${name}, which does not exist`);
  if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') {
    return concat('(\n\n', compile(node.template, context, names), '\n\n)');
  }
  return plain(context.dialect.relation(names(node.uniqueId)));
}
