import type { RawFile, Storage } from '../../storage/storage.ts';
import { isPacked } from '../../storage/storage.ts';

/** A list of objects for one statement to load: exactly these, and not whatever begins with some prefix. */
export interface ObjectManifest {
  /** Below the stage. */
  readonly path: string;
  /** `s3://bucket/key` */
  readonly url: string;
  /** Whether its files are packed: a statement loads files of one kind. */
  readonly gzip: boolean;
  readonly files: readonly RawFile[];
}

/** The manifests by which these files of a model are loaded, one for each kind of them. */
export function objectManifests(
  model: string,
  files: readonly RawFile[],
  { stage, folder }: { readonly stage: Storage; readonly folder: string },
): ObjectManifest[] {
  return [false, true].flatMap((gzip): ObjectManifest[] => {
    const path = `${folder}/${model}${gzip ? '-gz' : ''}.manifest`;
    const ofKind = files.filter((file) => isPacked(file.path) === gzip);
    return ofKind.length === 0 ? [] : [{ path, url: stage.shown(path), gzip, files: ofKind }];
  });
}

/** A file that is gone by then is an error: without `mandatory` it would be left out in silence. */
export function manifestText(files: readonly RawFile[]): string {
  return JSON.stringify({ entries: files.map(({ shown }) => ({ url: shown, mandatory: true })) });
}
