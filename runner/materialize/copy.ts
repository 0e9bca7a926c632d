import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Dialect, LoadText } from '../adapters/dialect.ts';
import type { CopyOptions } from '../json/copy-options.ts';
import { asWritten } from '../json/copy-options.ts';
import type { Field } from '../json/row.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { loadIdColumn } from '../core/node.ts';
import type { Relation } from '../core/relation.ts';
import type { JsonPath } from '../json/jsonpaths.ts';
import type { LoadSettings, Model, ModelConfig } from '../project/manifest.ts';
import type { Value } from '../template/syntax.ts';
import type { CompileContext } from './compile.ts';
import { compile } from './compile.ts';
import { designOf, isRedesigned, redesigned, remakeSteps } from './physical-design.ts';
import type { NodePlan, PlanInput, Step } from './plan.ts';
import { whole } from './change-statements.ts';
import { changeText } from './column-differences.ts';
import { sameColumns, unknownTable } from './columns.ts';
import { columnsChanged, contractDifferences } from './columns-changed.ts';
import { analyzeStep, contractHash, fingerprintOf, keptTable, publishTable } from './plan.ts';
import { replaceRows, takePlace } from './table.ts';
import { tableAttributes } from './table-attributes.ts';

/**
 * A table of raw rows. Only files that are not loaded yet are read, into a delta of this run: COPY itself has no
 * memory, and a delta that is not published is simply dropped.
 */
export function planCopy(model: Model, input: PlanInput): NodePlan {
  const { names, sql, context, sequence, fields } = input;
  const contract = model.contract ?? [];
  const readAs = hash('sha1', JSON.stringify([contractHash(model), fields.map(howRead)]));
  const columns = [...contract.map((column) => column.name), loadIdColumn];
  const kept = keptTable(input);
  const isKept = kept !== undefined;
  const isOurs = input.published?.state?.contract === readAs;
  const differences = contractDifferences(model, input);
  const isSame = isOurs && differences.length === 0 && sameColumns(input.published?.columns ?? [], columns);
  const isAnew = isRedesigned(model, input);
  if (isKept && !isSame) throw columnsChanged(model, kept, input, isOurs);
  const plan = {
    node: model,
    names,
    look: undefined,
    fingerprint: fingerprintOf(model, input),
    contract: readAs,
    design: designOf(model, context),
    keepsRows: isKept,
    notes: isAnew ? [redesigned] : [],
  };
  if (isKept && !input.filesToLoad) {
    if (!isAnew) return { ...plan, future: names.published, steps: [], publish: publishTable('nothing', []) };
    const steps = remakeSteps(model, input, columns, sql.allRows(names.published), sequence);
    return { ...plan, future: names.build, steps, publish: takePlace(input) };
  }
  const reasons = input.published?.state === undefined ? [unknownTable] : differences.map(changeText);
  const into = isKept ? names.delta : names.build;
  const load: Step[] = [
    { kind: 'create', statement: sql.createTable(into, contract, tableAttributes(model.config, context), sequence) },
    { kind: 'load', into },
    ...analyzeStep(into, input),
  ];
  if (!isKept) {
    const inPlace = isSame && !isAnew && context.dialect.supports.publish === 'merge';
    const publish = inPlace ? replaceRows(input, columns) : takePlace(input, reasons);
    return { ...plan, future: names.build, steps: load, publish };
  }
  const rows = sql.changes.appended(columns, whole(names.published), whole(names.delta));
  const future: Step[] = isAnew
    ? remakeSteps(model, input, columns, rows, sequence)
    : [{ kind: 'create', statement: sql.createView(names.build, rows) }];
  const append = sql.insertFrom(names.published, columns, names.delta);
  const publish = isAnew ? takePlace(input) : publishTable('append', [append]);
  return { ...plan, future: names.build, steps: [...load, ...future], publish };
}

/** How the columns of a contract find their values: by paths in their order, or by keys that are their names, perhaps but for case. */
export type FieldPlaces = readonly JsonPath[] | 'auto' | 'auto ignorecase';

/** Where in a raw row the value of each column of the contract is. */
export function loadFields(model: Model, places: FieldPlaces): Field[] {
  const options = copyOptions(model.config.load);
  const isAsWritten = isDeepStrictEqual(options, asWritten);
  return (model.contract ?? []).map((column, i) => ({
    column,
    path: (typeof places === 'string' ? undefined : places[i]) ?? [column.name],
    ...(places === 'auto ignorecase' ? { ignoresCase: true } : {}),
    ...(isAsWritten ? {} : { options }),
  }));
}

/** What rows must have in common to stand in one table. */
function howRead({ path, options, ignoresCase = false }: Field): unknown {
  if (options === undefined && !ignoresCase) return path;
  return [path, ...(options === undefined ? [] : [options]), ...(ignoresCase ? ['ignorecase'] : [])];
}

function copyOptions({ timeFormat, truncateColumns, blanksAsNull, emptyAsNull }: LoadSettings): CopyOptions {
  return {
    timeFormat: timeFormat ?? asWritten.timeFormat,
    truncateColumns: truncateColumns ?? asWritten.truncateColumns,
    blanksAsNull: blanksAsNull ?? asWritten.blanksAsNull,
    emptyAsNull: emptyAsNull ?? asWritten.emptyAsNull,
  };
}

/** The settings of a copy model as its macro sees them: what is not said is empty, and may be left to the engine. */
function loadOptions({ maxErrors, load }: ModelConfig): Record<string, Value> {
  const { timeFormat, truncateColumns, blanksAsNull, emptyAsNull } = copyOptions(load);
  return {
    'load.max_error': maxErrors === 0 ? '' : maxErrors + 1,
    'load.time_format': timeFormat,
    'load.truncate_columns': truncateColumns,
    'load.blanks_as_null': blanksAsNull,
    'load.empty_as_null': emptyAsNull,
    'load.stat_update': load.statUpdate === undefined ? '' : load.statUpdate ? 'on' : 'off',
    'load.comp_update': load.compUpdate ?? '',
  };
}

/** With room for longer lines DuckDB reads all of them more slowly. */
const usualLineBytes = 2 * 1024 * 1024;

/** What a copy statement reads. */
export interface LoadSource {
  /** The files where the engine finds them; or the one manifest that lists them. */
  readonly paths: readonly string[];
  /** What COPY takes behind `json`: `auto`, `auto ignorecase`, or a jsonpaths file in full. */
  readonly jsonpaths: string;
  /** The longest line of files that the runner wrote, if it is longer than `usualLineBytes`. */
  readonly lineBytes?: number;
  /** For an engine that reads objects of S3. */
  readonly objects?: ObjectSettings;
}

/** How an engine comes to objects of S3, and what they are. */
export interface ObjectSettings {
  /** The ARN of a role, or `default`. */
  readonly iamRole: string;
  /** Where the bucket is; undefined where the warehouse is as well. */
  readonly region: string | undefined;
  /** Whether all of them are packed; else none is. */
  readonly gzip: boolean;
  /** Whether it is only tried. */
  readonly noLoad?: boolean;
}

/** The statement that loads these files: the body of the model, with the files where it names its source. */
export function copyStatement(
  model: Model,
  context: CompileContext,
  into: Relation,
  load: LoadText,
  { paths, jsonpaths, lineBytes = 0, objects }: LoadSource,
): MappedText {
  const { dialect } = context;
  const names = {
    self: dialect.relation(into),
    'load.into': dialect.relation(into),
    'load.columns': load.columns,
    'load.values': load.values,
    'load.fields': load.fields,
    'load.jsonpaths': dialect.literal(jsonpaths),
    'load.line_bytes': String(Math.max(usualLineBytes, lineBytes)),
    ...objectNames(dialect, objects),
    ...loadOptions(model.config),
  };
  return compile(model.template, context, () => into, { names, source: dialect.files(paths) });
}

function objectNames(dialect: Dialect, objects: ObjectSettings | undefined): Record<string, Value> {
  const { reading } = dialect;
  const isKnown = reading.kind === 'objects' && objects !== undefined;
  return {
    'load.iam_role': isKnown ? reading.role(objects.iamRole) : '',
    'load.region': objects?.region === undefined ? '' : dialect.literal(objects.region),
    'load.gzip': objects?.gzip ?? false,
    'load.no_load': objects?.noLoad ?? false,
  };
}
