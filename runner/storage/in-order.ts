import type { Content } from './content.ts';
import { openContent } from './content.ts';
import type { RawFile, Storage } from './storage.ts';
import { wholeOf } from './storage.ts';

/** At 64, objects in S3 come about as fast as this process can take them; a disk needs no more than a few. */
export const ahead = { files: 64, bytes: 16 * 1024 * 1024 };

/**
 * The contents of files, one after another in the order given, each to be read before the next is asked for. While one
 * is read, the small ones after it are already being fetched, bounded by count and bytes; large ones are streamed when
 * their turn comes. Small files of which `isLeftOut` says so, by what their content is known by, are left out. Reading
 * throws a FaultError.
 */
export async function* inOrder(
  storage: Storage,
  files: readonly RawFile[],
  isLeftOut?: (file: RawFile, hash: string) => boolean,
): AsyncGenerator<Content> {
  const fetched = new Map<RawFile, Promise<Buffer>>();
  let bytes = 0;
  let next = 0;
  const fetchAhead = (): void => {
    for (let file = files[next]; file !== undefined; file = files[++next]) {
      if (file.size >= storage.smallBytes) continue;
      if (fetched.size >= ahead.files || bytes + file.size > ahead.bytes) return;
      const fetching = storage.read(file);
      // It is thrown when its turn comes; until then, or if that never comes, nobody waits for it.
      fetching.catch(() => undefined);
      fetched.set(file, fetching);
      bytes += file.size;
    }
  };
  for (const file of files) {
    fetchAhead();
    const fetching = fetched.get(file);
    if (fetching === undefined) {
      yield openContent(storage, file);
      continue;
    }
    const whole = await fetching;
    fetched.delete(file);
    bytes -= file.size;
    fetchAhead();
    const content = openContent(storage, file, once(whole));
    if (isLeftOut === undefined || file.version !== undefined) {
      yield content;
      continue;
    }
    const unpacked = await wholeOf(content.bytes);
    const hash = await content.hash();
    if (!isLeftOut(file, hash)) yield { file, bytes: once(unpacked), hash: () => Promise.resolve(hash) };
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
