import pRetry from 'p-retry';

/** A body that ended, or broke off, before all of it was there. */
export class BrokenBody extends Error {
  override readonly name = 'BrokenBody';
}

/** How the bytes of something large are fetched, in as many requests as it takes. */
export interface ResumedOptions {
  /** How many bytes there are to come. */
  readonly size: number;
  /** Begins a body with the byte at `offset`. */
  readonly open: (offset: number) => Promise<AsyncIterable<Uint8Array>>;
  /** Whether what `open` threw may pass by itself. */
  readonly isPassing: (error: Error) => boolean;
  readonly signal: AbortSignal | undefined;
  /** How often it is tried again without a byte having come, and after how many milliseconds at first. */
  readonly patience?: { readonly retries: number; readonly minTimeout: number };
}

// 0.1, 0.3, 0.9 and 2.7 seconds.
const usualPatience = { retries: 4, minTimeout: 100 };

/** Bytes as they come; a body that breaks off is gone on with where it did. Throws what `open` throws, or a BrokenBody. */
export async function* resumed(options: ResumedOptions): AsyncGenerator<Uint8Array> {
  const { size, open, isPassing, signal, patience = usualPatience } = options;
  if (size === 0) return;
  let offset = 0;
  let body: AsyncIterator<Uint8Array> | undefined;
  const nextChunk = async (): Promise<Uint8Array | undefined> => {
    body ??= (await open(offset))[Symbol.asyncIterator]();
    const chunk = await body.next().catch((error: unknown) => {
      body = undefined;
      throw new BrokenBody(error instanceof Error ? error.message : String(error), { cause: error });
    });
    if (chunk.done !== true) return chunk.value;
    body = undefined;
    if (offset !== size) throw new BrokenBody(`it has ${size} bytes, and ${offset} came`);
    return undefined;
  };
  const shouldRetry = ({ error }: { error: Error }): boolean =>
    offset < size && (error instanceof BrokenBody || isPassing(error));
  try {
    for (;;) {
      const chunk = await pRetry(nextChunk, { ...patience, factor: 3, shouldRetry, ...(signal && { signal }) });
      if (chunk === undefined) return;
      offset += chunk.length;
      yield chunk;
    }
  } finally {
    await body?.return?.();
  }
}
