import { open } from 'node:fs/promises';
import { closedValues, withoutByteOrderMark } from '../../json/root-values.ts';
import { copyContent } from '../../storage/content.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { RawFile, Storage } from '../../storage/storage.ts';
import type { CopyInput } from './copy-input.ts';
import type { Repeats } from './repeats.ts';
import { wholeOf } from '../../storage/storage.ts';

/** Files as one file on this machine. */
export interface Spooled {
  /** What the content of each is known by, by its path. */
  readonly hashes: ReadonlyMap<string, string>;
  /** False when some file ends in the middle of a value: next to another it might pass for whole. */
  readonly whole: boolean;
}

/** So many bytes are written at once. */
const pieceBytes = 4 * 1024 * 1024;
const lineBreak = Buffer.from('\n');

/**
 * Writes the files one after another to `location`, unpacked, with a line break between them. A single one is not held
 * in memory, and of others only some at a time. Throws a FaultError when one cannot be read.
 */
export async function spool(
  { storage, repeats }: Pick<CopyInput, 'storage' | 'repeats'>,
  files: readonly RawFile[],
  location: string,
): Promise<Spooled> {
  const [only, ...others] = files;
  const isSmall = only !== undefined && only.size < storage.smallBytes;
  if (only === undefined || others.length > 0 || isSmall) return join(storage, files, location, repeats);
  return { hashes: new Map([[only.path, await copyContent(storage, only, location)]]), whole: true };
}

async function join(storage: Storage, files: readonly RawFile[], location: string, repeats: Repeats): Promise<Spooled> {
  const hashes = new Map<string, string>();
  let whole = true;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const out = await open(location, 'w');
  try {
    for await (const { file, bytes, hash } of inOrder(storage, files, repeats.isRepeat)) {
      const piece = withoutByteOrderMark(await wholeOf(bytes));
      whole &&= closedValues(piece);
      hashes.set(file.path, await hash());
      held.push(piece, lineBreak);
      heldBytes += piece.length;
      if (heldBytes < pieceBytes) continue;
      await out.appendFile(Buffer.concat(held));
      [held, heldBytes] = [[], 0];
    }
    await out.appendFile(Buffer.concat(held));
  } finally {
    await out.close();
  }
  return { hashes, whole };
}
