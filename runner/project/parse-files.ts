import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { Origin } from '../core/mapped-text.ts';
import { parseTemplate } from '../template/parse.ts';
import type { Template } from '../template/syntax.ts';
import type { FileKind, ProjectFile } from './discover.ts';
import { subfolders } from './discover.ts';
import type { ParseCache } from './parse-cache.ts';
import type { PropertiesFile } from './properties.ts';
import { parseProperties } from './properties.ts';
import { seedFormat } from './seed-format.ts';

export type TemplateKind = Exclude<FileKind, 'seed' | 'properties' | 'session'>;

/** The files of a project, read but not yet connected. */
export interface ParsedFiles {
  readonly templates: readonly { readonly kind: TemplateKind; readonly template: Template }[];
  readonly properties: readonly { readonly path: string; readonly content: PropertiesFile }[];
  readonly seeds: readonly { readonly path: string; readonly header: readonly string[] }[];
  readonly sessions: readonly { readonly dialect: string; readonly script: Origin }[];
  /** Files with faults, which are left out. */
  readonly unreadable: readonly string[];
}

/** Reads the files. What cannot be read is left out and its faults are added to `faults`; `turn` is called before each file. */
export async function parseFiles(
  files: readonly ProjectFile[],
  cache: ParseCache,
  faults: Fault[],
  turn: () => Promise<void>,
): Promise<ParsedFiles> {
  const templates: { kind: TemplateKind; template: Template }[] = [];
  const sessions: { dialect: string; script: Origin }[] = [];
  const properties: { path: string; content: PropertiesFile }[] = [];
  const seeds: { path: string; header: readonly string[] }[] = [];
  const unreadable: string[] = [];
  const attempt = async <T>(path: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      faults.push(...error.faults);
      unreadable.push(path);
      return undefined;
    }
  };
  for (const { path, kind, text } of files) {
    await turn();
    if (kind === 'seed') {
      const header = await attempt(path, () => readHeader(path, text));
      if (header !== undefined) seeds.push({ path, header });
    } else if (kind === 'session') {
      sessions.push({ dialect: subfolders(path)[0] ?? '', script: { path, text } });
    } else if (kind === 'properties') {
      const parsed = await attempt(path, () =>
        cache.get(path, text, async () => ({ properties: parseProperties(path, text) })),
      );
      if (parsed !== undefined) properties.push({ path, content: parsed.properties });
    } else {
      const parts = await attempt(path, () =>
        parseTemplate(
          path,
          text,
          async (read) => (await cache.get(path, text, async () => ({ parts: await read() }))).parts,
        ),
      );
      if (parts !== undefined) templates.push({ kind, template: { path, text, parts } });
    }
  }
  return { templates, properties, seeds, sessions, unreadable };
}

/** The names in the first line of a CSV text. Throws a FaultError when it is none, is empty or names a column twice. */
async function readHeader(path: string, text: string): Promise<readonly string[]> {
  const { CsvError, parse } = await import('csv-parse/sync');
  const invalid = (message: string, cause?: unknown): FaultError =>
    new FaultError({ code: 'seed-invalid', message, at: fileStart(path) }, { cause });
  try {
    const [header = []] = parse(text, { ...seedFormat, to: 1 }) as string[][];
    if (header.length === 0) throw invalid('the file is empty: its first line names the columns');
    const repeated = [...new Set(header.filter((name, i) => header.indexOf(name) < i))].map((name) => `"${name}"`);
    if (repeated.length === 1) throw invalid(`the column ${repeated[0]} is named twice`);
    if (repeated.length > 1) throw invalid(`these columns are named twice: ${repeated.join(', ')}`);
    return header;
  } catch (error) {
    throw error instanceof CsvError ? invalid(`this is not valid CSV: ${error.message}`, error) : error;
  }
}
