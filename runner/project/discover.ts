import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';

import { distance } from 'fastest-levenshtein';
import type { Fault } from '../core/fault.ts';
import { throwFaults } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import { refusal } from '../files/refusal.ts';
import { readText } from '../files/text-file.ts';
import { engineMacroFiles, engineMacros } from './engine-macros.ts';

/** What a file of a project is, by the folder it stands in and its ending. */
export type FileKind = 'model' | 'seed' | 'analysis' | 'test' | 'macro' | 'session' | 'properties';

export interface ProjectFile {
  /** Relative to the project, with forward slashes; of a macro that comes with the program, absolute. */
  readonly path: string;
  readonly kind: FileKind;
  readonly text: string;
}

const folders: readonly { readonly folder: string; readonly kinds: Readonly<Record<string, FileKind>> }[] = [
  { folder: 'models', kinds: { '.sql': 'model', '.yml': 'properties', '.yaml': 'properties' } },
  { folder: 'seeds', kinds: { '.csv': 'seed', '.yml': 'properties', '.yaml': 'properties' } },
  { folder: 'analyses', kinds: { '.sql': 'analysis', '.yml': 'properties', '.yaml': 'properties' } },
  { folder: 'test/data', kinds: { '.sql': 'test' } },
  { folder: 'macros', kinds: { '.hbs': 'macro', '.sql': 'session' } },
];

/**
 * The files of a project that define something, in alphabetical order, and the macros of the engines that it has no version of
 * its own of. Throws a FaultError for one that cannot be read.
 */
export function readProjectFiles(projectDir: string): ProjectFile[] {
  // That there is no project is said by the reader of dwh.yaml.
  if (statSync(projectDir, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const own = discover(projectDir).map(({ path, kind }) => ({
    path,
    kind,
    text: readText(join(projectDir, path), path),
  }));
  return [...own, ...engineMacroFiles(own.map(({ path }) => path))];
}

/** Changes whenever any of the files does, or what else the meaning of the project hangs on. */
export function contentKey(files: readonly ProjectFile[], more: readonly string[]): string {
  const digest = createHash('sha1').update(JSON.stringify(more));
  for (const { path, text } of files) digest.update(`\0${path}\0${text.length}\0`).update(text);
  return digest.digest('hex');
}

function discover(projectDir: string): Pick<ProjectFile, 'path' | 'kind'>[] {
  const faults: Fault[] = [];
  const found = folders.flatMap(({ folder, kinds }) =>
    filesBelow(projectDir, folder).flatMap((name): Pick<ProjectFile, 'path' | 'kind'>[] => {
      const path = `${folder}/${name.split(sep).join('/')}`;
      const kind = kinds[extname(name)];
      if (kind !== undefined) return [{ path, kind }];
      faults.push(...endingFaults(path, Object.keys(kinds)));
      return [];
    }),
  );
  throwFaults(faults);
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file that would be left out for one letter of its ending, or for capitals. What editors keep, such as .sql~, is not meant. */
function endingFaults(path: string, endings: readonly string[]): Fault[] {
  const ending = extname(path);
  const meant = endings.find((known) => distance(ending.toLowerCase(), known) <= 1);
  if (meant === undefined || !/^\.[a-z]+$/i.test(ending)) return [];
  return [
    {
      code: 'file-ending',
      message: `${path} would be left out: files that end in ${ending} are not read`,
      at: fileStart(path),
      hint: `rename it to ${basename(path, ending)}${meant}`,
    },
  ];
}

/** `models/marts/songs.sql` -> `songs` */
export function nodeName(path: string): string {
  return basename(path, extname(path));
}

/** `models/marts/songs.sql` -> `['marts']`: the folders below the one that tells the kind. */
export function subfolders(path: string): string[] {
  const top =
    [...folders.map(({ folder }) => folder), engineMacros].find((folder) => path.startsWith(`${folder}/`)) ?? '';
  return path
    .slice(top.length + 1)
    .split('/')
    .slice(0, -1);
}

function filesBelow(projectDir: string, top: string): string[] {
  const folder = join(projectDir, top);
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return (
      entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        // What editors and systems leave behind begins with a dot.
        .filter((name) => !name.split(sep).some((part) => part.startsWith('.')))
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw refusal('read', `${top}/`, error);
  }
}
