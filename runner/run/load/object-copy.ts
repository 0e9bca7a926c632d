import type { ObjectReading } from '../../adapters/dialect.ts';
import { troubleIn } from '../../adapters/driver.ts';
import { FaultError, throwFaults } from '../../core/fault.ts';
import type { MappedText } from '../../core/mapped-text.ts';
import type { Report } from '../../core/run-event.ts';
import { copyStatement } from '../../materialize/copy.ts';
import { Statements } from '../../materialize/statements.ts';
import type { RawFile } from '../../storage/storage.ts';
import type { Executor } from '../executor.ts';
import type { CopyInput, CopyOutcome } from './copy-input.ts';
import type { LoadError } from './load-errors.ts';
import { badRows, filesIn, loadErrors, saidFault } from './load-errors.ts';
import { changedMeanwhile, LoadedFiles } from './loaded-files.ts';
import type { ObjectAccess } from './object-access.ts';
import type { ObjectManifest } from './object-manifests.ts';
import { manifestText, objectManifests } from './object-manifests.ts';
import { atSetting } from './object-trouble.ts';
import { Rejects } from './rejects.ts';

/**
 * Has the warehouse load objects of S3 into the table of a run, by manifests that list exactly these. Throws a
 * FaultError when more rows do not fit than the model allows.
 */
export async function objectCopy(
  input: CopyInput,
  reading: ObjectReading,
  executor: Executor,
  report: Report,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  const { access } = input;
  if (access === undefined) throw new Error(`nothing says how the warehouse comes to the files of ${input.model.name}`);
  return new ObjectLoad(input, access, reading, executor, report, signal).all();
}

/** How many of the engine's own words are shown. */
const shown = 5;

/** COPY says so of raw rows, and of nothing else that is wrong. */
const isAboutRows = /load_error|Load into table .* failed/i;

class ObjectLoad {
  readonly #input: CopyInput;
  readonly #access: ObjectAccess;
  readonly #reading: ObjectReading;
  readonly #executor: Executor;
  readonly #report: Report;
  readonly #signal: AbortSignal;
  readonly #loaded: LoadedFiles;
  readonly #rejects: Rejects;

  constructor(
    input: CopyInput,
    access: ObjectAccess,
    reading: ObjectReading,
    executor: Executor,
    report: Report,
    signal: AbortSignal,
  ) {
    this.#input = input;
    this.#access = access;
    this.#reading = reading;
    this.#executor = executor;
    this.#report = report;
    this.#signal = signal;
    this.#loaded = new LoadedFiles(input, report);
    this.#rejects = new Rejects(input.model);
  }

  async all(): Promise<CopyOutcome> {
    const { model, files, context, into, fields } = this.#input;
    for (const manifest of objectManifests(model.name, files, this.#access)) {
      this.#signal.throwIfAborted();
      await this.#load(manifest);
      await this.#loaded.add(manifest.files, new Map(manifest.files.map(({ path, version = '' }) => [path, version])));
    }
    await this.#checkUnchanged();
    if (model.config.maxErrors > 0) await this.#putAside();
    const sql = new Statements(context.dialect);
    const count = async (statement: MappedText): Promise<number> =>
      Number((await this.#executor.query(statement)).rows[0]?.[0] ?? 0);
    const rows = await count(sql.count(into));
    const columns = fields.map(({ column }) => column.name);
    const hasAnyField = rows > 0 && (await count(sql.countWithValue(into, columns))) > 0;
    return { rows, hasAnyField, loaded: this.#loaded.all, rejected: this.#rejects.all };
  }

  async #load(manifest: ObjectManifest): Promise<void> {
    const { stage } = this.#access;
    try {
      await stage.put(manifest.path, manifestText(manifest.files));
      await this.#copy(manifest);
    } finally {
      await this.#remove(manifest);
    }
  }

  async #copy({ url, gzip, files }: ObjectManifest): Promise<void> {
    const { model, context, into, fields, jsonpaths } = this.#input;
    const { iamRole, region, places } = this.#access;
    const load = context.dialect.load(fields);
    const objects = { iamRole, region, gzip };
    try {
      await this.#executor.run(copyStatement(model, context, into, load, { paths: [url], jsonpaths, objects }));
    } catch (error) {
      if (!(error instanceof FaultError) || troubleIn(error) !== 'refused' || this.#signal.aborted) throw error;
      await this.#explain(error, files);
      throw atSetting(error, places);
    }
  }

  /** What is left in the stage is in nobody's way, and a later run clears it away. */
  async #remove({ path, url }: ObjectManifest): Promise<void> {
    await this.#access.stage.remove(path).catch((error: unknown) => {
      if (!(error instanceof FaultError)) throw error;
      const message = `${url} is left in the stage: ${error.faults[0]?.message}`;
      this.#report({ type: 'note', uniqueId: this.#input.model.uniqueId, message });
    });
  }

  /** Throws a FaultError with the rows that a statement which failed is about, if it is about rows. */
  async #explain(failed: FaultError, files: readonly RawFile[]): Promise<void> {
    const errors = await this.#errors().catch((error: unknown): LoadError[] => {
      // What was said first is what has to be told.
      if (error instanceof FaultError) return [];
      throw error;
    });
    const isUnnamed = errors.length === 0 && isAboutRows.test(failed.message);
    await this.#refuse(errors, isUnnamed ? files : filesIn(errors, files), failed.cause);
  }

  /** Looks for the rows that errors are about. Throws a FaultError that names them; what is not found is told as it was said. */
  async #refuse(errors: readonly LoadError[], files: readonly RawFile[], cause?: unknown): Promise<void> {
    const { model, storage, fields } = this.#input;
    for await (const { file, row } of badRows(storage, files, fields)) this.#rejects.add(file, row);
    this.#rejects.check();
    if (errors.length === 0) return;
    throw new FaultError(
      errors.slice(0, shown).map((error) => saidFault(model.name, error)),
      { cause },
    );
  }

  /** Of the rows that the warehouse left out it keeps no text: they are read once more. */
  async #putAside(): Promise<void> {
    const { model, storage, files, fields } = this.#input;
    const errors = await this.#errors();
    // Each statement counts for itself.
    if (errors.length > model.config.maxErrors) await this.#refuse(errors, filesIn(errors, files));
    for await (const { file, row } of badRows(storage, filesIn(errors, files), fields)) this.#rejects.keep(file, row);
    const found = this.#rejects.all.length;
    if (found === errors.length) return;
    const said = errors.slice(0, shown).map(({ file, line, message }) => `\n  ${file}:${line} ${message}`);
    const message = `the warehouse left out ${errors.length} raw rows of "${model.name}", and by the rules of the runner ${found} do not fit, which stand in ${model.name}_rejects; the warehouse says:${said.join('')}`;
    this.#report({ type: 'note', uniqueId: model.uniqueId, message });
  }

  #errors(): Promise<LoadError[]> {
    return loadErrors(this.#input.into, this.#reading, this.#executor);
  }

  /** The warehouse reads what is there when it comes to it, which may be another object than was listed. */
  async #checkUnchanged(): Promise<void> {
    const { model, storage, files, path } = this.#input;
    const now = new Map((await storage.list(path)).map((file) => [file.location, file]));
    const changed = files.filter((file) => {
      const found = now.get(file.location);
      return found?.version !== file.version || found?.size !== file.size;
    });
    throwFaults(changed.map((file) => changedMeanwhile(file, model.name)));
  }
}
