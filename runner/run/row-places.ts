import type { Cell, Rows } from '../adapters/driver.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Column } from '../core/node.ts';
import { loadIdColumn } from '../core/node.ts';
import type { Field } from '../json/row.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import { groupedBy, rowsWith } from '../materialize/data-test.ts';
import type { Manifest, Model, Test } from '../project/manifest.ts';
import { buildableNamed } from '../project/manifest.ts';
import type { Executor } from './executor.ts';
import { copyFields } from './load/copy-fields.ts';
import type { Budget, FileOfLoad, SearchedFiles, WantedRow } from './load/find-rows.ts';
import { findRows, rowKey } from './load/find-rows.ts';
import type { LoadedFile } from './load/ledger.ts';
import type { OpenSource } from './load/open-source.ts';
import { openSource } from './load/open-source.ts';

/** How many of the rows that share the key of a failing row are searched for: of a key that is there twice, both. */
const rowsOfGroup = 3;

/** What is read at most of raw files in search of rows, by all tests of a run together: some seconds. */
const searchLimits = { files: 2000, bytes: 64 * 1024 * 1024 };

/** What a search for raw rows needs. */
export interface RowPlacesOptions {
  readonly context: CompileContext;
  readonly projectDir: string;
  readonly names: NameMap;
  /** The files that are loaded into a copy model, those of this run included. */
  readonly filesOf: (model: Model, executor: Executor) => Promise<readonly LoadedFile[]>;
  readonly signal: AbortSignal;
}

type Related = NonNullable<Fault['related']>;
type Ask = (query: MappedText) => Promise<Rows>;

/** A row of a copy model, and the number of the failing row that it belongs to. */
interface TableRow extends WantedRow {
  readonly shown: number;
}

/** Finds the places in raw files that rows of copy models came from. */
export class RowPlaces {
  readonly #options: RowPlacesOptions;
  readonly #budget: Budget = { ...searchLimits };
  /** By the unique id of a model: its source is listed once, however many of its tests fail. */
  readonly #raw = new Map<string, Promise<SearchedFiles>>();

  constructor(options: RowPlacesOptions) {
    this.#options = options;
  }

  /**
   * Where the failing rows of a test stand in raw files, as places that belong to its fault. None for a test that does not
   * read a copy model itself, and for a row that is found in no file as it was loaded.
   */
  async of(test: Test, failing: Rows, executor: Executor, ask: Ask): Promise<Related> {
    const { context, signal } = this.#options;
    const model = copyModelOf(test, context.manifest);
    if (model === undefined) return [];
    try {
      return await this.#places(test, model, failing, executor, ask);
    } catch (error) {
      // The test has failed, and that is reported: what keeps its rows from being found is not what is wrong.
      if (error instanceof FaultError || signal.aborted) return [];
      throw error;
    }
  }

  async #places(test: Test, model: Model, failing: Rows, executor: Executor, ask: Ask): Promise<Related> {
    const { signal } = this.#options;
    const columns = model.contract ?? [];
    const groups = await this.#tableRows(test, model, failing, ask);
    const fields = columns.map(withoutRules);
    const wanted = groups.flatMap((rows, i) => rows.rows.flatMap((row) => wantedRow(rows, row, fields, i + 1)));
    if (wanted.length === 0) return [];
    const raw = this.#raw.get(model.uniqueId) ?? this.#rawOf(model, executor);
    this.#raw.set(model.uniqueId, raw);
    const found = await findRows(wanted, await raw, { budget: this.#budget, signal });
    const named = new Set<number>();
    return [...wanted.entries()].flatMap(([i, { shown }]) => {
      const at = found.get(i);
      if (at === undefined) return [];
      const also = named.has(shown) ? 'also ' : '';
      named.add(shown);
      return [{ message: `${failing.rows.length === 1 ? 'the row' : `row ${shown}`} is ${also}in`, at }];
    });
  }

  async #rawOf(model: Model, executor: Executor): Promise<SearchedFiles> {
    const { context, projectDir, filesOf, signal } = this.#options;
    const source = await openSource(model, context, projectDir, signal);
    const files = await filesToSearch(source, await filesOf(model, executor));
    const fields = await copyFields(model, source);
    const read = fields.map((field) => ({ ...field, column: withoutRules(field.column).column }));
    return { storage: source.storage, files, fields: read };
  }

  /** The rows of the model that belong to each failing row: those of its group, or the row itself. */
  async #tableRows({ check }: Test, model: Model, failing: Rows, ask: Ask): Promise<Rows[]> {
    const { context, names } = this.#options;
    const keys = groupedBy(check);
    if (keys === undefined) return failing.rows.map((row) => ({ columns: failing.columns, rows: [row] }));
    const groups: Rows[] = [];
    for (const row of failing.rows) {
      const values = keys.flatMap((key, i) => {
        const column = model.contract?.find(({ name }) => name === key);
        const cell = row[i] ?? null;
        return column === undefined || cell === null ? [] : [{ column, text: String(cell) }];
      });
      if (values.length < keys.length) return [];
      groups.push(await ask(rowsWith(names(model.uniqueId), values, rowsOfGroup, context.dialect)));
    }
    return groups;
  }
}

/** The copy model that a test looks at, if it looks at nothing else. */
function copyModelOf({ check, dependsOn }: Test, manifest: Manifest): Model | undefined {
  const [only, ...others] = dependsOn;
  if (check.kind === 'sql' && (only === undefined || others.length > 0)) return undefined;
  const node = check.kind === 'sql' ? manifest.nodes.get(only ?? '') : buildableNamed(manifest, check.model);
  return node?.resourceType === 'model' && node.config.materialized === 'copy' ? node : undefined;
}

/** A row as it is searched for; none unless it has the load and each column of the contract. */
function wantedRow({ columns }: Rows, row: readonly Cell[], fields: readonly Field[], shown: number): TableRow[] {
  const cellOf = (name: string): Cell | undefined => row[columns.findIndex((column) => column.name === name)];
  const loadId = Number(cellOf(loadIdColumn) ?? Number.NaN);
  const cells = fields.map(({ column }) => cellOf(column.name));
  if (Number.isNaN(loadId) || cells.includes(undefined)) return [];
  const values = cells.map((cell) => (cell === null || cell === undefined ? null : String(cell)));
  return [{ shown, loadId, key: rowKey(fields, values) }];
}

/** A field that takes whatever was taken once: rules of a contract may be newer than rows. */
function withoutRules({ name, type }: Column): Pick<Field, 'column' | 'path'> {
  return { column: { name, type, notNull: false }, path: [name] };
}

/** The files that are there and were loaded, in the order of their loads. Of those with one content only the first has rows. */
async function filesToSearch(source: OpenSource, loaded: readonly LoadedFile[]): Promise<FileOfLoad[]> {
  const { storage, path, sameContent } = source;
  const files = new Map((await storage.list(path)).map((file) => [file.path, file]));
  const seen = new Set<string>();
  return loaded
    .filter(({ isOfPacked }) => !isOfPacked)
    .toSorted((a, b) => (a.loadId ?? 0) - (b.loadId ?? 0))
    .flatMap((entry) => {
      const file = files.get(entry.path);
      const isRepeat = sameContent !== 'load' && seen.has(entry.hash);
      seen.add(entry.hash);
      const isOther = file?.version !== undefined && file.version !== entry.hash;
      return file === undefined || isRepeat || isOther ? [] : [{ file, loaded: entry }];
    });
}
