import { hash } from 'node:crypto';
import { readArtifact, writeCache } from '../artifacts/write-artifact.ts';
import { buildId } from '../core/version.ts';
import type { Part } from '../template/syntax.ts';
import type { PropertiesFile } from './properties.ts';

/** What a file was read as: the parts of a template, or the content of a properties file. */
export type Parsed = { readonly parts: readonly Part[] } | { readonly properties: PropertiesFile };

interface Entry {
  readonly hash: string;
  readonly parsed: Parsed;
}

/**
 * Remembers how files were read, by their content, so that a command reads anew only what has changed.
 * Files with faults are never in it. It is safe to delete.
 */
export class ParseCache {
  readonly #file: string;
  readonly #known: ReadonlyMap<string, Entry>;
  readonly #used = new Map<string, Entry>();
  #changed = false;

  constructor(file: string) {
    this.#file = file;
    this.#known = buildId === undefined ? new Map() : readEntries(file, buildId);
  }

  /** What the text of `path` was read as, or `read()` if it is new. */
  async get<T extends Parsed>(path: string, text: string, read: () => Promise<T>): Promise<T> {
    const digest = hash('sha1', text);
    const known = this.#known.get(path);
    if (known?.hash === digest) {
      this.#used.set(path, known);
      return known.parsed as T;
    }
    this.#changed = true;
    const parsed = await read();
    this.#used.set(path, { hash: digest, parsed });
    return parsed;
  }

  /** Writes the cache if anything in it is new. */
  save(): void {
    if (buildId === undefined || (!this.#changed && this.#used.size === this.#known.size)) return;
    writeCache(this.#file, { build: buildId, files: Object.fromEntries(this.#used) });
  }
}

function readEntries(file: string, build: string): ReadonlyMap<string, Entry> {
  // Missing, cut short, or made by other code: then the files are read again.
  const cache = readArtifact(file) as { build?: string; files?: Record<string, Entry> } | undefined;
  return new Map(cache?.build === build ? Object.entries(cache.files ?? {}) : []);
}
