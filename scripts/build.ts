import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { engineFolders, engineMacroNames } from '../runner/project/engine-macros.ts';

/**
 * Bundles the runner into `dist/`, in pieces that are loaded when they are needed. Writes only what differs: npx runs
 * this once more each time, perhaps while another process is reading these files.
 */
const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** What knex would load for other databases, if it were asked to. */
const unusedDrivers = ['better-sqlite3', 'mariadb', 'mysql', 'mysql2', 'oracledb', 'pg-native', 'sqlite3', 'tedious'];

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['runner/cli.ts'],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Native code cannot be bundled.
  external: ['@duckdb/node-api', ...unusedDrivers],
  define: { VERSION: JSON.stringify(version), BUILD_ID: JSON.stringify(buildId()) },
  // What is bundled from CommonJS may still ask for what Node gives only there.
  banner: {
    js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url); const __filename = import.meta.filename;",
  },
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  write: false,
  logLevel: 'warning',
});

const wanted = new Map([...outputFiles.map(({ path, contents }) => [path, contents] as const), ...macros()]);
for (const [path, contents] of wanted) {
  if (existsSync(path) && readFileSync(path).equals(contents)) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents, { mode: path.endsWith('cli.js') ? 0o755 : 0o644 });
}
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !wanted.has(path)) rmSync(path);
}

/** The macros of the engines, which every project finds without a copy of its own. Those of this project stay here. */
function macros(): [path: string, contents: Uint8Array][] {
  return engineFolders.flatMap((engine) =>
    engineMacroNames(engine).map((name): [string, Uint8Array] => [
      join(outdir, 'macros', engine, name),
      readFileSync(join(root, 'macros', engine, name)),
    ]),
  );
}

/** Changes when any source file of the runner does, so that a parse cache of another build is not used. */
function buildId(): string {
  const hash = createHash('sha1');
  const files = readdirSync(join(root, 'runner'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  for (const name of files.toSorted())
    hash.update(relative(root, name)).update(readFileSync(join(root, 'runner', name)));
  return hash.digest('hex');
}
