import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join, sep } from 'node:path';
import { readText } from '../files/text-file.ts';

/** The engines that the program has macros for: how JSON is loaded, the physical design, functions of the session. */
export const engineFolders = ['duckdb', 'postgres', 'redshift'] as const;

/** What they are, by their files: those of this repository that only its own models call stay there. */
const shipped: ReadonlySet<string> = new Set(['copy_json.hbs', 'table_attributes.hbs', 'session.sql']);

/** The files that come with the program for an engine, by name. */
export function engineMacroNames(engine: (typeof engineFolders)[number]): string[] {
  return readdirSync(join(engineMacros, engine))
    .filter((name) => shipped.has(name))
    .toSorted();
}

/** Where they are: beside the bundled program, or at the root of the repository. With forward slashes. */
export const engineMacros =
  [join(import.meta.dirname, 'macros'), join(import.meta.dirname, '../../macros')]
    .filter((folder) => existsSync(folder))
    .map((folder) => folder.split(sep).join('/'))[0] ?? '';

/** A macro or session script that comes with the program; its path is absolute. */
export interface EngineMacro {
  readonly path: string;
  readonly kind: 'macro' | 'session';
  readonly text: string;
}

/** Whether a file comes with the program, and not from the project. */
export function isEngineMacro(path: string): boolean {
  return path.startsWith(`${engineMacros}/`);
}

/**
 * The macros that come with the program, but for those that the project has a file of the same name for, in `macros/<engine>/`
 * or, for every engine, in `macros/`. `ownPaths` are the files of the project.
 */
export function engineMacroFiles(ownPaths: readonly string[]): EngineMacro[] {
  const own = new Set(ownPaths.filter((path) => path.startsWith('macros/')));
  return engineFolders.flatMap((engine) =>
    engineMacroNames(engine)
      .filter((name) => !own.has(`macros/${engine}/${name}`) && !own.has(`macros/${name}`))
      .map((name) => `${engineMacros}/${engine}/${name}`)
      .map((path) => ({ path, kind: extname(path) === '.hbs' ? 'macro' : 'session', text: readText(path, path) })),
  );
}

/** `…/macros/duckdb/copy_json.hbs` -> `macros/duckdb/copy_json.hbs`: without what differs from machine to machine. */
export function pathInPackage(path: string): string {
  return `macros/${basename(dirname(path))}/${basename(path)}`;
}
