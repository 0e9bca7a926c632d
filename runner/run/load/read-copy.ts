import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileReading, LoadText } from '../../adapters/dialect.ts';
import { FaultError } from '../../core/fault.ts';
import type { Report } from '../../core/run-event.ts';
import { copyStatement } from '../../materialize/copy.ts';
import { hashOf } from '../../storage/content.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import type { Executor } from '../executor.ts';
import type { Batch } from './batches.ts';
import { batchesOf } from './batches.ts';
import type { CopyInput, CopyOutcome } from './copy-input.ts';
import { LoadedFiles } from './loaded-files.ts';
import { Rejects } from './rejects.ts';
import { reread } from './reread.ts';
import { spool } from './spool.ts';

/** Has the engine load files into the table of a run. Throws a FaultError when more rows do not fit than the model allows. */
export async function readCopy(
  input: CopyInput,
  reading: FileReading,
  executor: Executor,
  report: Report,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  await mkdir(input.spoolFolder, { recursive: true });
  try {
    return await new CopyLoad(input, reading, executor, report, signal).all();
  } finally {
    await rm(input.spoolFolder, { recursive: true, force: true });
  }
}

class CopyLoad {
  readonly #input: CopyInput;
  readonly #reading: FileReading;
  readonly #executor: Executor;
  readonly #signal: AbortSignal;
  readonly #loaded: LoadedFiles;
  readonly #rejects: Rejects;
  #rows = 0;

  constructor(input: CopyInput, reading: FileReading, executor: Executor, report: Report, signal: AbortSignal) {
    this.#input = input;
    this.#reading = reading;
    this.#executor = executor;
    this.#signal = signal;
    this.#loaded = new LoadedFiles(input, report);
    this.#rejects = new Rejects(input.model);
  }

  async all(): Promise<CopyOutcome> {
    const { files, storage } = this.#input;
    const batches = batchesOf(files, storage.smallBytes, (file) => this.#pathFor(file));
    for (const [i, batch] of batches.entries()) {
      this.#signal.throwIfAborted();
      await this.#loaded.add(batch.files, await this.#load(batch, `batch-${i}.json`));
    }
    return { rows: this.#rows, loaded: this.#loaded.all, rejected: this.#rejects.all };
  }

  /** Where the engine opens a file itself, if it can. */
  #pathFor(file: RawFile): string | undefined {
    const path = this.#input.storage.localPath(file);
    return path !== undefined && this.#reading.canRead(path) ? path : undefined;
  }

  /** Gives what the content of each file is known by. */
  async #load({ files, paths }: Batch, name: string): Promise<ReadonlyMap<string, string>> {
    const { storage, fields, spoolFolder } = this.#input;
    if (!this.#reading.readsExactly(fields)) return this.#reread(files);
    if (paths !== undefined) {
      const [hashes] = await Promise.all([hashAll(storage, files), this.#copyOrReread(paths, files)]);
      return hashes;
    }
    const location = join(spoolFolder, name);
    const { hashes, whole } = await spool(this.#input, files, location);
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
    const { fields, spoolFolder } = this.#input;
    const location = join(spoolFolder, 'checked.json');
    const { hashes, rows } = await reread({ ...this.#input, files }, this.#rejects, location);
    const load = this.#reading.loadChecked(fields.map(({ column }) => column));
    if (rows > 0) await this.#copy([location], load, undefined);
    await rm(location);
    return hashes;
  }

  async #copy(paths: readonly string[], load: LoadText, jsonpaths: string | undefined): Promise<void> {
    const { model, context, into } = this.#input;
    this.#rows += await this.#executor.run(copyStatement(model, context, into, load, { paths, jsonpaths }));
  }
}

async function hashAll(storage: Storage, files: readonly RawFile[]): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const file of files) hashes.set(file.path, await hashOf(storage, file));
  return hashes;
}
