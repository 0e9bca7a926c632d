import type { Fault } from '../../core/fault.ts';
import { throwFaults } from '../../core/fault.ts';
import type { Report } from '../../core/run-event.ts';
import type { RawFile } from '../../storage/storage.ts';
import type { CopyInput } from './copy-input.ts';
import type { LoadedFile } from './ledger.ts';

/** A fault for a file that is not the one that was listed any more. */
export function changedMeanwhile({ shown }: RawFile, model: string): Fault {
  return {
    code: 'file-changed',
    message: `${shown} was written to while it was loaded into "${model}"`,
    hint: 'run again when whoever writes it is done',
  };
}

function loadedFile({ path, size, modifiedMs }: RawFile, root: string, hash: string): LoadedFile {
  return { path, root, size, modifiedMs, hash, isOfPacked: false };
}

/** The files of a load whose rows are in the table, and how far it has come. */
export class LoadedFiles {
  readonly #input: CopyInput;
  readonly #report: Report;
  readonly #all: LoadedFile[] = [];
  #bytes = 0;

  constructor(input: CopyInput, report: Report) {
    this.#input = input;
    this.#report = report;
    this.#progress();
  }

  /** Those that are left out count as loaded: their rows are. */
  get all(): readonly LoadedFile[] {
    const { repeats, root } = this.#input;
    const leftOut = [...repeats.leftOut].map(([file, { hash }]) => loadedFile(file, root, hash));
    return [...this.#all, ...leftOut];
  }

  /** Takes down files that were read; `hashes` is what each is known by. Throws a FaultError when one was written to meanwhile. */
  async add(files: readonly RawFile[], hashes: ReadonlyMap<string, string>): Promise<void> {
    throwFaults(await this.#growing(files));
    const { root, repeats } = this.#input;
    for (const file of files) {
      this.#bytes += file.size;
      if (repeats.leftOut.has(file)) continue;
      const hash = hashes.get(file.path) ?? '';
      repeats.check(file, hash);
      this.#all.push(loadedFile(file, root, hash));
    }
    this.#progress();
  }

  /** Part of the rows may be loaded, and the hash is of what the file was at some moment: neither can be kept. */
  async #growing(files: readonly RawFile[]): Promise<Fault[]> {
    const { model, storage } = this.#input;
    const changed = await Promise.all(files.map((file) => storage.hasChanged(file)));
    return files.filter((_, i) => changed[i]).map((file) => changedMeanwhile(file, model.name));
  }

  #progress(): void {
    const { model, files, bytes: ofBytes } = this.#input;
    this.#report({
      type: 'load progress',
      uniqueId: model.uniqueId,
      files: this.#all.length,
      ofFiles: files.length,
      bytes: this.#bytes,
      ofBytes,
    });
  }
}
