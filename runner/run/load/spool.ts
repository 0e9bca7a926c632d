import { writeFile } from 'node:fs/promises';
import { closedValues, withoutByteOrderMark } from '../../json/root-values.ts';
import type { RawFile } from '../../storage/raw-files.ts';
import { copyRawFile, readRawFile } from '../../storage/raw-files.ts';

/** Many small files as one. */
export interface Spooled {
  readonly hashes: ReadonlyMap<string, string>;
  /** False when some file ends in the middle of a value: next to another it might pass for whole. */
  readonly whole: boolean;
}

const readersAtOnce = 32;

/** Writes the files one after another to `location`, unpacked, with a line break between them. A single one is not held in memory. */
export async function spool(files: readonly RawFile[], location: string): Promise<Spooled> {
  const [only, ...others] = files;
  if (only === undefined || others.length > 0) return join(files, location);
  return { hashes: new Map([[only.path, await copyRawFile(only, location)]]), whole: true };
}

async function join(files: readonly RawFile[], location: string): Promise<Spooled> {
  const pieces: Buffer[] = [];
  const hashes = new Map<string, string>();
  let whole = true;
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      const file = files[i];
      if (file === undefined) return;
      const { bytes, hash } = await readRawFile(file);
      const piece = withoutByteOrderMark(bytes);
      pieces[i] = piece;
      hashes.set(file.path, hash);
      whole &&= closedValues(piece);
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, reader));
  const lineBreak = Buffer.from('\n');
  await writeFile(location, Buffer.concat(pieces.flatMap((piece) => [piece, lineBreak])));
  return { hashes, whole };
}
