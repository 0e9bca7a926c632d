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
import { hashOf } from '../../storage/content.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
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
  readonly storage: Storage;
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
    const { files, storage } = this.#input;
    const batches = batchesOf(files, storage.smallBytes, (file) => this.#pathFor(file));
    this.#progress();
    for (const [i, batch] of batches.entries()) {
      this.#signal.throwIfAborted();
      const hashes = await this.#load(batch, `batch-${i}.json`);
      throwFaults(await this.#growing(batch.files));
      for (const file of batch.files) this.#loaded.push(this.#entry(file, hashes.get(file.path) ?? ''));
      this.#progress();
    }
    return { rows: this.#rows, loaded: this.#loaded, rejected: this.#rejected };
  }

  /** Where the engine opens a file itself, if it can. */
  #pathFor(file: RawFile): string | undefined {
    const { storage, context } = this.#input;
    const path = storage.localPath(file);
    return path !== undefined && context.dialect.canRead(path) ? path : undefined;
  }

  /** Gives what the content of each file is known by. */
  async #load({ files, paths }: Batch, name: string): Promise<ReadonlyMap<string, string>> {
    const { storage, context, fields, spoolFolder } = this.#input;
    if (!context.dialect.readsExactly(fields)) return this.#reread(files);
    if (paths !== undefined) {
      const [hashes] = await Promise.all([hashAll(storage, files), this.#copyOrReread(paths, files)]);
      return hashes;
    }
    const location = join(spoolFolder, name);
    const { hashes, whole } = await spool(storage, files, location);
    if (whole) await this.#copyOrReread([location], files);
    else await this.#reread(files);
    await rm(location);
    return hashes;
  }

  /** Lets the engine load the files; if it refuses, they are read again to find out which rows it is about. */
  async #copyOrReread(paths: readonly string[], files: readonly RawFile[]): Promise<void> {
    const { context, fields, jsonpaths } = this.#input;
    try {
      await this.#copy(paths, context.dialect.load(fields), jsonpaths);
    } catch (error) {
      if (!(error instanceof FaultError) || this.#signal.aborted) throw error;
      await this.#reread(files);
    }
  }

  async #reread(files: readonly RawFile[]): Promise<ReadonlyMap<string, string>> {
    const { model, context, fields, spoolFolder } = this.#input;
    const location = join(spoolFolder, 'checked.json');
    const allowed = model.config.maxErrors - this.#rejected.length;
    const { hashes, rejected, rows } = await reread({ ...this.#input, files }, allowed, location);
    const load = context.dialect.loadChecked(fields.map(({ column }) => column));
    if (rows > 0) await this.#copy([location], load, undefined);
    this.#rejected.push(...rejected);
    await rm(location);
    return hashes;
  }

  async #copy(paths: readonly string[], load: LoadText, jsonpaths: string | undefined): Promise<void> {
    const { model, context, into } = this.#input;
    this.#rows += await this.#executor.run(copyStatement(model, context, into, load, paths, jsonpaths));
  }

  /** Part of the rows may be loaded, and the hash is of what the file was at some moment: neither can be kept. */
  async #growing(files: readonly RawFile[]): Promise<Fault[]> {
    const { model, storage } = this.#input;
    const changed = await Promise.all(files.map((file) => storage.hasChanged(file)));
    return files
      .filter((_, i) => changed[i])
      .map((file) => ({
        code: 'file-changed',
        message: `${file.shown} was written to while it was loaded into "${model.name}"`,
        hint: 'run again when whoever writes it is done',
      }));
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

async function hashAll(storage: Storage, files: readonly RawFile[]): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const file of files) hashes.set(file.path, await hashOf(storage, file));
  return hashes;
}
