import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** The floors of `runner/`, from the ground up. An import goes only down; sisters on one floor do not know each other. */
const floors: readonly Readonly<Record<string, string>>[] = [
  { core: 'words and pure functions' },
  { config: 'dwh.yaml', storage: 'raw files', json: 'raw JSON', artifacts: 'JSON that leaves the process' },
  { template: 'parsing and rendering of templates', adapters: 'dialects and drivers' },
  { project: 'files to manifest' },
  { materialize: 'node and dialect to statements', select: 'text to a set of nodes', check: 'manifest to faults' },
  { run: 'carrying out of runs', cluster: 'resources of AWS', sample: 'making of sample data' },
  { commands: 'one verb a file' },
  { terminal: 'argv, exit code and everything that prints' },
];

const runner = resolve(import.meta.dirname, '../runner');
const files = readdirSync(runner, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(runner, name));

/** Imports of a file that lead into `runner/`, those that are loaded later too. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) => resolve(file, '..', path));
}

function folderOf(file: string): string {
  const [folder = ''] = relative(runner, file).split('/');
  return folder.endsWith('.ts') ? 'terminal' : folder;
}

function floorOf(folder: string): number {
  return floors.findIndex((floor) => Object.hasOwn(floor, folder));
}

test('every folder of the runner stands on a floor', () => {
  expect([...new Set(files.map(folderOf))].filter((folder) => floorOf(folder) === -1)).toEqual([]);
});

test('imports go down the floors only', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const [from, to] = [folderOf(file), folderOf(imported)];
      if (from === to || floorOf(to) < floorOf(from)) return [];
      const owns = floors[floorOf(to)]?.[to] ?? 'what it is about';
      return [
        `${relative(runner, file)} imports ${relative(runner, imported)}: ${to}/ owns ${owns}. Put the code that needs both on a floor above ${to}/, or hand in what is needed from there.`,
      ];
    }),
  );
  expect(wrong).toEqual([]);
});

test('no imports go in a circle', () => {
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file))
      circles.push([...path.slice(path.indexOf(file)), file].map((name) => relative(runner, name)).join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test('no file is so long that it must be about more than one thing', () => {
  const long = files
    .map((file) => [relative(runner, file), readFileSync(file, 'utf8').split('\n').length] as const)
    .filter(([, lines]) => lines > 250);
  expect(long).toEqual([]);
});

test('what loads late is not imported early: help, list and validate open no driver', () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(file, 'utf8');
    const early = [...text.matchAll(/^import (?!type)[^;]*from\s*'(\.[^']+)'/gm)].map(([, path = '']) =>
      resolve(file, '..', path),
    );
    for (const imported of early) visit(imported);
  };
  for (const entry of ['cli.ts', 'commands/validate.ts', 'commands/list.ts']) visit(join(runner, entry));
  const packages = [...reached].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^import (?!type)[^;]*from\s*'([^.'][^']*)'/gm)].map(
      ([, name = '']) => name,
    ),
  );
  expect([...new Set(packages)].filter((name) => !name.startsWith('node:')).toSorted()).toEqual([
    'fastest-levenshtein',
    'js-yaml',
    'picocolors',
    'picomatch',
    'yargs',
    'zod/mini',
  ]);
});
