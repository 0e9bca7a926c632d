import type { Relation } from '../../core/relation.ts';
import type { Field } from '../../json/row.ts';
import type { CompileContext } from '../../materialize/compile.ts';
import type { Model } from '../../project/manifest.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import type { LoadedFile } from './ledger.ts';
import type { Repeats } from './repeats.ts';
import type { ObjectAccess } from './object-access.ts';
import type { Rejected } from './rejects.ts';

/** What a copy model is loaded from. */
export interface CopyInput {
  readonly model: Model;
  readonly context: CompileContext;
  readonly storage: Storage;
  readonly root: string;
  /** Where the files are, below the root. */
  readonly path: string;
  readonly files: readonly RawFile[];
  /** The size of all of them. */
  readonly bytes: number;
  readonly fields: readonly Field[];
  /** What COPY takes behind `json`. */
  readonly jsonpaths: string;
  /** How the warehouse comes to them, where it reads them from S3. */
  readonly access: ObjectAccess | undefined;
  /** What finds files that repeat others. */
  readonly repeats: Repeats;
  readonly into: Relation;
  /** A folder of this run's own, for files that are put together or mended. */
  readonly spoolFolder: string;
}

export interface CopyOutcome {
  readonly rows: number;
  /** Whether any row has a field of the contract; where the engine reads the files, whether any value is not null. */
  readonly hasAnyField: boolean;
  readonly loaded: readonly LoadedFile[];
  readonly rejected: readonly Rejected[];
}
