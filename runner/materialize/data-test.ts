import type { Dialect } from '../adapters/dialect.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat, plain } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import type { Check, Test } from '../project/manifest.ts';
import { buildableNamed } from '../project/manifest.ts';
import type { CompileContext, NameMap } from './compile.ts';
import { compile } from './compile.ts';
import { fitted } from './names.ts';
import type { ComparedAsText, RowCheck } from './row-check.ts';
import { compared, rowCondition } from './row-check.ts';
import { Statements } from './statements.ts';

/** The query of a data test: the rows that should not be there. */
export function testQuery(
  { check }: Test,
  context: CompileContext,
  names: NameMap,
  asText: ComparedAsText = new Map(),
): MappedText {
  const id = (column: string): string => context.dialect.identifier(column);
  const from = (name: string, alias: string): MappedText => concat(relationOf(name, context, names), ` as ${alias}`);
  switch (check.kind) {
    case 'sql':
      return compile(check.template, context, names);
    case 'not_null':
    case 'accepted_range':
      return concat('select *\n', failingRows(check, context, names, asText));
    case 'accepted_values': {
      const value = compared(check.model, check.column, context, asText);
      const rows = failingRows(check, context, names, asText);
      return concat(`select ${value}, count(*) as row_count\n`, rows, `\ngroup by ${value}`);
    }
    case 'unique': {
      const columns = check.columns.map((column) => compared(check.model, column, context, asText));
      const present = check.columns.map((column) => `${id(column)} is not null`).join(' and ');
      return concat(
        `select ${columns.join(', ')}, count(*) as row_count\nfrom `,
        from(check.model, 'tested'),
        `\nwhere ${present}\ngroup by ${columns.join(', ')}\nhaving count(*) > 1`,
      );
    }
    case 'relationships': {
      const child = compared(check.model, check.column, context, asText, 'tested.');
      const parent = compared(check.to, check.toColumn, context, asText, 'parent.');
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

/** How many rows the query of a data test gives; where it gives whole rows, by reading only the columns that decide. */
export function countFailures(
  test: Test,
  context: CompileContext,
  names: NameMap,
  asText: ComparedAsText = new Map(),
): MappedText {
  const { check } = test;
  if (check.kind === 'not_null' || check.kind === 'accepted_range')
    return concat('select count(*) as failures\n', failingRows(check, context, names, asText));
  const query = testQuery(test, context, names, asText);
  return concat('select count(*) as failures from (\n\n', query, '\n\n) as failing_rows');
}

/** The relations in which data tests compare values, each with a query for its columns. */
export function comparedIn(
  tests: readonly Test[],
  context: CompileContext,
  names: NameMap,
): ReadonlyMap<string, MappedText> {
  const sql = new Statements(context.dialect);
  const compares = new Set(tests.flatMap(relationsCompared));
  return new Map(
    [...compares]
      .filter((name) => buildableNamed(context.manifest, name)?.contract === undefined)
      .map((name) => [name, sql.columnsOf(concat('select *\nfrom ', relationOf(name, context, names), ' as tested'))]),
  );
}

function relationsCompared({ check }: Test): string[] {
  switch (check.kind) {
    case 'relationships':
      return [check.model, check.to];
    case 'unique':
    case 'accepted_values':
      return [check.model];
    default:
      return [];
  }
}

/** The columns by which a check groups rows; undefined where a failing row is a row of the table itself. */
export function groupedBy(check: Check): readonly string[] | undefined {
  switch (check.kind) {
    case 'unique':
      return check.columns;
    case 'accepted_values':
    case 'relationships':
      return [check.column];
    default:
      return undefined;
  }
}

/** Some rows of a table: those that have these texts as the values of columns. */
export function rowsWith(
  relation: Relation,
  values: readonly { readonly column: Column; readonly text: string }[],
  limit: number,
  dialect: Dialect,
): MappedText {
  const conditions = values.map(
    ({ column: { name, type }, text }) =>
      `${dialect.identifier(name)} = cast(${dialect.literal(text)} as ${dialect.columnType(type)})`,
  );
  return plain(`select *\nfrom ${dialect.relation(relation)}\nwhere ${conditions.join(' and ')}\nlimit ${limit}`);
}

/** The table that keeps the failing rows of a test when a run is held, until the test runs again. */
export function failuresRelation(test: Test, metaSchema: string, dialect: Dialect): Relation {
  return { schema: metaSchema, identifier: fitted(`failures_${test.name}`, '', dialect.maxIdentifierBytes) };
}

/** Where the rows of a check are, and which of them should not be there. */
function failingRows(check: RowCheck, context: CompileContext, names: NameMap, asText: ComparedAsText): MappedText {
  const from = relationOf(check.model, context, names);
  return concat('from ', from, ` as tested\nwhere ${rowCondition(check, context, asText)}`);
}

function relationOf(name: string, context: CompileContext, names: NameMap): MappedText {
  const node = buildableNamed(context.manifest, name);
  if (node === undefined) throw new Error(`a test of ${name}, which does not exist`);
  if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') {
    return concat('(\n\n', compile(node.template, context, names), '\n\n)');
  }
  return plain(context.dialect.relation(names(node.uniqueId)));
}
