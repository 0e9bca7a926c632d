import { writeFile } from 'node:fs/promises';
import { closedValues, withoutByteOrderMark } from '../../json/root-values.ts';
import type { RawFile } from '../../storage/raw-files.ts';
import { readRawFile } from '../../storage/raw-files.ts';

/** Many small files as one. */
export interface Spooled {
  readonly hashes: ReadonlyMap<string, string>;
  /** False when some file ends in the middle of a value: next to another it might pass for whole. */
  readonly whole: boolean;
}

const readersAtOnce = 32;

/** Writes the files one after another to `location`, unpacked, with a line break between them. */
export async function spool(files: readonly RawFile[], location: string): Promise<Spooled> {
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
