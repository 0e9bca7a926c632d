import type { SameContent } from '../../config/schema.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import { hashOf, hashOfNothing } from '../../storage/content.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import { isPacked } from '../../storage/storage.ts';
import type { LoadedFile } from './ledger.ts';

/** What a new file is compared with, and what becomes of it then. */
export interface RepeatsInput {
  readonly storage: Storage;
  readonly files: readonly RawFile[];
  readonly known: readonly LoadedFile[];
  readonly sameContent: SameContent;
}

interface Sized {
  readonly path: string;
  readonly size: number;
}

/** DEFLATE packs 1032 bytes into one at best (RFC 1951), and adds little to what it cannot pack. */
const mostPacked = 1032;
const shown = 3;

/**
 * Finds files of a load whose content is that of a loaded file, or of another one of the same load: small ones when they
 * are read, others before, as far as their sizes do not tell them apart.
 */
export class Repeats {
  readonly #input: RepeatsInput;
  readonly #isInS3: boolean;
  /** The path and name of the first file of each content. */
  readonly #first = new Map<string, { readonly path: string; readonly shown: string }>();
  readonly #found = new Map<RawFile, { readonly first: string; readonly hash: string }>();

  constructor(input: RepeatsInput) {
    this.#input = input;
    this.#isInS3 = input.files.some(({ version }) => version !== undefined);
    for (const { hash: content, size, path, root } of input.known)
      this.#first.set(this.#key(content, size), { path, shown: `${root}/${path}` });
  }

  /** Files that are left out, and what each is known by. */
  get leftOut(): ReadonlyMap<RawFile, { readonly hash: string }> {
    return this.#found;
  }

  /** Those files that are to be read. Throws a FaultError for a repeat, if the source says so. */
  async select(): Promise<RawFile[]> {
    const { storage, files, known, sameContent } = this.#input;
    if (sameContent === 'load') return [...files];
    const mayRepeat = sizesAlike([...files, ...known]);
    const selected: RawFile[] = [];
    for (const file of files) {
      const isKnown = file.version !== undefined || (file.size >= storage.smallBytes && mayRepeat(file));
      if (!isKnown || !this.isRepeat(file, await hashOf(storage, file))) selected.push(file);
    }
    return selected;
  }

  /** Whether a file repeats another one, by what its content is known by. Throws a FaultError if the source says so. */
  isRepeat = (file: RawFile, content: string): boolean => {
    const first = this.#firstOf(file, content);
    if (first === undefined) return false;
    if (this.#input.sameContent === 'fail') throw new FaultError(repeatedFault(file, first));
    this.#found.set(file, { first, hash: content });
    return true;
  };

  /** Throws a FaultError for a file that was loaded, and only then found to be a repeat. */
  check(file: RawFile, content: string): void {
    const first = this.#firstOf(file, content);
    if (first !== undefined) throw new FaultError(repeatedFault(file, first));
  }

  /** What to say of files that are left out; undefined where none is. */
  get note(): string | undefined {
    const pairs = [...this.#found].map(([file, { first }]) => `${file.shown} has the content of ${first}`);
    if (pairs.length === 0) return undefined;
    const more = pairs.length > shown ? `, and ${pairs.length - shown} more` : '';
    return `not loaded, since they would be loaded twice (same_content: skip): ${pairs.slice(0, shown).join(', ')}${more}`;
  }

  #firstOf(file: RawFile, content: string): string | undefined {
    if (this.#input.sameContent === 'load' || file.size === 0 || content === hashOfNothing) return undefined;
    const key = this.#key(content, file.size);
    const first = this.#first.get(key);
    if (first === undefined) this.#first.set(key, file);
    // A file may be read more than once.
    return first === undefined || first.path === file.path ? undefined : first.shown;
  }

  /** An object is known by its ETag and size. */
  #key(content: string, size: number): string {
    return this.#isInS3 ? `${size} ${content}` : content;
  }
}

/** Whether another one of these files may have the content of a file, as far as their sizes tell. */
function sizesAlike(files: readonly Sized[]): (file: Sized) => boolean {
  const count = (sized: readonly Sized[]): ReadonlyMap<number, number> => {
    const counts = new Map<number, number>();
    for (const { size } of sized) counts.set(size, (counts.get(size) ?? 0) + 1);
    return counts;
  };
  const [packed, plain] = [files.filter(({ path }) => isPacked(path)), files.filter(({ path }) => !isPacked(path))];
  const [packedSizes, plainSizes] = [count(packed), count(plain)];
  const mayPack = (small: number, large: number): boolean => small <= large + 1024 && small * mostPacked >= large;
  return ({ path, size }) =>
    isPacked(path)
      ? (packedSizes.get(size) ?? 0) > 1 || [...plainSizes.keys()].some((other) => mayPack(size, other))
      : (plainSizes.get(size) ?? 0) > 1 || [...packedSizes.keys()].some((other) => mayPack(other, size));
}

function repeatedFault(file: RawFile, first: string): Fault {
  return {
    code: 'file-repeated',
    message: `${file.shown} has the content of ${first}: its rows would be loaded twice`,
    hint: 'remove one of them; or say what becomes of such files, same_content: skip or load, at the source in dwh.yaml',
  };
}
