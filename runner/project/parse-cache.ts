import { hash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync as writeFileAtomic } from 'write-file-atomic';
import type { Part } from '../template/syntax.ts';
import type { PropertiesFile } from './properties.ts';

/** What a file was read as: the parts of a template, or the content of a properties file. */
export type Parsed = { readonly parts: readonly Part[] } | { readonly properties: PropertiesFile };

interface Entry {
  readonly hash: string;
  readonly parsed: Parsed;
}

/** Set by the build to a hash of the runner's own code. A cache made by other code is of no use. */
declare const BUILD_ID: string | undefined;
const buildId = typeof BUILD_ID === 'undefined' ? undefined : BUILD_ID;

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

  /** Writes the cache if anything in it is new. A folder that may not be written to is left as it is. */
  save(): void {
    if (buildId === undefined || (!this.#changed && this.#used.size === this.#known.size)) return;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileAtomic(this.#file, JSON.stringify({ build: buildId, files: Object.fromEntries(this.#used) }), { fsync: false });
    } catch (error) {
      if (!isReadOnly(error)) throw error;
    }
  }
}

function readEntries(file: string, build: string): ReadonlyMap<string, Entry> {
  try {
    const cache: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof cache === 'object' && cache !== null && 'build' in cache && cache.build === build && 'files' in cache) {
      return new Map(Object.entries(cache.files as Record<string, Entry>));
    }
  } catch {
    // Missing or cut short: the files are read again.
  }
  return new Map();
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EACCES', 'EROFS', 'EPERM'].includes(String(error.code));
}
