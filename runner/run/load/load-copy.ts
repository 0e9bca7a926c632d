import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadText } from '../../adapters/dialect.ts';
import type { Field } from '../../json/row.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError, throwFaults } from '../../core/fault.ts';
import type { Relation } from '../../core/relation.ts';
import type { Report } from '../../core/run-event.ts';
import type { CompileContext } from '../../materialize/compile.ts';
import { copyStatement } from '../../materialize/copy.ts';
import type { Model } from '../../project/manifest.ts';
import type { RawFile } from '../../storage/raw-files.ts';
import { hashRawFile, hasChanged } from '../../storage/raw-files.ts';
import type { Executor } from '../executor.ts';
import type { Batch } from './batches.ts';
import { batchesOf } from './batches.ts';
import type { LoadedFile } from './ledger.ts';
import type { Rejected } from './reread.ts';
import { reread } from './reread.ts';
import { spool } from './spool.ts';

/** What a copy model is loaded from. */
export interface CopyInput {
  readonly model: Model;
  readonly context: CompileContext;
  readonly root: string;
  readonly files: readonly RawFile[];
  readonly fields: readonly Field[];
  readonly jsonpaths: string | undefined;
  readonly into: Relation;
  /** A folder of this run's own, for files that are put together or mended. */
  readonly spoolFolder: string;
}

export interface CopyOutcome {
  readonly rows: number;
  readonly loaded: readonly LoadedFile[];
  readonly rejected: readonly Rejected[];
}

/** Loads files into the table of a run. Throws a FaultError when more rows do not fit than the model allows. */
export async function loadCopy(
  input: CopyInput,
  executor: Executor,
  report: Report,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  await mkdir(input.spoolFolder, { recursive: true });
  try {
    return await new CopyLoad(input, executor, report, signal).all();
  } finally {
    await rm(input.spoolFolder, { recursive: true, force: true });
  }
}

class CopyLoad {
  readonly #input: CopyInput;
  readonly #executor: Executor;
  readonly #report: Report;
  readonly #signal: AbortSignal;
  readonly #loaded: LoadedFile[] = [];
  readonly #rejected: Rejected[] = [];
  #rows = 0;

  constructor(input: CopyInput, executor: Executor, report: Report, signal: AbortSignal) {
    this.#input = input;
    this.#executor = executor;
    this.#report = report;
    this.#signal = signal;
  }

  async all(): Promise<CopyOutcome> {
    const { files, context, model } = this.#input;
    const batches = batchesOf(files, (location) => context.dialect.canRead(location));
    this.#progress();
    for (const [i, batch] of batches.entries()) {
      this.#signal.throwIfAborted();
      const hashes = await this.#load(batch, `batch-${i}.json`);
      throwFaults(batch.files.filter(hasChanged).map((file) => growingFault(model.name, file)));
      for (const file of batch.files) this.#loaded.push(this.#entry(file, hashes.get(file.path) ?? ''));
      this.#progress();
    }
    return { rows: this.#rows, loaded: this.#loaded, rejected: this.#rejected };
  }

  async #load(batch: Batch, name: string): Promise<ReadonlyMap<string, string>> {
    const location = join(this.#input.spoolFolder, name);
    if (!batch.spooled) {
      const paths = batch.files.map((file) => file.location);
      const [hashes] = await Promise.all([hashAll(batch.files), this.#copyOrReread(paths, batch)]);
      return hashes;
    }
    const { hashes, whole } = await spool(batch.files, location);
    await this.#copyOrReread(whole ? [location] : [], batch);
    await rm(location);
    return hashes;
  }

  /** Lets the engine load the files if it can; if it refuses, they are read again to find out which rows it is about. */
  async #copyOrReread(paths: readonly string[], batch: Batch): Promise<void> {
    const { context, fields } = this.#input;
    if (paths.length === 0 || !context.dialect.readsExactly(fields)) return this.#reread(batch);
    try {
      await this.#copy(paths, context.dialect.load(fields), this.#input.jsonpaths);
    } catch (error) {
      if (!(error instanceof FaultError) || this.#signal.aborted) throw error;
      await this.#reread(batch);
    }
  }

  async #reread(batch: Batch): Promise<void> {
    const { model, context, fields, spoolFolder } = this.#input;
    const location = join(spoolFolder, 'checked.json');
    const allowed = model.config.maxErrors - this.#rejected.length;
    const { rejected, rows } = await reread(model, batch.files, fields, allowed, location);
    const load = context.dialect.loadChecked(fields.map(({ column }) => column));
    if (rows > 0) await this.#copy([location], load, undefined);
    this.#rejected.push(...rejected);
    await rm(location);
  }

  async #copy(paths: readonly string[], load: LoadText, jsonpaths: string | undefined): Promise<void> {
    const { model, context, into } = this.#input;
    this.#rows += await this.#executor.run(copyStatement(model, context, into, load, paths, jsonpaths));
  }

  #entry(file: RawFile, hash: string): LoadedFile {
    return { path: file.path, root: this.#input.root, size: file.size, modifiedMs: file.modifiedMs, hash };
  }

  #progress(): void {
    const { model, files } = this.#input;
    const sum = (sizes: readonly { size: number }[]): number => sizes.reduce((total, { size }) => total + size, 0);
    this.#report({
      type: 'load progress',
      uniqueId: model.uniqueId,
      files: this.#loaded.length,
      ofFiles: files.length,
      bytes: sum(this.#loaded),
      ofBytes: sum(files),
    });
  }
}

async function hashAll(files: readonly RawFile[]): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const file of files) hashes.set(file.path, await hashRawFile(file));
  return hashes;
}

/** Part of its rows may be loaded, and its hash is of what it was at some moment: neither can be kept. */
function growingFault(model: string, file: RawFile): Fault {
  return {
    code: 'file-changed',
    message: `${file.shown} was written to while it was loaded into "${model}"`,
    hint: 'run again when whoever writes it is done',
  };
}
